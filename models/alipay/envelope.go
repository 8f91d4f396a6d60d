package alipay

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// envelope is the outer object of a gateway answer, {"…_response":{…},"sign":"…"}, or a node of it:
// names decoded, values as the bytes that were received, because the signature covers the node's
// bytes.
type envelope map[string][]byte

// readEnvelope splits a JSON object into its members. It refuses a name that occurs twice and
// anything around the object but white space.
func readEnvelope(body []byte) (envelope, error) {
	s := scanner{text: body, gbk: !utf8.Valid(body)}
	members := make(envelope)
	if !s.take('{') {
		return nil, s.malformed()
	}
	for more := !s.take('}'); more; {
		name, value, err := s.member()
		if err != nil {
			return nil, err
		}
		if _, ok := members[name]; ok {
			return nil, fmt.Errorf("%w: %q", ErrRepeatedName, name)
		}
		members[name] = value
		if more = s.take(','); !more && !s.take('}') {
			return nil, s.malformed()
		}
	}
	if s.skipSpace(); s.at < len(s.text) {
		return nil, s.malformed()
	}
	return members, nil
}

// text returns the string value of name; "" when it is absent or no string.
func (e envelope) text(name string) string {
	var s string
	if json.Unmarshal(e[name], &s) != nil {
		return ""
	}
	return s
}

// scanner walks over JSON text without building values. In GBK a second byte may be a backslash or
// a brace, so there strings are walked character by character.
type scanner struct {
	text []byte
	at   int
	gbk  bool
}

func (s *scanner) malformed() error {
	return fmt.Errorf("%w: JSON breaks at byte %d", ErrMalformed, s.at)
}

func (s *scanner) skipSpace() {
	for s.at < len(s.text) && strings.IndexByte(" \t\r\n", s.text[s.at]) >= 0 {
		s.at++
	}
}

func (s *scanner) take(c byte) bool {
	s.skipSpace()
	if s.at < len(s.text) && s.text[s.at] == c {
		s.at++
		return true
	}
	return false
}

func (s *scanner) member() (name string, value []byte, err error) {
	s.skipSpace()
	raw, err := s.quoted()
	if err != nil {
		return "", nil, err
	}
	if json.Unmarshal(raw, &name) != nil || !s.take(':') {
		return "", nil, s.malformed()
	}
	s.skipSpace()
	value, err = s.value()
	return name, value, err
}

func (s *scanner) quoted() ([]byte, error) {
	start := s.at
	if s.at >= len(s.text) || s.text[s.at] != '"' {
		return nil, s.malformed()
	}
	for s.at++; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; {
		case c == '"':
			s.at++
			return s.text[start:s.at], nil
		case c == '\\' || s.gbk && c > 0x80:
			s.at++
		}
	}
	return nil, s.malformed()
}

func (s *scanner) value() ([]byte, error) {
	start := s.at
	switch {
	case s.at >= len(s.text):
		return nil, s.malformed()
	case s.text[s.at] == '"':
		return s.quoted()
	case s.text[s.at] == '{' || s.text[s.at] == '[':
		return s.nested()
	}
	for s.at < len(s.text) && strings.IndexByte(",}] \t\r\n", s.text[s.at]) < 0 {
		s.at++
	}
	return s.text[start:s.at], nil
}

// nested passes an object or array, up to the bracket that closes the first one.
func (s *scanner) nested() ([]byte, error) {
	start, depth := s.at, 0
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case '"':
			if _, err := s.quoted(); err != nil {
				return nil, err
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		s.at++
		if depth == 0 {
			return s.text[start:s.at], nil
		}
	}
	return nil, s.malformed()
}

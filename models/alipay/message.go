package alipay

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

const (
	// maxMessage is the largest return query or notify body in bytes that ParseMessage reads; real
	// ones have 1 to 3 KiB.
	maxMessage = 64 << 10

	maxPairs = 128
)

// Message is a return query or a notify body: its names and values as bytes, decoded exactly once
// from the form encoding and otherwise untouched, because the signature covers those bytes. It may
// hold any charset.
type Message struct {
	pairs []pair // sorted by name; no name twice
}

type pair struct{ name, value string }

// ParseMessage reads a form-encoded message, where "+" stands for a space. It trims nothing and
// repairs nothing; it refuses broken escapes and pairs without a name (ErrMalformed), names that
// occur twice (ErrRepeatedName) and sizes no real message has (ErrTooLarge).
func ParseMessage(raw string) (Message, error) {
	if len(raw) > maxMessage || strings.Count(raw, "&") >= maxPairs {
		return Message{}, ErrTooLarge
	}
	pairs := make([]pair, 0, strings.Count(raw, "&")+1)
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		p, err := parsePair(part)
		if err != nil {
			return Message{}, fmt.Errorf("%w: %w", ErrMalformed, err)
		}
		pairs = append(pairs, p)
	}
	slices.SortFunc(pairs, func(a, b pair) int { return strings.Compare(a.name, b.name) })
	for i := 1; i < len(pairs); i++ {
		if pairs[i].name == pairs[i-1].name {
			return Message{}, fmt.Errorf("%w: %q", ErrRepeatedName, pairs[i].name)
		}
	}
	return Message{pairs}, nil
}

func parsePair(part string) (pair, error) {
	name, value, _ := strings.Cut(part, "=")
	name, err := url.QueryUnescape(name)
	if err != nil {
		return pair{}, err
	}
	if name == "" {
		return pair{}, errors.New("a value without a name")
	}
	value, err = url.QueryUnescape(value)
	return pair{name, value}, err
}

// Get returns the value of name as the bytes that were received, or "" when there is none.
func (m Message) Get(name string) string {
	value, _ := m.lookup(name)
	return value
}

// Text returns the value of name as valid UTF-8, read in the charset that the message names, so that
// it can be stored and shown. Bytes that the charset does not know become U+FFFD.
func (m Message) Text(name string) string {
	return toUTF8(m.Get(name), m.Get("charset"))
}

// Field is a name of a message with its value.
type Field struct{ Name, Value string }

// Fields are all names and values of the message, sorted by name, each value as Text gives it.
func (m Message) Fields() []Field {
	fields := make([]Field, len(m.pairs))
	for i, p := range m.pairs {
		fields[i] = Field{strings.ToValidUTF8(p.name, "\uFFFD"), m.Text(p.name)}
	}
	return fields
}

// SignedText is what Alipay signed in a return or notify: every pair but sign and sign_type, sorted
// by name in byte order, as name=value joined with &. Empty values stay in, unlike in the text of a
// request. The bytes are in the message's own charset.
func (m Message) SignedText() string {
	return string(m.signedBytes())
}

func (m Message) signedBytes() []byte {
	size := 0
	for _, p := range m.pairs {
		size += len(p.name) + len(p.value) + len("=&")
	}
	text := make([]byte, 0, size)
	for _, p := range m.pairs {
		if signed(p) {
			text = appendPair(text, p)
		}
	}
	return text
}

// signed tells whether p takes part in the signed text of a return or notify.
func signed(p pair) bool {
	return p.name != "sign" && p.name != "sign_type"
}

func appendPair(text []byte, p pair) []byte {
	if len(text) > 0 {
		text = append(text, '&')
	}
	text = append(text, p.name...)
	text = append(text, '=')
	return append(text, p.value...)
}

func (m Message) lookup(name string) (string, bool) {
	byName := func(p pair, name string) int { return strings.Compare(p.name, name) }
	i, found := slices.BinarySearchFunc(m.pairs, name, byName)
	if !found {
		return "", false
	}
	return m.pairs[i].value, true
}

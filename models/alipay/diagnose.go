package alipay

import (
	"bytes"
	"crypto/rsa"
	_ "crypto/sha1" // only to recognise old RSA signatures, never to accept one
	"errors"
	"fmt"
)

// Diagnosis explains a verdict to whoever has to mend the cause.
type Diagnosis struct {
	SignedText string   // what was verified, as UTF-8; empty when the message could not be read
	Causes     []string // what was found by trying; empty for a valid message
}

// DiagnoseMessage finds out by trying why a return or notify does not verify. charset is that of a
// message that names none. It is for people at a desk; a server refuses and does not guess.
func DiagnoseMessage(raw, charset string, keys ...*rsa.PublicKey) Diagnosis {
	m, err := ParseMessage(raw)
	if err != nil {
		return Diagnosis{Causes: []string{err.Error()}}
	}
	if named, ok := m.lookup("charset"); ok {
		charset = named
	}
	d := Diagnosis{SignedText: toUTF8(m.SignedText(), charset)}
	if VerifyMessage(m, keys...) == nil {
		return d
	}
	s, causes := openSign(m.Get("sign"), keys)
	d.Causes = causes
	if s == nil {
		return d
	}
	if claimed, ok := m.lookup("sign_type"); ok && claimed != signType {
		d.Causes = append(d.Causes, fmt.Sprintf("sign_type says %q, which this shop does not speak", claimed))
	}
	d.Causes = append(d.Causes, s.explainMessage(m)...)
	return d
}

// DiagnoseResponse does the same for a gateway answer; see VerifyResponse for method.
func DiagnoseResponse(body []byte, method string, keys ...*rsa.PublicKey) Diagnosis {
	_, refusal := VerifyResponse(body, method, keys...)
	answer, err := readEnvelope(body)
	if err != nil {
		return Diagnosis{Causes: []string{err.Error()}}
	}
	name := nodeName(method)
	if method == "" {
		if name, err = onlyNode(answer); err != nil {
			return Diagnosis{Causes: []string{err.Error()}}
		}
	}
	node := answer[name]
	d := Diagnosis{SignedText: string(nodeText(node))}
	switch {
	case refusal == nil:
	case errors.Is(refusal, ErrNoNode), errors.Is(refusal, ErrOtherMethod):
		d.Causes = []string{refusal.Error()}
	default:
		var s *openedSign
		if s, d.Causes = openSign(answer.text("sign"), keys); s != nil {
			d.Causes = append(d.Causes, s.explainNode(node)...)
		}
	}
	return d
}

// explainMessage says what has to be changed in m to get the text that was signed.
func (s *openedSign) explainMessage(m Message) []string {
	if s.covers(m.signedBytes()) {
		return nil
	}
	for _, g := range guesses {
		for _, candidate := range g.candidates(m) {
			if s.covers(candidate.text) {
				return []string{g.cause + candidate.where}
			}
		}
	}
	return []string{textDiffers}
}

func (s *openedSign) explainNode(node []byte) []string {
	switch {
	case s.covers(node):
		return nil
	case s.covers(compactJSON(node)):
		return []string{"the node was parsed and written again: it verifies without the white space in it"}
	case s.covers(bytes.ReplaceAll(node, []byte("/"), []byte(`\/`))):
		return []string{`the node was parsed and written again: it verifies with every / as \/`}
	}
	return []string{textDiffers}
}

const textDiffers = "the key is the right one, but sign belongs to another text: " +
	"something was changed, added or lost on the way, or the sign was copied from another message"

// covers tells whether text is what was signed.
func (s *openedSign) covers(text []byte) bool {
	h := s.hash.New()
	h.Write(text)
	return bytes.Equal(h.Sum(nil), s.digest)
}

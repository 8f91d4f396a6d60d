package alipay

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"math/big"
	"net/url"
	"strings"
)

// openedSign is what a signature says once its padding is undone with the right public key: the
// digest of the text that was signed. With it the key is proven and texts can be tried.
type openedSign struct {
	hash   crypto.Hash
	digest []byte
}

// signRepairs undo what happens to a sign on its way. None of them makes a message acceptable.
var signRepairs = []struct {
	cause  string
	repair func(sign string) string
}{
	{"", func(sign string) string { return sign }},
	{"the + of sign were lost: they travelled unescaped and were read as spaces", func(sign string) string {
		return strings.ReplaceAll(sign, " ", "+")
	}},
	{"sign is in the URL-safe alphabet; Alipay sends standard base64", strings.NewReplacer("-", "+", "_", "/").Replace},
	{"sign has white space in it", func(sign string) string { return strings.Join(strings.Fields(sign), "") }},
	{"sign is still percent-encoded: the message was encoded twice", func(sign string) string {
		decoded, _ := url.PathUnescape(sign)
		return decoded
	}},
}

// openSign tries to open sign with each key. The causes say what is wrong with sign or key; without
// an openedSign they are all that can be known.
func openSign(sign string, keys []*rsa.PublicKey) (*openedSign, []string) {
	if sign == "" {
		return nil, []string{ErrNoSign.Error()}
	}
	for _, r := range signRepairs {
		repaired := strings.TrimRight(r.repair(sign), "=")
		signature, err := base64.RawStdEncoding.DecodeString(repaired)
		if err != nil || strings.ContainsAny(repaired, "\r\n") {
			continue
		}
		for _, key := range keys {
			if s := openWith(key, signature); s != nil {
				return s, s.causes(r.cause, sign)
			}
		}
	}
	return nil, []string{explainClosed(sign, keys)}
}

func (s *openedSign) causes(cause, sign string) []string {
	var causes []string
	if _, err := decodeSign(sign); cause == "" && err != nil {
		cause = "the padding (=) of sign was lost"
	}
	if cause != "" {
		causes = append(causes, cause)
	}
	if s.hash != crypto.SHA256 {
		causes = append(causes, "the signature is of type RSA (SHA-1): set the app's sign type to RSA2 at the open platform")
	}
	return causes
}

func explainClosed(sign string, keys []*rsa.PublicKey) string {
	signature, err := decodeSign(sign)
	if err != nil {
		return err.Error()
	}
	for _, key := range keys {
		if len(signature) == key.Size() {
			return "sign was not made with the key that belongs to this public key: " +
				"most often the 应用公钥 (app public key) was given where the 支付宝公钥 (Alipay public key) belongs, " +
				"or the key of the sandbox for production; else sign itself was altered"
		}
	}
	return fmt.Sprintf("sign has %d bytes, which no key given makes: "+
		"it was cut off, or made with a key of another size", len(signature))
}

// openWith undoes the public key operation and gives the digest inside, or nil when the padding
// shows that another key made the signature (RFC 8017, 9.2).
func openWith(key *rsa.PublicKey, signature []byte) *openedSign {
	c := new(big.Int).SetBytes(signature)
	if len(signature) != key.Size() || c.Cmp(key.N) >= 0 {
		return nil
	}
	block := c.Exp(c, big.NewInt(int64(key.E)), key.N).FillBytes(make([]byte, key.Size()))
	padding, info, found := bytes.Cut(block[1:], []byte{0})
	padded := len(padding) >= 9 && padding[0] == 1 && bytes.Count(padding[1:], []byte{0xff}) == len(padding)-1
	if !found || block[0] != 0 || !padded {
		return nil
	}
	for hash, prefix := range digestPrefixes {
		if digest, ok := bytes.CutPrefix(info, []byte(prefix)); ok && len(digest) == hash.Size() {
			return &openedSign{hash, digest}
		}
	}
	return nil
}

// digestPrefixes are the DER headers that name the hash in front of a digest.
var digestPrefixes = map[crypto.Hash]string{
	crypto.SHA1:   "\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14",
	crypto.SHA256: "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20",
}

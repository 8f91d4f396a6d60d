package alipay

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
)

// signType is the only sign type spoken. The shop fixes it: a message may not choose its own strength.
const signType = "RSA2"

// VerifyMessage tells whether one of the Alipay public keys (支付宝公钥) signed m: nil, or the
// Refusal that says why not. It settles who wrote the message, not whether it concerns this shop;
// see Client.CheckReceiver for that.
func VerifyMessage(m Message, keys ...*rsa.PublicKey) error {
	sign := m.Get("sign")
	if sign == "" {
		return ErrNoSign
	}
	// sign_type is not signed, so its absence proves nothing and costs nothing.
	if claimed, ok := m.lookup("sign_type"); ok && claimed != signType {
		return fmt.Errorf("%w: %q", ErrSignType, claimed)
	}
	return verify(m.signedBytes(), sign, keys)
}

// verify checks sign, in base64, over text under any of the keys; more than one key is a key change
// under way.
func verify(text []byte, sign string, keys []*rsa.PublicKey) error {
	signature, err := decodeSign(sign)
	if err != nil {
		return err
	}
	digest := sha256.Sum256(text)
	for _, key := range keys {
		if rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature) == nil {
			return nil
		}
	}
	return ErrSignature
}

// decodeSign reads standard base64 with padding and nothing else: a second spelling of a signature
// is a second key to whoever remembers messages by it. The decoder of the standard library would
// skip line breaks.
func decodeSign(sign string) ([]byte, error) {
	if strings.ContainsAny(sign, "\r\n") {
		return nil, fmt.Errorf("%w: it has line breaks", ErrSignEncoding)
	}
	signature, err := base64.StdEncoding.Strict().DecodeString(sign)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSignEncoding, err)
	}
	return signature, nil
}

// sign returns the base64 RSA2 signature of text. The same text and key give the same signature.
func sign(text []byte, key crypto.Signer) (string, error) {
	digest := sha256.Sum256(text)
	signature, err := key.Sign(nil, digest[:], crypto.SHA256)
	if err != nil {
		return "", fmt.Errorf("signing the request: %w", err)
	}
	return base64.StdEncoding.EncodeToString(signature), nil
}

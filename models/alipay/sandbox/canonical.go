package sandbox

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"maps"
	"slices"
	"strings"
)

var errBadSignature = errors.New("signature does not fit")

// requestText is what an app signs in a request: every parameter but sign, without the empty ones.
// sign_type is part of it, unlike in what Alipay signs.
func requestText(params map[string]string) string {
	return joinSorted(params, func(name, value string) bool { return name != "sign" && value != "" })
}

// messageText is what Alipay signs in a return or a notify: every parameter but sign and sign_type.
// A parameter that is sent empty stays in as "name=".
func messageText(params map[string]string) string {
	return joinSorted(params, func(name, _ string) bool { return name != "sign" && name != "sign_type" })
}

func joinSorted(params map[string]string, keep func(name, value string) bool) string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if keep(name, params[name]) {
			pairs = append(pairs, name+"="+params[name])
		}
	}
	return strings.Join(pairs, "&")
}

// sign makes the RSA2 signature: PKCS #1 v1.5 over SHA-256, in standard base64.
func sign(key crypto.Signer, text string) string {
	digest := sha256.Sum256([]byte(text))
	signature, err := key.Sign(nil, digest[:], crypto.SHA256)
	if err != nil {
		panic("alipay sandbox: its key always signs: " + err.Error())
	}
	return base64.StdEncoding.EncodeToString(signature)
}

// verify checks an RSA2 signature. Its error is errBadSignature, whatever was wrong.
func verify(key *rsa.PublicKey, text, signature string) error {
	raw, err := base64.StdEncoding.Strict().DecodeString(signature)
	if err != nil {
		return errBadSignature
	}
	digest := sha256.Sum256([]byte(text))
	if rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], raw) != nil {
		return errBadSignature
	}
	return nil
}

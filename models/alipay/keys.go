package alipay

import (
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
)

// minKeyBits is the smallest key that RSA2 takes.
const minKeyBits = 2048

// ErrWeakKey reports an RSA key of less than 2048 bits. RSA2 does not know such keys; they belong
// to the sign type RSA, which is SHA-1.
var ErrWeakKey = errors.New("RSA key is too short")

// ParsePrivateKey reads the app private key (应用私钥): PKCS#1 or PKCS#8, in PEM or as bare base64,
// wrapped or in one line, with or without invisible characters from copying. The error says what
// the text is instead, never its content.
func ParsePrivateKey(text []byte) (*rsa.PrivateKey, error) {
	der, err := keyBytes(text)
	if err != nil {
		return nil, fmt.Errorf("private key: %w", err)
	}
	switch key := parseDER(der).(type) {
	case *rsa.PrivateKey:
		if bits := key.N.BitLen(); bits < minKeyBits {
			return nil, fmt.Errorf("private key: %w: %d bits, RSA2 needs %d", ErrWeakKey, bits, minKeyBits)
		}
		return key, nil
	case *rsa.PublicKey:
		return nil, errors.New("private key: this is a public key; the 应用私钥 (app private key) belongs here")
	default:
		return nil, fmt.Errorf("private key: this is %s; an RSA private key (应用私钥) belongs here", describeKey(key))
	}
}

// ParsePublicKey reads an Alipay public key (支付宝公钥): PKIX or PKCS#1, with the same tolerance
// as ParsePrivateKey. It cannot see whose key it is; NewClient tells the app's own key from
// Alipay's.
func ParsePublicKey(text []byte) (*rsa.PublicKey, error) {
	der, err := keyBytes(text)
	if err != nil {
		return nil, fmt.Errorf("public key: %w", err)
	}
	switch key := parseDER(der).(type) {
	case *rsa.PublicKey:
		if bits := key.N.BitLen(); bits < minKeyBits {
			return nil, fmt.Errorf("public key: %w: %d bits, RSA2 needs %d", ErrWeakKey, bits, minKeyBits)
		}
		return key, nil
	case *rsa.PrivateKey:
		return nil, errors.New("public key: this is a private key; the 支付宝公钥 (Alipay public key) belongs here")
	default:
		return nil, fmt.Errorf("public key: this is %s; the 支付宝公钥 (Alipay public key) belongs here", describeKey(key))
	}
}

// parseDER returns the key or certificate that der holds, or nil. The content decides, not the PEM
// label: labels on keys that travelled through chat windows are often the wrong ones.
func parseDER(der []byte) any {
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key
	}
	if key, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		return key
	}
	if key, err := x509.ParsePKIXPublicKey(der); err == nil {
		return key
	}
	if key, err := x509.ParsePKCS1PublicKey(der); err == nil {
		return key
	}
	if cert, err := x509.ParseCertificate(der); err == nil {
		return cert
	}
	return nil
}

func describeKey(key any) string {
	switch key.(type) {
	case nil:
		return "no key that can be read (cut off, or not a key at all)"
	case *x509.Certificate:
		return "a certificate (公钥证书模式 is not spoken, use 公钥模式)"
	default:
		return fmt.Sprintf("a key of another kind (%T)", key)
	}
}

package alipay

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"testing"
)

// wrapped returns der as base64 in lines of 64 characters.
func wrapped(der []byte) string {
	text := base64.StdEncoding.EncodeToString(der)
	var lines []string
	for ; len(text) > 64; text = text[64:] {
		lines = append(lines, text[:64])
	}
	return strings.Join(append(lines, text), "\n")
}

func inPEM(label string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}))
}

// spellings are the ways in which people store one key.
func spellings(label string, der []byte) map[string]string {
	armoured := inPEM(label, der)
	return map[string]string{
		"pem":               armoured,
		"windows lines":     strings.ReplaceAll(armoured, "\n", "\r\n"),
		"byte order mark":   "\uFEFF" + armoured,
		"zero-width spaces": strings.ReplaceAll(armoured, "M", "\u200BM\u200D"),
		"indented":          "  " + strings.ReplaceAll(armoured, "\n", "\n  "),
		"text around it":    "key of the app:\n" + armoured + "\n",
		"pem in one line":   strings.ReplaceAll(armoured, "\n", ""),
		"bare, one line":    base64.StdEncoding.EncodeToString(der),
		"bare, wrapped":     wrapped(der) + "\n",
		"bare, no padding":  base64.RawStdEncoding.EncodeToString(der),
	}
}

func pkcs8DER(t *testing.T, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func pkixDER(t *testing.T, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestParsePrivateKeySpellings(t *testing.T) {
	t.Parallel()
	forms := map[string]map[string]string{
		"PKCS#1":      spellings("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(appKey())),
		"PKCS#8":      spellings("PRIVATE KEY", pkcs8DER(t, appKey())),
		"wrong label": {"pem": inPEM("RSA PRIVATE KEY", pkcs8DER(t, appKey()))},
	}
	for form, texts := range forms {
		for spelling, text := range texts {
			got, err := ParsePrivateKey([]byte(text))
			if err != nil || !got.Equal(appKey()) {
				t.Errorf("%s, %s: %v, want the key", form, spelling, err)
			}
		}
	}
}

func TestParsePublicKeySpellings(t *testing.T) {
	t.Parallel()
	want := &alipayKey().PublicKey
	forms := map[string]map[string]string{
		"PKIX":   spellings("PUBLIC KEY", pkixDER(t, want)),
		"PKCS#1": spellings("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(want)),
	}
	for form, texts := range forms {
		for spelling, text := range texts {
			got, err := ParsePublicKey([]byte(text))
			if err != nil || !got.Equal(want) {
				t.Errorf("%s, %s: %v, want the key", form, spelling, err)
			}
		}
	}
}

func TestKeysThatAreRefusedSayWhatTheyAre(t *testing.T) {
	t.Parallel()
	private := inPEM("PRIVATE KEY", pkcs8DER(t, appKey()))
	public := inPEM("PUBLIC KEY", pkixDER(t, &appKey().PublicKey))
	tests := map[string]struct{ text, wantPrivate, wantPublic string }{
		"nothing":      {"", "it is empty", "it is empty"},
		"only a mark":  {"\uFEFF\n", "it is empty", "it is empty"},
		"prose":        {"my key!", "neither PEM nor base64", "neither PEM nor base64"},
		"cut off":      {private[:700], "BEGIN or END line is damaged", "BEGIN or END line is damaged"},
		"other base64": {"aGVsbG8gd29ybGQ=", "no key that can be read", "no key that can be read"},
		"encrypted": {"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----",
			"passphrase", "passphrase"},
		"two keys":        {private + public, "2 keys", "2 keys"},
		"certificate":     {certificate(t), "a certificate", "a certificate"},
		"elliptic curve":  {inPEM("PRIVATE KEY", pkcs8DER(t, ellipticKey(t))), "another kind", "another kind"},
		"the other half":  {public, "this is a public key", ""},
		"the secret half": {private, "", "this is a private key"},
		"weak private":    {inPEM("PRIVATE KEY", pkcs8DER(t, weakKey())), "1024 bits", "private key"},
		"weak public":     {inPEM("PUBLIC KEY", pkixDER(t, &weakKey().PublicKey)), "public key", "1024 bits"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ParsePrivateKey([]byte(tt.text))
			checkKeyError(t, "ParsePrivateKey", err, tt.wantPrivate)
			_, err = ParsePublicKey([]byte(tt.text))
			checkKeyError(t, "ParsePublicKey", err, tt.wantPublic)
		})
	}
}

// checkKeyError wants an error with want in it and no key material; an empty want means that there
// must be none.
func checkKeyError(t *testing.T, call string, err error, want string) {
	t.Helper()
	if want == "" {
		if err != nil {
			t.Errorf("%s: %v, want no error", call, err)
		}
		return
	}
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%s: %v, want an error that says %q", call, err, want)
	} else if strings.Contains(err.Error(), "MII") {
		t.Errorf("%s: the error shows the key: %v", call, err)
	}
}

func TestWeakKeysAreTold(t *testing.T) {
	t.Parallel()
	if _, err := ParsePublicKey(pemOfWeakKey(t)); !errors.Is(err, ErrWeakKey) {
		t.Errorf("ParsePublicKey of 1024 bits: %v, want ErrWeakKey", err)
	}
}

func pemOfWeakKey(t *testing.T) []byte {
	return []byte(inPEM("PUBLIC KEY", pkixDER(t, &weakKey().PublicKey)))
}

func ellipticKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func certificate(t *testing.T) string {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Example Payment CA"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &appKey().PublicKey, appKey())
	if err != nil {
		t.Fatal(err)
	}
	return inPEM("CERTIFICATE", der)
}

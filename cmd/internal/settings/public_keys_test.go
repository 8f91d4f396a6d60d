package settings

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"strings"
	"sync"
	"testing"
)

var oldKey, newKey = sync.OnceValue(makeKey), sync.OnceValue(makeKey)

func makeKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}

// publicKey returns a key in both forms that files have it in.
func publicKey(t *testing.T, key *rsa.PrivateKey) (block, bare string) {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), base64.StdEncoding.EncodeToString(der)
}

func TestParsePublicKeys(t *testing.T) {
	t.Parallel()
	oldBlock, oldBare := publicKey(t, oldKey())
	newBlock, newBare := publicKey(t, newKey())
	block := pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(newKey())}
	private := string(pem.EncodeToMemory(&block))
	for _, c := range []struct {
		name, text string
		keys       int // the old one, then the new one
		fault      string
	}{
		{"one block", oldBlock, 1, ""},
		{"bare base64", oldBare + "\n", 1, ""},
		{"two blocks", oldBlock + newBlock, 2, ""},
		{"blank lines", "\n" + oldBlock + "\n\n" + newBlock + "\n", 2, ""},
		{"windows line ends", strings.ReplaceAll(oldBlock+newBlock, "\n", "\r\n"), 2, ""},
		{"no line ends", strings.ReplaceAll(oldBlock+newBlock, "\n", ""), 2, ""},
		{"a byte order mark", "\ufeff" + oldBlock + newBlock, 2, ""},
		{
			"second cut off", oldBlock + strings.Replace(newBlock, newBare[100:120], "", 1),
			0, "key 2 of 2: public key: this is no key",
		},
		{
			"second with a hole", oldBlock + strings.Replace(newBlock, newBare[:20], "!", 1),
			0, "key 2 of 2: public key: it is neither PEM",
		},
		{"second private", oldBlock + private, 0, "key 2 of 2: public key: this is a private key"},
		{"second without its end", oldBlock + newBlock[:100], 0, "text beside the PEM blocks, of which 1"},
		{"second with a damaged line", oldBlock + newBlock[1:], 0, "text beside the PEM blocks, of which 1"},
		{"second as bare base64", oldBlock + newBare, 0, "text beside the PEM blocks, of which 1"},
		{"first damaged", oldBlock[1:] + newBlock, 0, "text beside the PEM blocks, of which 1"},
		{"the same twice", oldBlock + oldBlock, 0, "key 2 of 2: it was given before"},
		{"nothing", "\n", 0, "public key: it is empty"},
	} {
		got, err := parsePublicKeys([]byte(c.text))
		if (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
			t.Errorf("%s: got %v, want an error that says %q", c.name, err, c.fault)
		}
		if len(got) != c.keys {
			t.Fatalf("%s: got %d keys, want %d", c.name, len(got), c.keys)
		}
		for i, key := range got {
			if want := []*rsa.PrivateKey{oldKey(), newKey()}[i]; !key.Equal(&want.PublicKey) {
				t.Errorf("%s: key %d is another", c.name, i+1)
			}
		}
	}
}

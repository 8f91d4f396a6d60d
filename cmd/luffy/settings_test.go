package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// The keys that settings may name.
var (
	appKey        = sync.OnceValue(func() *rsa.PrivateKey { return newKey(2048) })
	alipayKey     = sync.OnceValue(func() *rsa.PrivateKey { return newKey(2048) })
	shortKey      = sync.OnceValue(func() *rsa.PrivateKey { return newKey(1024) })
	nextAlipayKey = sync.OnceValue(func() *rsa.PrivateKey { return newKey(2048) })
)

func newKey(bits int) *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		panic(err)
	}
	return key
}

func privatePEM(key *rsa.PrivateKey) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}))
}

func publicPEM(t *testing.T, key *rsa.PrivateKey) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// goodSettings are those of a shop that starts, on a migrated database of its own and a free port.
func goodSettings(t *testing.T) []string {
	t.Helper()
	folder := t.TempDir()
	environ := []string{
		"LUFFY_ADDR=127.0.0.1:0", "LUFFY_BASE_URL=https://shop.example",
		"LUFFY_DATABASE_URL=sqlite:" + filepath.Join(folder, "luffy.db"),
		"LUFFY_SESSION_KEY_FILE=" + filepath.Join(folder, "session.key"),
		"LUFFY_ALIPAY_GATEWAY=https://openapi.alipay.com/gateway.do", "LUFFY_ALIPAY_APP_ID=2016091600523592",
		"LUFFY_ALIPAY_SELLER_ID=2088102175868026", "LUFFY_ALIPAY_APP_PRIVATE_KEY_FILE=" + writeKey(t, privatePEM(appKey())),
		"LUFFY_ALIPAY_PUBLIC_KEY_FILE=" + writeKey(t, publicPEM(t, alipayKey())),
	}
	wantRun(t, environ, "", []string{"migrate", "up"}, 0)
	return environ
}

func writeKey(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

package alipay

import (
	"crypto/rand"
	"crypto/rsa"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
)

// The keys of both sides, made once for the test binary.
var (
	appKey    = sync.OnceValue(func() *rsa.PrivateKey { return mustKey(2048) })
	alipayKey = sync.OnceValue(func() *rsa.PrivateKey { return mustKey(2048) })
	weakKey   = sync.OnceValue(func() *rsa.PrivateKey { return mustKey(1024) })
)

func mustKey(bits int) *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		panic(err)
	}
	return key
}

// testNow is 22:30 in Beijing.
var testNow = time.Date(2026, 11, 22, 14, 30, 0, 0, time.UTC)

func testConfig() Config {
	return Config{
		Gateway:          "https://openapi.alipay.com/gateway.do",
		AppID:            "2016091600523592",
		SellerID:         "2088102175868026",
		AppPrivateKey:    appKey(),
		AlipayPublicKeys: []*rsa.PublicKey{&alipayKey().PublicKey},
		Now:              func() time.Time { return testNow },
	}
}

func testClient(t *testing.T) *Client {
	t.Helper()
	c, err := NewClient(testConfig())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// gatewayClient is a client whose gateway is handler.
func gatewayClient(t *testing.T, handler http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	cfg := testConfig()
	cfg.Gateway = server.URL + "/gateway.do"
	c, err := NewClient(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func mustSign(t testing.TB, text string, key *rsa.PrivateKey) string {
	t.Helper()
	s, err := sign([]byte(text), key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// signedForm returns values as a form that Alipay signed.
func signedForm(t testing.TB, values map[string]string) string {
	t.Helper()
	form := url.Values{}
	for name, value := range values {
		form.Set(name, value)
	}
	m, err := ParseMessage(form.Encode())
	if err != nil {
		t.Fatal(err)
	}
	form.Set("sign", mustSign(t, m.SignedText(), alipayKey()))
	form.Set("sign_type", "RSA2")
	return form.Encode()
}

// with returns a copy of values in which each name in changes has its new value; "-" takes the name away.
func with(values, changes map[string]string) map[string]string {
	all := maps.Clone(values)
	maps.Copy(all, changes)
	for name, value := range changes {
		if value == "-" {
			delete(all, name)
		}
	}
	return all
}

func keysOf(key *rsa.PrivateKey) []*rsa.PublicKey {
	return []*rsa.PublicKey{&key.PublicKey}
}

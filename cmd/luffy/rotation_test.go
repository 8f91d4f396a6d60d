package main

import (
	"crypto/rsa"
	"sync"
	"testing"
)

var nextAlipayKey = sync.OnceValue(func() *rsa.PrivateKey { return newKey(2048) })

// TestConfigChecksEveryKey: while Alipay's key changes, a fault of any key of the set is told with its place.
func TestConfigChecksEveryKey(t *testing.T) {
	t.Parallel()
	good := goodSettings(t)
	block := publicPEM(t, alipayKey())
	for _, c := range []struct {
		name, keys, fault string
	}{
		{"two keys", block + publicPEM(t, nextAlipayKey()), ""},
		{"a short second", block + publicPEM(t, shortKey()), "key 2 of 2: public key: RSA key is too short: 1024 bits"},
		{"the app's own second", block + publicPEM(t, appKey()), "应用公钥"},
		{"a private second", block + privatePEM(nextAlipayKey()), "key 2 of 2: public key: this is a private key"},
		{"a second without its first line", block + publicPEM(t, nextAlipayKey())[27:], "text beside the PEM blocks"},
		{"one key twice", block + block, "key 2 of 2: it was given before"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			environ := append(good[:len(good):len(good)], "LUFFY_ALIPAY_PUBLIC_KEY_FILE="+writeKey(t, c.keys))
			if c.fault == "" {
				wantRun(t, environ, "", []string{"config"}, 0)
				return
			}
			wantRun(t, environ, "", []string{"config"}, exitUsage, "LUFFY_ALIPAY_PUBLIC_KEY_FILE", c.fault)
		})
	}
}

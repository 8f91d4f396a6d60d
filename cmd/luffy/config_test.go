package main

import (
	"strings"
	"testing"
)

func TestConfig(t *testing.T) {
	t.Parallel()
	environ := append(goodSettings(t), "LUFFY_DATABASE_URL=mysql://shop:horse@db.example/luffy")
	code, stdout, stderr := run(t, environ, "", "config")
	if code != 0 || stderr != "" {
		t.Errorf("got exit %d and %q, want 0", code, stderr)
	}
	for _, want := range []string{
		"LUFFY_DATABASE_URL=mysql://shop:xxxxx@db.example/luffy\n", "LUFFY_ORDER_TTL=15m0s\n",
		"LUFFY_REFUND_DAYS=7\n", "LUFFY_JOBS=on\n",
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("%q is not in\n%s", want, stdout)
		}
	}
	if got := strings.Count(stdout, "\n"); got != 16 {
		t.Errorf("got %d settings, want 16:\n%s", got, stdout)
	}

	environ = append(environ, "LUFFY_ADDR=8080", "LUFFY_ALIPAY_APP_ID=",
		"LUFFY_DATABASE_URL=mysql://shop:horse%zz@db.example/luffy", "LUFFY_SESSION_KEY_FILE="+t.TempDir())
	code, stdout, stderr = run(t, environ, "", "config")
	for _, want := range []string{"LUFFY_ADDR", "LUFFY_ALIPAY_APP_ID", "LUFFY_DATABASE_URL", "LUFFY_SESSION_KEY_FILE"} {
		if code != exitUsage || !strings.Contains(stderr, want) {
			t.Errorf("got exit %d and %q, want %d and the fault of %s", code, stderr, exitUsage, want)
		}
	}
	if strings.Contains(stdout+stderr, "horse") {
		t.Errorf("the password is shown:\n%s%s", stdout, stderr)
	}
}

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

package logwatch_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"github.com/gorilla/securecookie"

	"luffy/models"
	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest"
	"luffy/models/modelstest/logwatch"
)

// secrets are real ones of every kind.
func secrets(t *testing.T) map[string]string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	pkcs1 := x509.MarshalPKCS1PrivateKey(key)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte("x"))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	sign, session := base64.StdEncoding.EncodeToString(signature), rand.Text()+rand.Text()
	cookie, err := securecookie.New(sum[:], nil).Encode("luffy_session", session)
	if err != nil {
		t.Fatal(err)
	}
	ann, err := modelstest.SQLite(t).AddUser(t.Context(), models.NewUser{Username: "ann", Password: modelstest.Password})
	if err != nil {
		t.Fatal(err)
	}
	body := base64.StdEncoding.EncodeToString(pkcs1)
	return map[string]string{
		"key in PKCS#1":            body,
		"key in PKCS#8":            base64.StdEncoding.EncodeToString(pkcs8),
		"key in PEM":               string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: pkcs1})),
		"fragment of a key":        body[700:1100],
		"key as numbers":           fmt.Sprint(*key),
		"key as bytes":             fmt.Sprint(pkcs1),
		"key in hex":               hex.EncodeToString(pkcs1),
		"session key":              rand.Text() + rand.Text(),
		"session key as bytes":     fmt.Sprint([]byte(rand.Text())),
		"signature":                sign,
		"signature in a link":      url.QueryEscape(sign),
		"beginning of a signature": "sign=" + sign[:10],
		"session":                  session,
		"session's cookie":         cookie,
		"header of cookies":        "Cookie: luffy_session=x; luffy_csrf=y",
		"form with its token":      fmt.Sprint(url.Values{"_csrf": {"x"}}),
		"password":                 modelstest.Password,
		"password in a form":       url.Values{"password": {modelstest.Password}}.Encode(),
		"hash of a password":       ann.Password,
		"database":                 "mysql://shop:secret@db.example/luffy",
		"database for the driver":  "shop:secret@tcp(db.example:3306)/luffy",
		"buyer":                    sandbox.BuyerRich,
		"another buyer":            sandbox.BuyerPoor,
		"masked phone of a buyer":  "159****5620",
		"masked mail of a buyer":   "buyer***@example.com",
		"token of the checkout":    rand.Text(),
	}
}

// TestSecretsAreSeen: each kind of secret is seen in whatever form a log gives it.
func TestSecretsAreSeen(t *testing.T) {
	for name, secret := range secrets(t) {
		for form, handler := range map[string]func(io.Writer) slog.Handler{
			"text": func(w io.Writer) slog.Handler { return slog.NewTextHandler(w, nil) },
			"JSON": func(w io.Writer) slog.Handler { return slog.NewJSONHandler(w, nil) },
		} {
			for where, log := range map[string]func(*slog.Logger){
				"message":   func(l *slog.Logger) { l.Info(secret) }, //nolint:sloglint // a fault, as a log may have it
				"attribute": func(l *slog.Logger) { l.Info("request", "path", "/", "error", fmt.Errorf("not taken: %s", secret)) },
				"group":     func(l *slog.Logger) { l.WithGroup("g").Warn("x", "v", []string{secret}) },
			} {
				var text bytes.Buffer
				log(slog.New(handler(&text)))
				if len(logwatch.Find(text.String())) == 0 {
					t.Errorf("%s, %s, %s: nothing is seen in %s", name, form, where, text.String())
				}
			}
		}
	}
}

// TestHarmlessLinesPass: what a log is for is no secret.
func TestHarmlessLinesPass(t *testing.T) {
	for _, line := range []string{
		`time=2026-11-22T14:30:00.123Z level=INFO msg=request method=POST ` +
			`path=/orders/20190929151453000001000020/pay status=303 took=1.234567ms request=MIICppYWNdiQYwdjdpbHvvWpCuvDhzix`,
		`{"time":"2026-11-22T14:30:00.123456789Z","level":"INFO","msg":"request","path":"/","request":"nPPYTqKDdDyzjoBTDHRKBRQRwVlXnOHy"}`,
		`level=INFO msg=payment outcome=fulfilled source=notify out_trade_no=20190929151453000001000020-2 trade_no=2026112222001412345678901234`,
		`level=WARN msg="alipay message" source=notify verdict=refused reason=signature out_trade_no=1`,
		`level=ERROR msg=query error="Error 1045 (28000): Access denied for user 'luffy_test_x7k2abcd9e1f'@'localhost' (using password: YES)"`,
		`LUFFY_ALIPAY_APP_PRIVATE_KEY_FILE: open /tmp/TestServeRefuses_everything_at_once1234567890/002/key.pem: no such file or directory`,
		`LUFFY_DATABASE_URL=mysql://root@127.0.0.1:3306/luffy`,
		`LUFFY_DATABASE_URL=mysql://shop:xxxxx@db.example/luffy`,
		`msg="slow statement" sql="UPDATE ly_user SET password=? WHERE id = ? AND password = ?"`,
		`dial tcp 127.0.0.1:33061: connect: connection refused`,
	} {
		if found := logwatch.Find(line); len(found) > 0 {
			t.Errorf("got %q in %s", found, line)
		}
	}
}

// judged is a test that is not to fail when its log does.
type judged struct {
	testing.TB
	faults   int
	cleanups []func()
}

func (j *judged) Error(...any)     { j.faults++ }
func (j *judged) Cleanup(f func()) { j.cleanups = append(j.cleanups, f) }

// TestLogFailsItsTest: at the line that tells a secret, however it is cut into pieces, and at the
// last one without an end.
func TestLogFailsItsTest(t *testing.T) {
	for name, c := range map[string]struct {
		pieces []string
		want   int
	}{
		"nothing":             {nil, 0},
		"harmless":            {[]string{"level=INFO msg=serving\n"}, 0},
		"whole line":          {[]string{"password=correct horse\n"}, 1},
		"two lines":           {[]string{"sign=a\n", "sign=b\n"}, 2},
		"cut in two":          {[]string{"a correct ho", "rse came", " by\n"}, 1},
		"no end of line":      {[]string{"fine\n", "a correct horse"}, 1},
		"after harmless ones": {[]string{"one\ntwo\na correct horse\nthree\n"}, 1},
	} {
		j := &judged{TB: t}
		var got bytes.Buffer
		w := logwatch.Writer(j, &got)
		for _, piece := range c.pieces {
			if _, err := io.WriteString(w, piece); err != nil {
				t.Fatal(err)
			}
		}
		for _, end := range j.cleanups {
			end()
		}
		if want := strings.Join(c.pieces, ""); j.faults != c.want || got.String() != want {
			t.Errorf("%s: got %d faults and %q, want %d and %q", name, j.faults, got.String(), c.want, want)
		}
	}
	j := &judged{TB: t}
	logwatch.New(j, io.Discard).Debug("login", "password", modelstest.Password)
	if j.faults != 1 {
		t.Errorf("a password in a line of the least level: got %d faults, want 1", j.faults)
	}
}

package sandbox

import (
	"crypto/rsa"
	"encoding/json"
	"net/url"
	"os"
	"testing"

	"luffy/models/alipay"
)

// TestMessageTextAgainstAlipay checks the simulator's reading of what Alipay signs against messages
// that Alipay has really signed, so that the oracle for the shop is not the shop's own reading.
func TestMessageTextAgainstAlipay(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../testdata/alipay_real.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		ID, Kind, Raw, Expect, Charset string
		Policy                         bool
		SignType                       string `json:"sign_type"`
		PublicKey                      string `json:"public_key_pem"`
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, c := range cases {
		if c.Kind == "response" || c.Policy || c.SignType != "RSA2" {
			continue
		}
		form, err := url.ParseQuery(c.Raw)
		if err != nil || repeats(form) {
			continue // the simulator never sends such a message
		}
		tried++
		got := "valid"
		if verify(mustKey(t, c.PublicKey), messageText(flat(form)), form.Get("sign")) != nil {
			got = "invalid"
		}
		if got != c.Expect {
			t.Errorf("%s: got %s, want %s", c.ID, got, c.Expect)
		}
	}
	if tried < 50 {
		t.Errorf("tried %d messages, want at least 50", tried)
	}
}

func repeats(form url.Values) bool {
	for _, values := range form {
		if len(values) > 1 {
			return true
		}
	}
	return false
}

func flat(form url.Values) map[string]string {
	params := map[string]string{}
	for name := range form {
		params[name] = form.Get(name)
	}
	return params
}

func mustKey(t *testing.T, text string) *rsa.PublicKey {
	t.Helper()
	key, err := alipay.ParsePublicKey([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestCanonicalTexts(t *testing.T) {
	t.Parallel()
	params := map[string]string{
		"sign": "x", "sign_type": "RSA2", "b": "", "a": "1+ 1%20&=", "Z": "中文", "body": "",
	}
	for _, c := range []struct{ name, got, want string }{
		{"a request keeps sign_type and drops empty values", requestText(params), "Z=中文&a=1+ 1%20&=&sign_type=RSA2"},
		{"a message drops sign_type and keeps empty values", messageText(params), "Z=中文&a=1+ 1%20&=&b=&body="},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, c.got, c.want)
		}
	}
}

// FuzzSignedText: shop and simulator, which share no code, read the signed text of every message alike.
func FuzzSignedText(f *testing.F) {
	for _, raw := range []string{
		"b=2&a=1&sign=x&sign_type=RSA2", "a=&b=%26%3D&=", "a=%D6%D0&charset=gbk", "a+b=c+d&A=1", "sign=&%00=%0a",
	} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		message, err := alipay.ParseMessage(raw)
		if err != nil {
			return
		}
		form, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		params := make(map[string]string, len(form))
		for name := range form {
			params[name] = form.Get(name)
		}
		if got, want := message.SignedText(), messageText(params); got != want {
			t.Errorf("%q: the shop reads %q, the simulator %q", raw, got, want)
		}
	})
}

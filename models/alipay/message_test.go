package alipay

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParseMessageDecodesOnceAndTrimsNothing(t *testing.T) {
	t.Parallel()
	m, err := ParseMessage("b=1+2%2B3&a=%20x%20&z=%2541&e=&%E4%B8%AD=%e6%96%87&semi=a;b&flag&&g=%D6%D0")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"b": "1 2+3", "a": " x ", "z": "%41", "e": "", "中": "文", "semi": "a;b", "flag": "", "g": "\xd6\xd0", "absent": "",
	}
	for name, value := range want {
		if got := m.Get(name); got != value {
			t.Errorf("Get(%q) = %q, want %q", name, got, value)
		}
	}
	if got, want := m.SignedText(), "a= x &b=1 2+3&e=&flag=&g=\xd6\xd0&semi=a;b&z=%41&中=文"; got != want {
		t.Errorf("SignedText() = %q, want %q", got, want)
	}
}

func TestSignedTextLeavesOutSignAndSignTypeOnly(t *testing.T) {
	t.Parallel()
	m, err := ParseMessage("sign_type=RSA2&charset=utf8&sign=abc&body=&Sign=x&sign_type2=y&alipay_cert_sn=1")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := m.SignedText(), "Sign=x&alipay_cert_sn=1&body=&charset=utf8&sign_type2=y"; got != want {
		t.Errorf("SignedText() = %q, want %q", got, want)
	}
}

func TestParseMessageRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		raw  string
		want error
	}{
		"broken escape":            {"a=%zz", ErrMalformed},
		"cut escape":               {"a=1&b=%4", ErrMalformed},
		"broken escape in name":    {"a%=1", ErrMalformed},
		"no name":                  {"=1", ErrMalformed},
		"repeated name":            {"a=1&b=2&a=3", ErrRepeatedName},
		"repeated with same value": {"a=1&a=1", ErrRepeatedName},
		"repeated in disguise":     {"total_amount=1&total%5Famount=2", ErrRepeatedName},
		"repeated sign":            {"sign=1&sign=2", ErrRepeatedName},
		"too many pairs":           {strings.Repeat("a=1&", maxPairs), ErrTooLarge},
		"too long":                 {"a=" + strings.Repeat("x", maxMessage), ErrTooLarge},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := ParseMessage(tt.raw); !errors.Is(err, tt.want) {
				t.Errorf("ParseMessage: %v, want %v", err, tt.want)
			}
		})
	}
}

func TestTextIsUTF8InEveryCharset(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ raw, want string }{
		"utf-8":             {"charset=utf-8&subject=%E4%B8%AD%E6%96%87", "中文"},
		"utf8":              {"charset=utf8&subject=%E4%B8%AD%E6%96%87", "中文"},
		"gbk":               {"charset=GBK&subject=%D6%D0%CE%C4", "中文"},
		"gb2312":            {"charset=gb2312&subject=%D6%D0%CE%C4", "中文"},
		"gb18030":           {"charset=gb18030&subject=%D6%D0%CE%C4", "中文"},
		"unnamed utf-8":     {"subject=%E4%B8%AD%E6%96%87", "中文"},
		"unnamed gbk":       {"subject=%D6%D0%CE%C4", "中文"},
		"not what it says":  {"charset=utf-8&subject=A%D6%D0", "A\uFFFD"},
		"cut gbk character": {"charset=gbk&subject=A%D6", "A\uFFFD"},
		"unknown charset":   {"charset=latin1&subject=%FF", "\uFFFD"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := ParseMessage(tt.raw)
			if err != nil {
				t.Fatal(err)
			}
			if got := m.Text("subject"); got != tt.want {
				t.Errorf("Text(subject) = %q, want %q", got, tt.want)
			}
		})
	}
}

// FuzzParseMessage: whatever is accepted has the same values as the standard library reads, and
// texts fit for storing.
func FuzzParseMessage(f *testing.F) {
	for _, raw := range []string{
		"a=1&b=2", "a=%D6%D0&charset=gbk", "a=1&a=2", "a=%zz", "&&=&", "sign=+&sign_type=RSA2&x", "a;b=c",
	} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		m, err := ParseMessage(raw)
		if err != nil {
			if Reason(err) == "" {
				t.Errorf("ParseMessage(%q): %v, which has no reason", raw, err)
			}
			return
		}
		if want, err := url.ParseQuery(raw); err == nil {
			if len(want) != len(m.pairs) {
				t.Errorf("%q: %d pairs, want %d", raw, len(m.pairs), len(want))
			}
			for name := range want {
				if got := m.Get(name); got != want.Get(name) {
					t.Errorf("%q: Get(%q) = %q, want %q", raw, name, got, want.Get(name))
				}
			}
		}
		for _, p := range m.pairs {
			if text := m.Text(p.name); !utf8.ValidString(text) {
				t.Errorf("%q: Text(%q) = %q, not UTF-8", raw, p.name, text)
			}
		}
	})
}

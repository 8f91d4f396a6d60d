package alipay

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// TestDiagnoseRealMessages: the cause found for messages that Alipay signed and somebody changed.
func TestDiagnoseRealMessages(t *testing.T) {
	t.Parallel()
	const otherKey, otherText = "应用公钥", "the key is the right one"
	want := map[string]string{
		"ret-seed-as-signed":                               "",
		"rsp-zongji-refund":                                "",
		"ret-seed-as-printed":                              "it verifies with utf-8",
		"ntf-alipay-sdk-node-fail":                         otherKey,
		"ret-seed-as-signed--amount-changed":               otherText,
		"ret-seed-as-signed--amount-reformatted":           "another form in total_amount",
		"ret-seed-as-signed--amount-trailing-space":        "white space was added around total_amount",
		"ret-seed-as-signed--dup-amount-tampered-last":     `"total_amount"`,
		"ret-seed-as-signed--param-added":                  "added to the message: promo",
		"ret-seed-as-signed--sign-missing":                 "there is no sign",
		"ret-seed-as-signed--sign-truncated":               "129 bytes",
		"ret-seed-as-signed--sign-garbage":                 "base64",
		"ret-seed-as-signed--sign-urlsafe-base64":          "URL-safe",
		"ret-seed-as-signed--sign-plus-as-space":           "+ of sign were lost",
		"ret-seed-as-signed--sign-type-rsa-downgrade":      `sign_type says "RSA"`,
		"ret-seed-as-signed--key-of-another-app":           otherKey,
		"ret-seed-as-signed--timestamp-literal-plus":       "a space became a plus sign in timestamp",
		"ret-seed-as-signed--double-encoded":               "encoded twice, so one more decoding was needed: timestamp",
		"ret-seed-as-signed--charset-renamed":              "it verifies with utf-8",
		"ntf-alipay-sdk-node--fund-bill-list-spaced":       "written again in fund_bill_list",
		"ntf-alipay-sdk-node--fund-bill-list-html-escaped": "HTML entities in fund_bill_list",
		"ntf-alipay-sdk-node--subject-mojibake":            "from UTF-8 to GBK: subject",
		"rsp-zongji-refund--node-whitespace":               "without the white space",
		"rsp-zongji-refund--node-code-changed":             otherText,
		"rsp-zongji-refund--sign-missing":                  "there is no sign",
		"rsp-zongji-refund--node-renamed":                  "another method",
	}
	for _, c := range realCases(t) {
		cause, asked := want[c.ID]
		if !asked {
			continue
		}
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			checkCauses(t, c.diagnose(t).Causes, cause)
		})
		delete(want, c.ID)
	}
	for id := range want {
		t.Errorf("there is no case %s", id)
	}
}

func (c realCase) diagnose(t *testing.T) Diagnosis {
	t.Helper()
	key, err := ParsePublicKey([]byte(c.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	if c.Kind == "response" {
		return DiagnoseResponse([]byte(c.Raw), "", key)
	}
	return DiagnoseMessage(c.Raw, "utf-8", key)
}

// checkCauses wants exactly one cause with want in it, or none when want is empty.
func checkCauses(t *testing.T, causes []string, want string) {
	t.Helper()
	if want == "" && len(causes) == 0 {
		return
	}
	if len(causes) != 1 || want == "" || !strings.Contains(causes[0], want) {
		t.Errorf("causes = %q, want one that says %q", causes, want)
	}
}

func TestDiagnoseMadeMessages(t *testing.T) {
	t.Parallel()
	values := map[string]string{"out_trade_no": "1", "subject": "C++ 100% 中文", "body": "", "total_amount": "310.00"}
	const text = "body=&out_trade_no=1&subject=C++ 100% 中文&total_amount=310.00"
	good := mustSign(t, text, alipayKey())
	form := func(sign string, changes map[string]string) string {
		f := url.Values{"sign": {sign}, "sign_type": {"RSA2"}}
		for name, value := range with(values, changes) {
			f.Set(name, value)
		}
		return f.Encode()
	}
	subject := func(s string) map[string]string { return map[string]string{"subject": s} }
	signText := func(text string) string { return mustSign(t, text, alipayKey()) }
	tests := map[string]struct{ raw, want string }{
		"good": {form(good, nil), ""},
		"sign_type left in": {
			form(signText("body=&out_trade_no=1&sign_type=RSA2&subject=C++ 100% 中文&total_amount=310.00"), nil),
			"sign_type was left in",
		},
		"empty dropped": {
			form(signText("out_trade_no=1&subject=C++ 100% 中文&total_amount=310.00"), nil), "without its empty values",
		},
		"plus lost": {
			form(signText("body=&out_trade_no=1&subject=C++&total_amount=310.00"), subject("C  ")),
			"+ was lost in subject",
		},
		"decoded too often": {form(signText("body=&out_trade_no=1&subject=a%2Fb&total_amount=310.00"), subject("a/b")),
			"decoded once too often: subject"},
		"trimmed": {
			form(signText("body=&out_trade_no=1&subject=Go &total_amount=310.00"), subject("Go")),
			"trimmed off subject",
		},
		"was GBK": {form(signText("body=&out_trade_no=1&subject=\xd6\xd0\xce\xc4&total_amount=310.00"), subject("中文")),
			"from GBK to UTF-8: subject"},
		"no padding":    {form(strings.TrimRight(good, "="), nil), "padding (=) of sign was lost"},
		"wrapped sign":  {form(good[:76]+"\n"+good[76:], nil), "white space in it"},
		"sign encoded":  {form(url.QueryEscape(good), nil), "still percent-encoded"},
		"SHA-1":         {form(sha1Sign(t, text), nil), "set the app's sign type to RSA2"},
		"the app's own": {form(mustSign(t, text, appKey()), nil), "应用公钥"},
		"short sign":    {form(base64.StdEncoding.EncodeToString([]byte("short")), nil), "5 bytes"},
		"malformed":     {"a=%", "not well formed"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkCauses(t, DiagnoseMessage(tt.raw, "utf-8", &alipayKey().PublicKey).Causes, tt.want)
		})
	}
}

func TestDiagnoseFindsSignAndTextFaultsTogether(t *testing.T) {
	t.Parallel()
	x, sign := 0, ""
	for ; !strings.Contains(sign, "+"); x++ {
		sign = mustSign(t, fmt.Sprintf("charset=utf-8&x=%d", x+1), alipayKey())
	}
	raw := fmt.Sprintf("charset=utf8&x=%d&sign=%s", x, sign) // its + not escaped
	got := DiagnoseMessage(raw, "", &alipayKey().PublicKey).Causes
	want := []string{
		"the + of sign were lost: they travelled unescaped and were read as spaces",
		"charset was rewritten; it verifies with utf-8",
	}
	if !slices.Equal(got, want) {
		t.Errorf("causes = %q, want %q", got, want)
	}
}

func TestDiagnoseResponseMade(t *testing.T) {
	t.Parallel()
	escaped := `{"code":"40004","sub_msg":"a\/b"}`
	plain := `{"code":"40004","sub_msg":"a/b"}`
	tests := map[string]struct{ body, method, want string }{
		"good":              {signedAnswer(t, methodQuery, escaped, escaped), methodQuery, ""},
		"slashes unescaped": {signedAnswer(t, methodQuery, plain, escaped), methodQuery, `every / as \/`},
		"other method":      {signedAnswer(t, methodQuery, plain, plain), methodClose, "no node"},
		"no JSON":           {"<html>", "", "not well formed"},
		"two nodes":         {`{"a_response":{},"b_response":{}}`, "", "no node"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkCauses(t, DiagnoseResponse([]byte(tt.body), tt.method, &alipayKey().PublicKey).Causes, tt.want)
		})
	}
}

func TestDiagnosisShowsTheTextInUTF8(t *testing.T) {
	t.Parallel()
	d := DiagnoseMessage("subject=%D6%D0%CE%C4&a=1&sign=x", "gbk", &alipayKey().PublicKey)
	if got, want := d.SignedText, "a=1&subject=中文"; got != want {
		t.Errorf("SignedText = %q, want %q", got, want)
	}
}

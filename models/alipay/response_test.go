package alipay

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

const queryNode = `{"code":"10000","msg":"Success","buyer_logon_id":"159****5620",` +
	`"out_trade_no":"20190929151453000001000020","send_pay_date":"2019-09-29 15:15:50",` +
	`"total_amount":"310.00","receipt_amount":"309.00","trade_no":"2019092922001439881000120282","trade_status":"TRADE_SUCCESS"}`

// signedAnswer returns the gateway's answer to method with node in it, signed over signedText.
func signedAnswer(t testing.TB, method, node, signedText string) string {
	t.Helper()
	return `{"` + nodeName(method) + `":` + node + `,"sign":"` + mustSign(t, signedText, alipayKey()) + `"}`
}

func gbk(t testing.TB, text string) string {
	t.Helper()
	encoded, err := simplifiedchinese.GBK.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

func TestVerifyResponse(t *testing.T) {
	t.Parallel()
	sign := mustSign(t, queryNode, alipayKey())
	answer := func(parts ...string) string {
		body := strings.NewReplacer("$node", `"alipay_trade_query_response":`+queryNode, "$sign", `"sign":"`+sign+`"`)
		return body.Replace(strings.Join(parts, ""))
	}
	closeNode := `{"code":"10000","msg":"Success","out_trade_no":"T1","trade_no":"2019"}`
	billNode := `{"code":"10000","msg":"Success","bill_download_url":"https://dwbillcenter.alipay.com/"}`
	tricky := `{"code":"40004","sub_msg":"\"},\"sign\":\"x\",\"alipay_trade_query_response\":{ \\","list":[{"a":["}"]},[]]}`
	// In GBK these characters end in a backslash, an opening and a closing brace.
	inGBK := gbk(t, `{"code":"20000","sub_msg":"乗","a":"亄","b":"亇","c":["乗"]}`)
	slashes := `{"code":"40004","sub_msg":"a\/b"}`
	tests := map[string]struct {
		body, method string
		want         error
	}{
		"good":        {answer("{$node,$sign}"), methodQuery, nil},
		"any method":  {answer("{$node,$sign}"), "", nil},
		"sign first":  {answer("{$sign,$node}"), methodQuery, nil},
		"white space": {answer(" {\r\n$node ,\t$sign } \n"), methodQuery, nil},
		"more members": {
			answer(`{$node,"alipay_cert_sn":"1","n":12,"b":true,"l":[1,{"a":"]"}],$sign}`), methodQuery, nil,
		},
		"text like JSON": {signedAnswer(t, methodQuery, tricky, tricky), methodQuery, nil},
		"gbk":            {signedAnswer(t, methodQuery, inGBK, inGBK), methodQuery, nil},
		"slashes escaped later": {
			signedAnswer(t, methodQuery, slashes, `{"code":"40004","sub_msg":"a/b"}`), methodQuery, nil,
		},
		"slashes escaped before": {signedAnswer(t, methodQuery, slashes, slashes), methodQuery, nil},
		"close":                  {signedAnswer(t, methodClose, closeNode, closeNode), methodClose, nil},

		"node of another method": {answer("{$node,$sign}"), methodRefund, ErrNoNode},
		"no node":                {answer("{$sign}"), "", ErrNoNode},
		"two nodes":              {answer(`{$node,"error_response":{},$sign}`), "", ErrNoNode},
		"second node":            {answer("{$node,$node,$sign}"), methodQuery, ErrRepeatedName},
		"second node in disguise": {
			answer(`{$node,"alipay_trade_query\u005fresponse":{},$sign}`), methodQuery, ErrRepeatedName,
		},
		"second sign":      {answer(`{$node,$sign,"sign":""}`), methodQuery, ErrRepeatedName},
		"no sign":          {answer("{$node}"), methodQuery, ErrNoSign},
		"empty sign":       {answer(`{$node,"sign":""}`), methodQuery, ErrNoSign},
		"sign is a number": {answer(`{$node,"sign":1}`), methodQuery, ErrNoSign},
		"sign is in the node": {
			`{"alipay_trade_query_response":{"code":"10000","sign":"` + sign + `"}}`, methodQuery, ErrNoSign,
		},
		"sign is no base64":     {answer(`{$node,"sign":"%%"}`), methodQuery, ErrSignEncoding},
		"text altered":          {strings.Replace(answer("{$node,$sign}"), "310.00", "0.01", 1), methodQuery, ErrSignature},
		"text after the object": {answer("{$node,$sign}{}"), methodQuery, ErrMalformed},
		"comma at the end":      {answer("{$node,$sign,}"), methodQuery, ErrMalformed},
		"no comma":              {answer("{$node $sign}"), methodQuery, ErrMalformed},
		"cut off":               {answer("{$node,$sign"), methodQuery, ErrMalformed},
		"cut in the node":       {answer("{$node,$sign}")[:80], methodQuery, ErrMalformed},
		"byte order mark":       {answer("\uFEFF{$node,$sign}"), methodQuery, ErrMalformed},
		"list":                  {"[]", methodQuery, ErrMalformed},
		"page":                  {"<html>502 Bad Gateway</html>", methodQuery, ErrMalformed},
		"nothing":               {"", "", ErrMalformed},
		"empty object":          {"{}", "", ErrNoNode},
		"too large":             {answer("{$node,$sign}") + strings.Repeat(" ", maxAnswer), methodQuery, ErrTooLarge},

		"query renamed to close":  {signedAnswer(t, methodClose, queryNode, queryNode), methodClose, ErrOtherMethod},
		"query renamed to refund": {signedAnswer(t, methodRefund, queryNode, queryNode), methodRefund, ErrOtherMethod},
		"query renamed to refund query": {
			signedAnswer(t, methodRefundQuery, queryNode, queryNode), methodRefundQuery, ErrOtherMethod,
		},
		"query renamed to bill": {signedAnswer(t, methodBill, queryNode, queryNode), methodBill, ErrOtherMethod},
		"bill renamed to refund query": {
			signedAnswer(t, methodRefundQuery, billNode, billNode), methodRefundQuery, ErrOtherMethod,
		},
		"close renamed to query":  {signedAnswer(t, methodQuery, closeNode, closeNode), methodQuery, ErrOtherMethod},
		"close renamed to refund": {signedAnswer(t, methodRefund, closeNode, closeNode), "", ErrOtherMethod},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			node, err := VerifyResponse([]byte(tt.body), tt.method, &alipayKey().PublicKey)
			if !errors.Is(err, tt.want) {
				t.Errorf("VerifyResponse: %v, want %v", err, tt.want)
			}
			if err == nil && !strings.Contains(tt.body, string(node)) {
				t.Errorf("node = %q, want it as received", node)
			}
		})
	}
}

// FuzzVerifyResponse: nothing crashes, every refusal has a reason, and nothing but the signed node
// is ever accepted.
func FuzzVerifyResponse(f *testing.F) {
	good := signedAnswer(f, methodQuery, queryNode, queryNode)
	for _, body := range []string{
		good, strings.Replace(good, "{", "{ ", 1), "{}", `{"a":1}`, `{"a_response":{"b":"\"}"},"sign":"AA=="}`,
		"{\"a\":\"\x81\\\"}", `{"a":[}]}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		node, err := VerifyResponse(body, "", &alipayKey().PublicKey)
		if err != nil && Reason(err) == "" {
			t.Errorf("VerifyResponse(%q): %v, which has no reason", body, err)
		}
		if err == nil && string(node) != queryNode {
			t.Errorf("VerifyResponse(%q) accepted %q, which nobody signed", body, node)
		}
	})
}

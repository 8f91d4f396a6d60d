package sandbox_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"luffy/models/alipay/sandbox"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// TestGatewayRefusals sends a good query with one thing wrong. A request of a known app is refused
// with a signed answer, any other with an unsigned error_response.
func TestGatewayRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(cfg *sandbox.Config) { cfg.Strict = true })
	for _, c := range []struct {
		name   string
		change map[string]string // before signing; "" = leave out
		want   string            // code and sub_code
		signed bool
	}{
		{"no method", map[string]string{"method": ""}, "40001 isv.missing-method", false},
		{"no app", map[string]string{"app_id": ""}, "40001 isv.missing-app-id", false},
		{"no sign type", map[string]string{"sign_type": ""}, "40001 isv.missing-signature-type", true},
		{"no timestamp", map[string]string{"timestamp": ""}, "40001 isv.missing-timestamp", true},
		{"no version", map[string]string{"version": ""}, "40001 isv.missing-version", true},
		{"no charset", map[string]string{"charset": ""}, "40001 isv.missing-charset", true},
		{"no biz_content", map[string]string{"biz_content": ""}, "40001 isv.missing-biz-content", true},
		{"unknown method", map[string]string{"method": "alipay.trade.precreate"}, "40002 isv.invalid-method", false},
		{"other app", map[string]string{"app_id": "2021000000000000"}, "40002 isv.invalid-app-id", false},
		{"SHA-1", map[string]string{"sign_type": "RSA"}, "40002 isv.invalid-signature-type", true},
		{"charset", map[string]string{"charset": "latin1"}, "40002 isv.invalid-charset", true},
		{"version", map[string]string{"version": "2.0"}, "40002 isv.invalid-version", true},
		{"format", map[string]string{"format": "XML"}, "40002 isv.invalid-format", true},
		{"timestamp form", map[string]string{"timestamp": "2026-11-22T22:30:00Z"}, "40002 isv.invalid-timestamp", true},
		{
			"timestamp in UTC", map[string]string{"timestamp": time.Now().UTC().Format(time.DateTime)},
			"40002 isv.invalid-timestamp", true,
		},
		{
			"timestamp of Tokyo", map[string]string{"timestamp": beijing(time.Now().Add(time.Hour))},
			"40002 isv.invalid-timestamp", true,
		},
		{"biz_content is a list", map[string]string{"biz_content": `["A1"]`}, "40004 ACQ.INVALID_PARAMETER", true},
		{
			"biz_content is cut off", map[string]string{"biz_content": `{"out_trade_no":"A1"`},
			"40004 ACQ.INVALID_PARAMETER", true,
		},
		{"nothing wrong", nil, "40004 ACQ.TRADE_NOT_EXIST", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			params := w.common("alipay.trade.query", object{"out_trade_no": "A1"})
			for name, value := range c.change {
				if params[name] = value; value == "" {
					delete(params, name)
				}
			}
			got := w.get(w.gateway(params))
			checkAnswer(t, got, c.want)
			if isSigned := strings.Contains(got.body, `,"sign":"`); isSigned != c.signed {
				t.Errorf("signed: got %v, want %v: %s", isSigned, c.signed, got.body)
			}
		})
	}
}

// checkAnswer compares code and sub_code of a JSON answer.
func checkAnswer(t *testing.T, got reply, want string) {
	t.Helper()
	var envelope map[string]json.RawMessage
	if err := json.Unmarshal([]byte(got.body), &envelope); err != nil {
		t.Fatalf("answer is no JSON: %v: %s", err, got.body)
	}
	contentType := got.header.Get("Content-Type")
	if got.status != http.StatusOK || contentType != "application/json;charset=utf-8" {
		t.Errorf("got status %d, Content-Type %q; want 200 and JSON in utf-8", got.status, contentType)
	}
	for name, raw := range envelope {
		if name == "sign" {
			continue
		}
		var members struct {
			Code    string `json:"code"`
			SubCode string `json:"sub_code"`
		}
		if err := json.Unmarshal(raw, &members); err != nil {
			t.Fatal(err)
		}
		if code := strings.TrimSpace(members.Code + " " + members.SubCode); code != want {
			t.Errorf("%s: got %q, want %q", name, code, want)
		}
	}
}

func TestSignatureChecks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const notSigned, accepted = "40002 isv.invalid-signature", "40004 ACQ.TRADE_NOT_EXIST"
	query := func() map[string]string { return w.common("alipay.trade.query", object{"out_trade_no": "A1"}) }
	for _, c := range []struct {
		name string
		send func() url.Values
		want string
	}{
		{"a value changed after signing", func() url.Values {
			form := signed(query())
			form.Set("biz_content", `{"out_trade_no":"B1"}`)
			return form
		}, notSigned},
		{"a parameter added after signing", func() url.Values {
			form := signed(query())
			form.Set("auth_token", "x")
			return form
		}, notSigned},
		{"sign_type left out of the text", func() url.Values {
			params := query()
			delete(params, "sign_type")
			form := signed(params)
			form.Set("sign_type", "RSA2")
			return form
		}, notSigned},
		{"sign is no base64", func() url.Values {
			form := signed(query())
			form.Set("sign", "!")
			return form
		}, notSigned},
		{"the + of sign arrived as a space", func() url.Values {
			params := query()
			form := signed(params)
			for !strings.Contains(form.Get("sign"), "+") { // one signature in two hundred has none
				params["app_auth_token"] += "x"
				form = signed(params)
			}
			form.Set("sign", strings.Replace(form.Get("sign"), "+", " ", 1))
			return form
		}, notSigned},
		{"an SDK's own parameter, signed", func() url.Values {
			params := query()
			params["alipay_sdk"] = "some-sdk-1.0 +%"
			return signed(params)
		}, accepted},
		{"an empty parameter, not signed", func() url.Values {
			params := query()
			params["app_auth_token"] = ""
			return signed(params)
		}, accepted},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := w.post(w.server.URL+"/gateway.do", c.send())
			checkAnswer(t, got, c.want)
			if c.want == notSigned && !strings.Contains(got.body, "sign_type=RSA2&timestamp=") {
				t.Errorf("sub_msg does not repeat the text that was checked: %s", got.body)
			}
		})
	}
}

func TestRepeatedNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	form := signed(w.common("alipay.trade.query", object{"out_trade_no": "A1"}))
	gateway := w.server.URL + "/gateway.do?"
	form["app_id"] = []string{appID, appID}
	checkAnswer(t, w.get(gateway+form.Encode()), "40002 isv.invalid-parameter")

	form.Set("app_id", appID)
	checkAnswer(t, w.post(gateway+"app_id="+appID, form), "40002 isv.invalid-parameter")
	checkAnswer(t, w.post(gateway+"charset=GBK", form), "40002 isv.invalid-parameter")
	// The form of the official PHP SDK has charset in both places.
	checkAnswer(t, w.post(gateway+"charset=utf-8", form), "40004 ACQ.TRADE_NOT_EXIST")
}

func TestBodyMustBeAForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct{ name, contentType, body string }{
		{"JSON", "application/json", `{}`},
		{"no type", "", "a=b"},
		{"too long", "application/x-www-form-urlencoded", "a=" + strings.Repeat("b", 1<<20)},
		{"bad escape", "application/x-www-form-urlencoded", "a=%zz"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
				w.server.URL+"/gateway.do", strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", c.contentType)
			checkAnswer(t, w.do(r), "40002 isv.invalid-format")
		})
	}
}

// TestStrictCharset: a sender who names the charset in the body only is read as GBK, so that
// Chinese text breaks the signature while ASCII does not.
func TestStrictCharset(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(cfg *sandbox.Config) { cfg.Strict = true })
	post := func(query, contentType string, form url.Values) reply {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
			w.server.URL+"/gateway.do"+query, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", contentType)
		return w.do(r)
	}
	const bare, withCharset = "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-8"
	chinese := signed(w.common(pagePay, order(pagePay, "A1", nil)))
	for _, c := range []struct {
		name, query, contentType string
		want                     int
	}{
		{"in the body only", "", bare, http.StatusOK}, // the page of a refusal
		{"in the address", "?charset=utf-8", bare, http.StatusFound},
		{"in the Content-Type", "", withCharset, http.StatusFound},
	} {
		got := post(c.query, c.contentType, chinese)
		if got.status != c.want {
			t.Errorf("%s: got status %d, want %d", c.name, got.status, c.want)
		}
		if code := got.subCode(); c.want == http.StatusOK && code != "isv.invalid-signature" {
			t.Errorf("%s: got %q, want isv.invalid-signature", c.name, code)
		}
	}
	unknown := signed(w.common("alipay.trade.query", object{"out_trade_no": "A1"}))
	checkAnswer(t, post("", bare, unknown), "40004 ACQ.TRADE_NOT_EXIST")
}

// TestLenient: what is not strict takes a timestamp in another zone, and finds the charset in the body.
func TestLenient(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	params := w.common(query, object{"out_trade_no": "中文"})
	params["timestamp"] = time.Now().UTC().Format(time.DateTime)
	checkAnswer(t, w.post(w.server.URL+"/gateway.do", signed(params)), "40004 ACQ.TRADE_NOT_EXIST")
	params["timestamp"] = beijing(time.Now().Add(-25 * time.Hour))
	checkAnswer(t, w.post(w.server.URL+"/gateway.do", signed(params)), "40002 isv.invalid-timestamp")
}

// TestGBKRequest: a shop that speaks GBK signs GBK bytes, is answered in GBK and notified in GBK.
func TestGBKRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	params := w.common(pagePay, order(pagePay, "A1", nil))
	params["charset"] = "GBK"
	for name, value := range params {
		params[name] = gbk(t, value)
	}
	got := w.get(w.gateway(params))
	if got.status != http.StatusFound {
		t.Fatalf("status %d, want 302; %s", got.status, got.subCode())
	}
	w.login(got.location, sandbox.BuyerRich)
	w.post(got.location+"/pay", url.Values{"password": {sandbox.Password}})
	notify := w.awaitNotifies(1)[0]
	if subject := notify.Get("subject"); subject != gbk(t, "路飞学城-Python 课程") || !genuineForm(w, notify) {
		t.Errorf("notify: got subject %q, genuine %v; want GBK, signed over GBK", subject, genuineForm(w, notify))
	}

	query := w.common("alipay.trade.query", object{"out_trade_no": "B1"})
	query["charset"] = "GBK"
	answer := w.get(w.gateway(query))
	if !strings.Contains(answer.body, gbk(t, "交易不存在")) ||
		answer.header.Get("Content-Type") != "application/json;charset=GBK" {
		t.Errorf("answer: got %s %q, want GBK", answer.header.Get("Content-Type"), answer.body)
	}
	w.openAnswer("alipay.trade.query", answer)
}

func gbk(t *testing.T, text string) string {
	t.Helper()
	raw, err := simplifiedchinese.GBK.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

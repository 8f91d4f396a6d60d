package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// FuzzGateway: whatever arrives, the gateway answers, and answers nobody who has not signed with success.
func FuzzGateway(f *testing.F) {
	f.Add("charset=utf-8&method=alipay.trade.query", "biz_content=%7B%7D")
	f.Add("charset=GBK&method=alipay.trade.page.pay&app_id="+appID, "sign=%C4%E3&sign_type=RSA2")
	f.Add("method=alipay.trade.query&app_id="+appID+
		"&sign_type=RSA2&sign=AAAA&timestamp=2026-11-22+22%3A30%3A00&version=1.0", "charset=utf-8")
	f.Add("a=%zz;", "\xff\xfe=%")
	handler := fuzzedHandler(f)
	f.Fuzz(func(t *testing.T, query, body string) {
		r := httptest.NewRequest(http.MethodPost, "/gateway.do", strings.NewReader(body))
		r.URL.RawQuery = query
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, r)
		if answer.Code != http.StatusOK || answer.Body.Len() == 0 ||
			strings.Contains(answer.Body.String(), `"code":"10000"`) {
			t.Errorf("got status %d, %q", answer.Code, answer.Body)
		}
	})
}

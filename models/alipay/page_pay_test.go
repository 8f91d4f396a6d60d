package alipay

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

func testPagePay() PagePay {
	return PagePay{
		OutTradeNo: "20190929151453000001000020",
		Amount:     31000,
		Subject:    "C/C++ & Python 课程",
		Expires:    testNow.Add(15 * time.Minute),
		ReturnURL:  "https://shop.example/payments/result",
		NotifyURL:  "https://shop.example/payments/notify",
		QuitURL:    "https://shop.example/myorder/",
	}
}

// readLink checks what holds for every link and gives its parameters and biz_content.
func readLink(t *testing.T, link string) (params url.Values, biz map[string]string) {
	t.Helper()
	query, found := strings.CutPrefix(link, "https://openapi.alipay.com/gateway.do?")
	if !found {
		t.Fatalf("link = %q, want the gateway's address", link)
	}
	if strings.Contains(query, " ") || strings.Contains(query, "%20") && strings.Contains(query, "+") {
		t.Errorf("query = %q, want spaces in one encoding", query)
	}
	params, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range params {
		if len(values) != 1 || values[0] == "" {
			t.Errorf("parameter %s = %q, want exactly one value, not empty", name, values)
		}
	}
	unsigned := maps.Clone(params)
	unsigned.Del("sign")
	if err := verify(requestText(unsigned), params.Get("sign"), keysOf(appKey())); err != nil {
		t.Errorf("sign of the link: %v", err)
	}
	if err := json.Unmarshal([]byte(params.Get("biz_content")), &biz); err != nil {
		t.Fatal(err)
	}
	return params, biz
}

func TestPagePayURL(t *testing.T) {
	t.Parallel()
	link, err := testClient(t).PagePayURL(testPagePay())
	if err != nil {
		t.Fatal(err)
	}
	params, biz := readLink(t, link)
	wantParams := map[string]string{
		"app_id": "2016091600523592", "method": "alipay.trade.page.pay",
		"format": "JSON", "charset": "utf-8", "sign_type": "RSA2",
		"timestamp": "2026-11-22 22:30:00", "version": "1.0",
		"return_url": "https://shop.example/payments/result", "notify_url": "https://shop.example/payments/notify",
	}
	for name, want := range wantParams {
		if got := params.Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	if got, want := len(params), len(wantParams)+len([]string{"sign", "biz_content"}); got != want {
		t.Errorf("parameters = %v, want %d", slices.Sorted(maps.Keys(params)), want)
	}
	wantBiz := map[string]string{
		"out_trade_no": "20190929151453000001000020", "total_amount": "310.00", "subject": "C C++ Python 课程",
		"product_code": "FAST_INSTANT_TRADE_PAY", "qr_pay_mode": "2",
		"time_expire": "2026-11-22 22:45:00", "request_from_url": "https://shop.example/myorder/",
	}
	if !maps.Equal(biz, wantBiz) {
		t.Errorf("biz_content = %v, want %v", biz, wantBiz)
	}
}

func TestWapPayURL(t *testing.T) {
	t.Parallel()
	link, err := testClient(t).WapPayURL(testPagePay())
	if err != nil {
		t.Fatal(err)
	}
	params, biz := readLink(t, link)
	if got, want := params.Get("method"), "alipay.trade.wap.pay"; got != want {
		t.Errorf("method = %q, want %q", got, want)
	}
	wantBiz := map[string]string{
		"out_trade_no": "20190929151453000001000020", "total_amount": "310.00", "subject": "C C++ Python 课程",
		"product_code": "QUICK_WAP_WAY", "time_expire": "2026-11-22 22:45:00",
		"quit_url": "https://shop.example/myorder/",
	}
	if !maps.Equal(biz, wantBiz) {
		t.Errorf("biz_content = %v, want %v", biz, wantBiz)
	}
}

func TestLinksLeaveOutWhatIsEmpty(t *testing.T) {
	t.Parallel()
	link, err := testClient(t).PagePayURL(PagePay{OutTradeNo: "T1", Amount: 1, Subject: "课程"})
	if err != nil {
		t.Fatal(err)
	}
	params, biz := readLink(t, link)
	for _, name := range []string{"return_url", "notify_url"} {
		if params.Has(name) {
			t.Errorf("%s = %q, want it left out", name, params.Get(name))
		}
	}
	for _, name := range []string{"body", "time_expire", "request_from_url", "quit_url"} {
		if value, ok := biz[name]; ok {
			t.Errorf("biz_content %s = %q, want it left out", name, value)
		}
	}
}

func TestLinksRefuseWhatTheCashierWould(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*PagePay)
		want   string
	}{
		"no number":             {func(p *PagePay) { p.OutTradeNo = "" }, "out_trade_no"},
		"dash in number":        {func(p *PagePay) { p.OutTradeNo = "2019-1" }, "out_trade_no"},
		"long number":           {func(p *PagePay) { p.OutTradeNo = strings.Repeat("1", 65) }, "out_trade_no"},
		"zero":                  {func(p *PagePay) { p.Amount = 0 }, "amount"},
		"negative":              {func(p *PagePay) { p.Amount = -1 }, "amount"},
		"too much":              {func(p *PagePay) { p.Amount = maxAmount + 1 }, "amount"},
		"no subject left":       {func(p *PagePay) { p.Subject = "/ & =" }, "subject"},
		"expired":               {func(p *PagePay) { p.Expires = testNow }, "time_expire"},
		"expires too late":      {func(p *PagePay) { p.Expires = testNow.Add(maxExpiry + time.Second) }, "time_expire"},
		"relative return_url":   {func(p *PagePay) { p.ReturnURL = "/payments/result" }, "return_url"},
		"return_url with query": {func(p *PagePay) { p.ReturnURL += "?order=1" }, "return_url"},
		"notify_url of a file":  {func(p *PagePay) { p.NotifyURL = "file:///etc/passwd" }, "notify_url"},
		"long notify_url":       {func(p *PagePay) { p.NotifyURL += strings.Repeat("x", 256) }, "notify_url"},
	}
	c := testClient(t)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := testPagePay()
			tt.change(&p)
			for _, build := range []func(PagePay) (string, error){c.PagePayURL, c.WapPayURL} {
				if link, err := build(p); err == nil || link != "" || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("link %q, error %v; want no link and an error that names %s", link, err, tt.want)
				}
			}
		})
	}
}

func TestWapPayNeedsQuitURL(t *testing.T) {
	t.Parallel()
	p := testPagePay()
	p.QuitURL = ""
	if link, err := testClient(t).WapPayURL(p); err == nil {
		t.Errorf("link %q, want an error", link)
	}
}

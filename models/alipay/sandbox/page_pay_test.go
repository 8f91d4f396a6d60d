package sandbox_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"luffy/models/alipay/sandbox"
)

// TestPayRefusals opens a payment with one thing wrong: the buyer gets a page with the code, and no
// trade comes to be.
func TestPayRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := func(d time.Duration) string { return beijing(time.Now().Add(d)) }
	const bad = "ACQ.INVALID_PARAMETER"
	for _, c := range []struct {
		name   string
		method string
		change object
		want   string // "" = the cashier opens
	}{
		{"nothing wrong", pagePay, nil, ""},
		{"nothing wrong on the phone", wapPay, nil, ""},
		{"no number", pagePay, object{"out_trade_no": ""}, bad},
		{"number with a dash", pagePay, object{"out_trade_no": "A-1"}, bad},
		{"number too long", pagePay, object{"out_trade_no": strings.Repeat("1", 65)}, bad},
		{"amount as a JSON number", pagePay, object{"total_amount": 310.00}, bad},
		{"amount without decimals", pagePay, object{"total_amount": "310"}, bad},
		{"amount with three decimals", pagePay, object{"total_amount": "310.000"}, bad},
		{"amount with an exponent", pagePay, object{"total_amount": "3.1e2"}, bad},
		{"amount with a leading zero", pagePay, object{"total_amount": "0310.00"}, bad},
		{"zero", pagePay, object{"total_amount": "0.00"}, bad},
		{"smallest", pagePay, object{"out_trade_no": "MIN", "total_amount": "0.01"}, ""},
		{"largest", pagePay, object{"out_trade_no": "MAX", "total_amount": "100000000.00"}, ""},
		{"above the largest", pagePay, object{"total_amount": "100000000.01"}, bad},
		{"no subject", pagePay, object{"subject": ""}, bad},
		{"subject with an ampersand", pagePay, object{"subject": "Go & Vue"}, bad},
		{"subject of 256", pagePay, object{"out_trade_no": "LONG", "subject": strings.Repeat("课", 256)}, ""},
		{"subject of 257", pagePay, object{"subject": strings.Repeat("课", 257)}, bad},
		{"body too long", pagePay, object{"body": strings.Repeat("课", 129)}, bad},
		{"passback too long", pagePay, object{"passback_params": strings.Repeat("a", 513)}, bad},
		{"product of the phone", pagePay, object{"product_code": sandbox.ProductWap}, bad},
		{"product of the PC", wapPay, object{"product_code": sandbox.ProductPage}, bad},
		{"other receiver", wapPay, object{"seller_id": "2088000000000000"}, "ACQ.INVALID_RECEIVE_ACCOUNT"},
		{"both channel lists", pagePay, object{"enable_pay_channels": "balance", "disable_pay_channels": "coupon"}, bad},
		{"quit_url without a host", wapPay, object{"quit_url": "/cart"}, bad},
		{"deadline in 10 minutes", pagePay, object{"out_trade_no": "T1", "time_expire": in(10 * time.Minute)}, ""},
		{"deadline passed", pagePay, object{"time_expire": in(-time.Minute)}, "ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR"},
		{"deadline in 30 seconds", pagePay, object{"out_trade_no": "T4", "time_expire": in(30 * time.Second)}, ""},
		{"deadline in 16 days", pagePay, object{"time_expire": in(16 * 24 * time.Hour)}, bad},
		{"deadline in another form", pagePay, object{"time_expire": "2026-11-22"}, bad},
		{"timeout 90m", pagePay, object{"out_trade_no": "T2", "timeout_express": "90m"}, ""},
		{"timeout 1c", pagePay, object{"out_trade_no": "T3", "timeout_express": "1c"}, ""},
		{"timeout with decimals", pagePay, object{"timeout_express": "1.5h"}, bad},
		{"timeout of 16 days", pagePay, object{"timeout_express": "16d"}, bad},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := w.get(w.gateway(w.common(c.method, order(c.method, "A1", c.change))))
			if wantStatus := map[bool]int{true: http.StatusFound, false: http.StatusOK}[c.want == ""]; got.status != wantStatus {
				t.Errorf("status: got %d, want %d", got.status, wantStatus)
			}
			if got.subCode() != c.want {
				t.Errorf("sub_code: got %q, want %q", got.subCode(), c.want)
			}
			if c.want != "" && !strings.Contains(got.body, "沙箱模拟器 / SIMULATOR") {
				t.Error("the page does not say that it is the simulator's")
			}
		})
	}
	if n := len(w.s.Trades()); n != 0 {
		t.Errorf("%d trades exist after opening pages only, want none", n)
	}
}

// TestStrictDeadline: the documented minute is asked for by the strict simulator only.
func TestStrictDeadline(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(cfg *sandbox.Config) { cfg.Strict = true })
	for ahead, want := range map[time.Duration]string{
		-time.Second:     "ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR",
		30 * time.Second: "ACQ.INVALID_PARAMETER",
		2 * time.Minute:  "",
	} {
		change := object{"time_expire": beijing(w.s.Now().Add(ahead))}
		if got := w.get(w.gateway(w.common(pagePay, order(pagePay, "A1", change)))); got.subCode() != want {
			t.Errorf("deadline in %v: got %q, want %q", ahead, got.subCode(), want)
		}
	}
}

func TestPageRefusedByCommonChecks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	params := w.common(pagePay, order(pagePay, "A1", nil))
	params["app_id"] = "2021000000000000"
	got := w.get(w.gateway(params))
	if got.subCode() != "isv.invalid-app-id" || !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") {
		t.Errorf("got %q as %s, want isv.invalid-app-id as a page", got.subCode(), got.header.Get("Content-Type"))
	}
}

func TestWebAddresses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, address := range []string{
		"/result", "javascript:alert(1)", "ftp://shop/x", "http://shop/" + strings.Repeat("a", 256),
	} {
		for _, name := range []string{"return_url", "notify_url"} {
			params := w.common(pagePay, order(pagePay, "A1", nil))
			params[name] = address
			if got := w.get(w.gateway(params)); got.subCode() != "ACQ.INVALID_PARAMETER" {
				t.Errorf("%s=%.30s: got %q, want ACQ.INVALID_PARAMETER", name, address, got.subCode())
			}
		}
	}
}

package sandbox_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"luffy/models/alipay/sandbox"
)

// TestHappyPath pays once on each product and reads the payment from all three sources.
func TestHappyPath(t *testing.T) {
	t.Parallel()
	for _, method := range []string{pagePay, wapPay} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.run()
			cashier := w.pay(method, "A1", nil)

			page := w.get(cashier)
			for _, want := range []string{
				"支付成功", "310.00", "沙箱模拟器 / SIMULATOR", `id="skip-return"`, cashier[len(w.server.URL):] + "/return",
			} {
				if !strings.Contains(page.body, want) {
					t.Errorf("success page lacks %q", want)
				}
			}
			trade, exists := w.s.Trade("A1")
			if !exists || trade.Status != sandbox.TradeSuccess {
				t.Fatalf("trade: got %+v, %v; want TRADE_SUCCESS", trade, exists)
			}
			checkReturn(w, w.get(cashier+"/return"), method, trade)
			checkPaymentNotify(w, w.awaitNotifies(1)[0], trade)

			got := w.call("alipay.trade.query", object{"out_trade_no": "A1"})
			for name, want := range map[string]string{
				"code": "10000", "trade_no": trade.TradeNo, "total_amount": "310.00", "receipt_amount": "310.00",
				"trade_status": sandbox.TradeSuccess, "send_pay_date": beijing(trade.PaidAt), "buyer_user_id": sandbox.BuyerRich,
			} {
				if got[name] != want {
					t.Errorf("query %s: got %q, want %q", name, got[name], want)
				}
			}
		})
	}
}

func checkReturn(w *world, got reply, method string, trade sandbox.Trade) {
	w.t.Helper()
	address, query, _ := strings.Cut(got.location, "?")
	if got.status != http.StatusFound || address != w.shop.server.URL+"/result" {
		w.t.Fatalf("return: status %d to %s, want 302 to the shop", got.status, got.location)
	}
	form, err := url.ParseQuery(query)
	if err != nil {
		w.t.Fatal(err)
	}
	want := map[string]string{
		"charset": "utf-8", "out_trade_no": "A1", "method": method + ".return", "total_amount": "310.00",
		"trade_no": trade.TradeNo, "auth_app_id": appID, "version": "1.0", "app_id": appID, "sign_type": "RSA2",
		"seller_id": sellerID, "timestamp": beijing(w.s.Now()), "sign": form.Get("sign"),
	}
	compareForm(w.t, "return", form, want)
	if !genuineForm(w, form) {
		w.t.Error("return: signature does not fit")
	}
}

func checkPaymentNotify(w *world, form url.Values, trade sandbox.Trade) {
	w.t.Helper()
	want := map[string]string{
		"notify_time": beijing(w.s.Now()), "notify_type": "trade_status_sync", "notify_id": form.Get("notify_id"),
		"app_id": appID, "auth_app_id": appID, "charset": "utf-8", "version": "1.0", "sign_type": "RSA2",
		"sign": form.Get("sign"), "trade_no": trade.TradeNo, "out_trade_no": "A1", "buyer_id": sandbox.BuyerRich,
		"seller_id": sellerID, "trade_status": sandbox.TradeSuccess, "total_amount": "310.00", "receipt_amount": "310.00",
		"invoice_amount": "310.00", "buyer_pay_amount": "310.00", "point_amount": "0.00", "subject": "路飞学城-Python 课程",
		"gmt_create": beijing(trade.CreatedAt), "gmt_payment": beijing(trade.PaidAt),
		"fund_bill_list": `[{"amount":"310.00","fundChannel":"ALIPAYACCOUNT"}]`,
	}
	compareForm(w.t, "notify", form, want)
	if !genuineForm(w, form) {
		w.t.Error("notify: signature does not fit")
	}
}

// compareForm wants exactly these names, once each, with these values.
func compareForm(t *testing.T, what string, got url.Values, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if !slices.Equal(got[name], []string{value}) {
			t.Errorf("%s %s: got %q, want %q", what, name, got[name], value)
		}
	}
	for name := range got {
		if _, known := want[name]; !known {
			t.Errorf("%s: unexpected %s=%q", what, name, got[name])
		}
	}
}

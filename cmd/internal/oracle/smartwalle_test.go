package oracle

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/smartwalle/alipay/v3"
)

// theirs is smartwalle's client at this simulator.
func (w *world) theirs() *alipay.Client {
	w.t.Helper()
	client, err := alipay.New(appID, privateText(w.t, w.app), false, alipay.WithSandboxGateway(w.gateway))
	w.must(err)
	w.must(client.LoadAliPayPublicKey(publicText(w.t, &w.alipay.PublicKey)))
	return client
}

// TestSmartwalleAtTheSimulator: their client sells through our simulator, and believes all that it says.
func TestSmartwalleAtTheSimulator(t *testing.T) {
	for _, product := range []string{"page", "wap"} {
		t.Run(product, func(t *testing.T) {
			w := newWorld(t)
			client, ctx := w.theirs(), t.Context()
			shop, notifies := w.shop()
			link, err := payLink(client, product, shop)
			w.must(err)
			back := w.payAt(link.String())
			if err := client.VerifySign(ctx, back.Query()); err != nil {
				t.Errorf("return: %v", err)
			}
			paid := w.decode(client, <-notifies)
			if paid.TradeStatus != "TRADE_SUCCESS" || paid.Subject != subject ||
				paid.TotalAmount != "10.00" || paid.OutTradeNo != "SW1" {
				t.Errorf("notify: got %+v", paid)
			}

			trade, err := client.TradeQuery(ctx, alipay.TradeQuery{OutTradeNo: "SW1"})
			w.must(err)
			if !trade.IsSuccess() || trade.TradeStatus != "TRADE_SUCCESS" || trade.TotalAmount != "10.00" {
				t.Errorf("query: got %+v", trade)
			}
			refund, err := client.TradeRefund(ctx, alipay.TradeRefund{
				OutTradeNo: "SW1", RefundAmount: "4.00", OutRequestNo: "R1",
			})
			w.must(err)
			if !refund.IsSuccess() || refund.FundChange != "Y" || refund.RefundFee != "4.00" {
				t.Errorf("refund: got %+v", refund)
			}
			if back := w.decode(client, <-notifies); back.OutBizNo != "R1" || back.RefundFee != "4.00" {
				t.Errorf("notify of the refund: got %+v", back)
			}
			state, err := client.TradeFastPayRefundQuery(ctx, alipay.TradeFastPayRefundQuery{
				OutTradeNo: "SW1", OutRequestNo: "R1",
			})
			w.must(err)
			if !state.IsSuccess() || state.RefundStatus != "REFUND_SUCCESS" {
				t.Errorf("refund query: got %+v", state)
			}
			if closed, err := client.TradeClose(ctx, alipay.TradeClose{OutTradeNo: "SW1"}); err == nil && closed.IsSuccess() {
				t.Error("a paid trade was closed")
			}
			day := w.sandbox.Now().In(time.FixedZone("", 8*3600)).Format(time.DateOnly)
			w.must(w.sandbox.Advance(48 * time.Hour))
			bill, err := client.BillDownloadURLQuery(ctx, alipay.BillDownloadURLQuery{BillType: "trade", BillDate: day})
			w.must(err)
			if !bill.IsSuccess() || bill.BillDownloadURL == "" {
				t.Errorf("bill: got %+v", bill)
			}
		})
	}
}

func payLink(client *alipay.Client, product, shop string) (*url.URL, error) {
	trade := alipay.Trade{
		OutTradeNo: "SW1", TotalAmount: "10.00", Subject: subject, NotifyURL: shop + "/notify", ReturnURL: shop + "/return",
	}
	if product == "wap" {
		trade.ProductCode = "QUICK_WAP_WAY"
		return client.TradeWapPay(alipay.TradeWapPay{Trade: trade, QuitURL: shop + "/quit"})
	}
	trade.ProductCode = "FAST_INSTANT_TRADE_PAY"
	return client.TradePagePay(alipay.TradePagePay{Trade: trade})
}

// payAt opens a link as a browser does, pays at the cashier where it leads, and gives the address
// that the browser is sent back to.
func (w *world) payAt(link string) *url.URL {
	w.t.Helper()
	cashier := w.redirect(link)
	w.must(w.sandbox.Pay(cashier, ""))
	back, err := url.Parse(w.redirect(cashier + "/return"))
	w.must(err)
	return back
}

func (w *world) redirect(address string) string {
	w.t.Helper()
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, address, nil)
	w.must(err)
	response, err := (&http.Client{CheckRedirect: stay}).Do(request)
	w.must(err)
	response.Body.Close()
	to := response.Header.Get("Location")
	if to == "" {
		w.t.Fatalf("%.120s: status %d, want a redirect", address, response.StatusCode)
	}
	return to
}

func (w *world) decode(client *alipay.Client, body string) *alipay.Notification {
	w.t.Helper()
	form, err := url.ParseQuery(body)
	w.must(err)
	notification, err := client.DecodeNotification(w.t.Context(), form)
	w.must(err)
	return notification
}

package sandbox_test

import (
	"crypto/rsa"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"luffy/models/alipay"
	"luffy/models/alipay/sandbox"
)

// TestShopsClient lets the shop's own client and the strict simulator, which share no line of the signing rules, go
// through a payment and its refund.
func TestShopsClient(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(cfg *sandbox.Config) { cfg.Strict = true })
	bodies := make(chan string, 4)
	notified := newNotifyServer(t, bodies)
	w.run()
	client, err := alipay.NewClient(alipay.Config{
		Gateway: w.server.URL + "/gateway.do", AppID: appID, SellerID: sellerID, AppPrivateKey: appKey(),
		AlipayPublicKeys: []*rsa.PublicKey{&alipayKey().PublicKey},
	})
	if err != nil {
		t.Fatal(err)
	}
	payment := alipay.PagePay{
		OutTradeNo: "A1", Amount: 310_00, Subject: `C++ 100% "课程"`, Expires: time.Now().Add(15 * time.Minute),
		ReturnURL: w.shop.server.URL + "/result", NotifyURL: notified, QuitURL: w.shop.server.URL + "/myorder/",
	}
	link, err := client.PagePayURL(payment)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Query(t.Context(), "A1"); !alipay.IsTradeNotExist(err) {
		t.Errorf("query before the login: got %v, want TRADE_NOT_EXIST", err)
	}
	opened := w.get(link)
	if opened.status != http.StatusFound {
		t.Fatalf("link: got status %d, %s", opened.status, opened.subCode())
	}
	w.login(opened.location, sandbox.BuyerRich)
	w.post(opened.location+"/pay", url.Values{"password": {sandbox.Password}})

	_, query, _ := strings.Cut(w.get(opened.location+"/return").location, "?")
	if back, err := client.VerifyReturn(query); err != nil || back.OutTradeNo != "A1" || back.Amount != 310_00 {
		t.Errorf("return: got %+v, %v", back, err)
	}
	if notify, err := client.VerifyNotify(<-bodies); err != nil || !notify.Paid() || notify.Refund() || notify.Amount != 310_00 {
		t.Errorf("notify: got %+v, %v", notify, err)
	}
	if trade, err := client.Query(t.Context(), "A1"); err != nil || !trade.Paid() || trade.Amount != 310_00 {
		t.Errorf("query: got %+v, %v", trade, err)
	}
	if err := client.Close(t.Context(), "A1"); !alipay.IsTradeStatusError(err) {
		t.Errorf("close of a paid trade: got %v, want TRADE_STATUS_ERROR", err)
	}
	checkClientRefund(t, client, bodies)
}

func checkClientRefund(t *testing.T, client *alipay.Client, bodies <-chan string) {
	t.Helper()
	wanted := alipay.RefundRequest{OutTradeNo: "A1", OutRequestNo: "R1", Amount: 100_00, Reason: "课程退款"}
	if got, err := client.Refund(t.Context(), wanted); err != nil || !got.FundChange || got.RefundedTotal != 100_00 {
		t.Errorf("refund: got %+v, %v", got, err)
	}
	if got, err := client.RefundQuery(t.Context(), "A1", "R1"); err != nil || !got.Done || got.Amount != 100_00 {
		t.Errorf("refund query: got %+v, %v", got, err)
	}
	if got, err := client.RefundQuery(t.Context(), "A1", "R2"); err != nil || got.Done {
		t.Errorf("query of an unknown refund: got %+v, %v", got, err)
	}
	if got, err := client.VerifyNotify(<-bodies); err != nil || !got.Refund() || got.RefundFee != 100_00 || got.OutRequestNo != "R1" {
		t.Errorf("notify of the refund: got %+v, %v", got, err)
	}
}

// newNotifyServer passes on the raw bodies of notifies.
func newNotifyServer(t *testing.T, bodies chan<- string) (address string) {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /notify", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		bodies <- string(body)
		io.WriteString(w, "success")
	})
	return newServer(t, mux) + "/notify"
}

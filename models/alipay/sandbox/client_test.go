package sandbox_test

import (
	"crypto/rsa"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"luffy/models/alipay"
	"luffy/models/alipay/sandbox"
)

// TestShopsClient lets the shop's own client and the strict simulator, which share no line of the
// signing rules, go through a payment and its refund.
func TestShopsClient(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(cfg *sandbox.Config) { cfg.Strict = true })
	bodies := make(chan string, 4)
	notified := newNotifyServer(t, bodies)
	w.run()
	client := newClient(w)
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
	notify, err := client.VerifyNotify(<-bodies)
	if err != nil || !notify.Paid() || notify.Refund() || notify.Amount != 310_00 {
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

func newClient(w *world) *alipay.Client {
	w.t.Helper()
	client, err := alipay.NewClient(alipay.Config{
		Gateway: w.server.URL + "/gateway.do", AppID: appID, SellerID: sellerID, AppPrivateKey: appKey(),
		AlipayPublicKeys: []*rsa.PublicKey{&alipayKey().PublicKey}, Now: w.now,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return client
}

func checkClientRefund(t *testing.T, client *alipay.Client, bodies <-chan string) {
	t.Helper()
	wanted := alipay.RefundRequest{OutTradeNo: "A1", OutRequestNo: "R1", Amount: 100_00, Reason: "课程退款"}
	if got, err := client.Refund(t.Context(), wanted); err != nil || !got.FundChange {
		t.Errorf("refund: got %+v, %v", got, err)
	}
	if got, err := client.RefundQuery(t.Context(), "A1", "R1"); err != nil || !got.Done || got.Amount != 100_00 {
		t.Errorf("refund query: got %+v, %v", got, err)
	}
	if got, err := client.RefundQuery(t.Context(), "A1", "R2"); err != nil || got.Done {
		t.Errorf("query of an unknown refund: got %+v, %v", got, err)
	}
	got, err := client.VerifyNotify(<-bodies)
	if err != nil || !got.Refund() || got.RefundFee != 100_00 || got.OutRequestNo != "R1" {
		t.Errorf("notify of the refund: got %+v, %v", got, err)
	}
}

// TestShopsClientReadsTheBill: the parser on the shop's side reads what the writer here has made.
func TestShopsClientReadsTheBill(t *testing.T) {
	t.Parallel()
	w := newEvening(t)
	traded(w)
	got, err := newClient(w).Bill(t.Context(), "2026-11-21")
	if err != nil {
		t.Fatal(err)
	}
	a1, _ := w.s.Trade("A1")
	b1, _ := w.s.Trade("B1")
	want := []alipay.BillRow{
		{
			TradeNo: a1.TradeNo, OutTradeNo: "A1", Amount: 310_00, Received: 310_00, ServiceFee: -1_86,
			CreatedAt: evening, FinishedAt: evening, Subject: "路飞学城-Python 课程",
		},
		{
			TradeNo: a1.TradeNo, OutTradeNo: "A1", OutRequestNo: "R1", Refund: true, Amount: 100_00, Received: -100_00,
			ServiceFee: 60, CreatedAt: evening, FinishedAt: evening.Add(10 * time.Minute), Subject: "路飞学城-Python 课程",
		},
		{
			TradeNo: b1.TradeNo, OutTradeNo: "B1", Amount: 1, Received: 1,
			CreatedAt: evening.Add(2*time.Hour - time.Second), FinishedAt: evening.Add(2*time.Hour - time.Second),
			Subject: `"Go" 从零, 第二版`,
		},
	}
	if got.Date != "2026-11-21" || !slices.Equal(got.Rows, want) {
		t.Errorf("bill: got %+v, want %+v", got, want)
	}
}

// TestShopsClientAndBillFaults: no broken bill passes for one with fewer rows.
func TestShopsClientAndBillFaults(t *testing.T) {
	t.Parallel()
	w := newEvening(t)
	traded(w)
	client := newClient(w)
	for _, c := range []struct {
		fault sandbox.Fault
		want  error
		rows  int
	}{
		{sandbox.Fault{Name: sandbox.BillExtraColumns}, nil, 3},
		{sandbox.Fault{Name: sandbox.BillReordered}, nil, 3},
		{sandbox.Fault{Name: sandbox.BillTradeMissing, OutTradeNo: "A1"}, nil, 2},
		{sandbox.Fault{Name: sandbox.BillRefundMissing, OutTradeNo: "A1"}, nil, 2},
		{sandbox.Fault{Name: sandbox.BillAmount, OutTradeNo: "A1"}, nil, 3},
		{sandbox.Fault{Name: sandbox.BillTradeAdded}, nil, 4},
		{sandbox.Fault{Name: sandbox.BillEmpty}, nil, 0},
		{sandbox.Fault{Name: sandbox.BillLate}, alipay.ErrNoBill, 0},
		{sandbox.Fault{Name: sandbox.BillLate, Value: "NO_BILL_DATA"}, alipay.ErrNoBill, 0},
		{sandbox.Fault{Name: sandbox.BillExpiredURL}, alipay.ErrUnknown, 0},
		{sandbox.Fault{Name: sandbox.BillMissingColumns}, alipay.ErrBill, 0},
		{sandbox.Fault{Name: sandbox.BillCutOff}, alipay.ErrBill, 0},
		{sandbox.Fault{Name: sandbox.BillCutOff, Value: "zip"}, alipay.ErrBill, 0},
		{sandbox.Fault{Name: sandbox.BillNotZip}, alipay.ErrBill, 0},
	} {
		w.fault(c.fault)
		got, err := client.Bill(t.Context(), "2026-11-21")
		if !errors.Is(err, c.want) || len(got.Rows) != c.rows {
			t.Errorf("%s %s: got %d rows, %v; want %d, %v", c.fault.Name, c.fault.Value, len(got.Rows), err, c.rows, c.want)
		}
		w.s.ClearFaults()
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

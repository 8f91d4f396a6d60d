package oracle

import (
	"testing"
	"time"

	"luffy/models/alipay"
)

// TestOurRequests: all that the shop's client sends is signed as others verify it. The gate before
// the simulator looks at each request.
func TestOurRequests(t *testing.T) {
	w := newWorld(t)
	client, ctx := w.ours(), t.Context()
	shop, notifies := w.shop()
	pay := alipay.PagePay{
		OutTradeNo: "OURS1", Amount: 1000, Subject: subject, Body: subject, Expires: time.Now().Add(time.Hour),
		ReturnURL: shop + "/return", NotifyURL: shop + "/notify", QuitURL: shop + "/quit",
	}
	page, err := client.PagePayURL(pay)
	w.must(err)
	w.payAt(page)
	<-notifies
	pay.OutTradeNo = "OURS2"
	wap, err := client.WapPayURL(pay)
	w.must(err)
	w.redirect(wap)

	if trade, err := client.Query(ctx, "OURS1"); err != nil || !trade.Paid() {
		t.Errorf("query: got %+v, %v", trade, err)
	}
	refund := alipay.RefundRequest{OutTradeNo: "OURS1", OutRequestNo: "R1", Amount: 400, Reason: subject}
	if done, err := client.Refund(ctx, refund); err != nil || !done.FundChange {
		t.Errorf("refund: got %+v, %v", done, err)
	}
	if state, err := client.RefundQuery(ctx, "OURS1", "R1"); err != nil || !state.Done {
		t.Errorf("refund query: got %+v, %v", state, err)
	}
	if err := client.Close(ctx, "OURS3"); !alipay.IsTradeNotExist(err) {
		t.Errorf("close: got %v, want that there is no such trade", err)
	}
	day := w.sandbox.Now().In(alipay.Zone).Format(time.DateOnly)
	w.must(w.sandbox.Advance(48 * time.Hour))
	if _, err := client.Bill(ctx, day); err != nil {
		t.Errorf("bill: %v", err)
	}
	if w.judged != 7 {
		t.Errorf("got %d signed requests, want 7", w.judged)
	}
}

package sandbox_test

import (
	"path/filepath"
	"testing"
	"time"

	"luffy/models/alipay/sandbox"
)

// TestUnpaidEndSeenByCalls: query and close find the trade ended, even if nothing has looked at it since.
func TestUnpaidEndSeenByCalls(t *testing.T) {
	t.Parallel()
	for method, want := range map[string]map[string]string{
		query:   {"code": "10000", "trade_status": sandbox.TradeClosed, "send_pay_date": ""},
		closing: {"code": "40004", "sub_code": "ACQ.TRADE_STATUS_ERROR"},
		refund:  {"code": "40004", "sub_code": "ACQ.TRADE_HAS_CLOSE"},
	} {
		w := newEvening(t)
		w.login(w.open(pagePay, "A1", object{"timeout_express": "15m"}), sandbox.BuyerRich)
		w.advance(15 * time.Minute)
		got := w.call(method, object{"out_trade_no": "A1", "refund_amount": "1.00", "out_request_no": "R1"})
		wantMembers(t, method, got, want)
		if trade, _ := w.s.Trade("A1"); !trade.ClosedAt.Equal(evening.Add(15 * time.Minute)) {
			t.Errorf("%s: closed at %v, want %v", method, trade.ClosedAt, evening.Add(15*time.Minute))
		}
	}
}

// TestRefundWindow: when it is over, the trade is finished to the second, whoever looks first, and
// keeps its money.
func TestRefundWindow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		window time.Duration // of the configuration
		want   time.Duration
	}{
		{"default", 0, sandbox.DefaultRefundWindow},
		{"a day", 24 * time.Hour, 24 * time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newEvening(t, func(cfg *sandbox.Config) { cfg.RefundWindow = c.window })
			w.pay(pagePay, "A1", nil)
			w.call(refund, object{"out_trade_no": "A1", "refund_amount": "10.00", "out_request_no": "R1"})
			w.advance(c.want - time.Second)
			wantMembers(t, "before the end", w.call(query, object{"out_trade_no": "A1"}),
				map[string]string{"trade_status": sandbox.TradeSuccess})
			w.advance(time.Hour)
			got := w.call(query, object{"out_trade_no": "A1"})
			wantMembers(t, "query", got,
				map[string]string{"code": "10000", "trade_status": sandbox.TradeFinished, "receipt_amount": "310.00"})
			if trade, _ := w.s.Trade("A1"); !trade.FinishedAt.Equal(evening.Add(c.want)) {
				t.Errorf("finished at %v, want %v", trade.FinishedAt, evening.Add(c.want))
			}
			checkFinished(w)
		})
	}
}

// checkFinished tries what can no longer be done with the trade A1.
func checkFinished(w *world) {
	w.t.Helper()
	got := w.call(refund, object{"out_trade_no": "A1", "refund_amount": "1.00", "out_request_no": "R2"})
	wantMembers(w.t, "refund", got, map[string]string{"code": "40004", "sub_code": "ACQ.TRADE_HAS_FINISHED"})
	got = w.call(refund, object{"out_trade_no": "A1", "refund_amount": "10.00", "out_request_no": "R1"})
	wantMembers(w.t, "repeat of an old refund", got,
		map[string]string{"code": "10000", "fund_change": "N", "refund_fee": "10.00"})
	got = w.call(cancel, object{"out_trade_no": "A1"})
	wantMembers(w.t, "cancel", got, map[string]string{"code": "40004", "sub_code": "ACQ.TRADE_HAS_FINISHED"})
	got = w.call(closing, object{"out_trade_no": "A1"})
	wantMembers(w.t, "close", got, map[string]string{"code": "40004", "sub_code": "ACQ.TRADE_STATUS_ERROR"})
	if err := w.s.RefundOutside("A1", 1_00); err == nil {
		w.t.Error("a finished trade was refunded in the console")
	}
	if got := w.get(w.gateway(w.common(pagePay, order(pagePay, "A1", nil)))); got.subCode() != "ACQ.TRADE_HAS_SUCCESS" {
		w.t.Errorf("paying again: got %q, want ACQ.TRADE_HAS_SUCCESS", got.subCode())
	}
}

// TestFinishingNotify: wap pay notifies of the end of a trade, with the message of a payment and not of a
// refund.
func TestFinishingNotify(t *testing.T) {
	t.Parallel()
	w := newEvening(t)
	w.run()
	w.pay(wapPay, "A1", nil)
	w.pay(pagePay, "B1", nil)
	w.awaitNotifies(2)
	w.advance(sandbox.DefaultRefundWindow)
	got := w.awaitNotifies(3)[2]
	if got.Get("out_trade_no") != "A1" || got.Get("trade_status") != sandbox.TradeFinished ||
		got.Get("receipt_amount") != "310.00" || got.Has("refund_fee") {
		t.Errorf("got %v, want the payment of A1 again, as TRADE_FINISHED", got)
	}
	w.wantStatus("B1", sandbox.TradeFinished)
	w.settled()
	for _, event := range w.s.Events() {
		if event.OutTradeNo == "B1" && event.Fields["trade_status"] == sandbox.TradeFinished {
			t.Error("the end of a page payment was told")
		}
	}
}

// TestWindowsEndOneByOne: each trade's window counts from its own payment.
func TestWindowsEndOneByOne(t *testing.T) {
	t.Parallel()
	w := newEvening(t, func(cfg *sandbox.Config) { cfg.RefundWindow = 48 * time.Hour })
	finished := func() (n int) {
		for _, trade := range w.s.Trades() {
			if trade.Status == sandbox.TradeFinished {
				n++
			}
		}
		return n
	}
	for _, number := range []string{"A1", "B1", "C1"} {
		w.pay(pagePay, number, nil)
		w.advance(time.Hour)
	}
	w.advance(45*time.Hour - time.Second)
	for i := range 4 {
		if got := finished(); got != i {
			t.Errorf("%d hours later: %d trades are finished, want %d", i, got, i)
		}
		w.advance(time.Hour)
	}
}

// TestAgingOverRestart: what is due later is still due after a restart.
func TestAgingOverRestart(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state.jsonl")
	keep := func(cfg *sandbox.Config) { cfg.StateFile = file }
	w := newEvening(t, keep)
	w.pay(pagePay, "PAID", nil)
	w.login(w.open(pagePay, "WAITING", object{"timeout_express": "30m"}), sandbox.BuyerRich)
	w.pay(pagePay, "REFUND", nil)
	w.fault(sandbox.Fault{Name: sandbox.RefundLater, Value: "2h"})
	w.call(refund, object{"out_trade_no": "REFUND", "refund_amount": "310.00", "out_request_no": "R1"})
	w.advance(time.Minute)
	w.server.Close()

	again := newEvening(t, keep)
	ends := map[string]struct{ before, after string }{
		"PAID":    {sandbox.TradeSuccess, sandbox.TradeFinished},
		"WAITING": {sandbox.WaitBuyerPay, sandbox.TradeClosed},
		"REFUND":  {sandbox.TradeSuccess, sandbox.TradeClosed},
	}
	for number, want := range ends {
		again.wantStatus(number, want.before)
	}
	again.advance(sandbox.DefaultRefundWindow)
	for _, trade := range again.s.Trades() {
		if want := ends[trade.OutTradeNo].after; trade.Status != want {
			t.Errorf("%s: got %s, want %s", trade.OutTradeNo, trade.Status, want)
		}
	}
}

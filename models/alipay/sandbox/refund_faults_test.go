package sandbox_test

import (
	"strings"
	"testing"
	"time"

	"luffy/models/alipay/sandbox"
)

func (w *world) askRefund(number, amount string) map[string]string {
	w.t.Helper()
	return w.call(refund, object{"out_trade_no": "A1", "refund_amount": amount, "out_request_no": number})
}

func (w *world) refundStatus(number string) string {
	w.t.Helper()
	return w.call(refundQuery, object{"out_trade_no": "A1", "out_request_no": number})["refund_status"]
}

// TestFundChangeN: the money has moved, but only the refund query says so.
func TestFundChangeN(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pay(pagePay, "A1", nil)
	w.fault(sandbox.Fault{Name: sandbox.RefundFundChangeN, Times: 1})
	wantMembers(t, "refund", w.askRefund("R1", "100.00"),
		map[string]string{"code": "10000", "fund_change": "N", "refund_fee": "100.00"})
	if got := w.refundStatus("R1"); got != "REFUND_SUCCESS" {
		t.Errorf("refund query: got %q, want REFUND_SUCCESS", got)
	}
	wantMembers(t, "next refund", w.askRefund("R2", "10.00"),
		map[string]string{"fund_change": "Y", "refund_fee": "110.00"})
}

// TestRefundLater: until its time has come, an accepted refund is neither done nor can it be asked
// for a second time under another number.
func TestRefundLater(t *testing.T) {
	t.Parallel()
	w := newEvening(t)
	w.run()
	w.pay(wapPay, "A1", nil)
	w.awaitNotifies(1)
	w.fault(sandbox.Fault{Name: sandbox.RefundLater, Value: "3h", Times: 1})
	pending := map[string]string{"code": "10000", "fund_change": "N", "refund_fee": "0.00", "gmt_refund_pay": ""}
	wantMembers(t, "refund", w.askRefund("R1", "300.00"), pending)
	w.advance(3*time.Hour - time.Second)
	wantMembers(t, "repeat", w.askRefund("R1", "300.00"), pending)
	if got := w.refundStatus("R1"); got != "" {
		t.Errorf("refund query before: got %q, want no refund_status", got)
	}
	wantMembers(t, "more than is left", w.askRefund("R2", "10.01"),
		map[string]string{"sub_code": "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"})
	wantMembers(t, "what is left", w.askRefund("R3", "10.00"),
		map[string]string{"fund_change": "Y", "refund_fee": "10.00"})
	w.wantStatus("A1", sandbox.TradeSuccess)
	w.awaitNotifies(2)

	w.advance(time.Hour)
	if got := w.refundStatus("R1"); got != "REFUND_SUCCESS" {
		t.Errorf("refund query after: got %q, want REFUND_SUCCESS", got)
	}
	notify := w.awaitNotifies(3)[2]
	for name, want := range map[string]string{
		"trade_status": sandbox.TradeClosed, "out_biz_no": "R1",
		"refund_fee": "310.00", "gmt_refund": "2026-11-22 01:00:00.0",
	} {
		if got := notify.Get(name); got != want {
			t.Errorf("notify %s: got %q, want %q", name, got, want)
		}
	}
	w.advance(24 * time.Hour)
	wantRows(t, w.downloadBill("2026-11-22"), "A1 -10.00 R3,A1 -300.00 R1")
	if balance := accountOf(w, sandbox.BuyerRich).Balance; balance != 200_000_000_00 {
		t.Errorf("buyer's balance: got %d fen, want what it was at first", balance)
	}
}

func TestRefundRefusedByFault(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pay(pagePay, "A1", nil)
	for fault, want := range map[string]string{
		sandbox.TradeFrozen:   "ACQ.REASON_TRADE_BEEN_FREEZEN",
		sandbox.SellerBalance: "ACQ.SELLER_BALANCE_NOT_ENOUGH",
	} {
		w.fault(sandbox.Fault{Name: fault, OutTradeNo: "A1", Times: 1})
		wantMembers(t, fault, w.askRefund("R1", "100.00"),
			map[string]string{"code": "40004", "sub_code": want, "refund_fee": "0.00"})
	}
	wantMembers(t, "afterwards", w.askRefund("R1", "100.00"), map[string]string{"code": "10000", "fund_change": "Y"})
}

// TestRefundTooSoon: less than three seconds after another refund of the trade.
func TestRefundTooSoon(t *testing.T) {
	t.Parallel()
	w := newEvening(t)
	w.pay(pagePay, "A1", nil)
	w.fault(sandbox.Fault{Name: sandbox.RefundTooSoon})
	for _, step := range []struct {
		number  string
		later   time.Duration
		subCode string
	}{{"R1", time.Millisecond, ""}, {"R2", 2 * time.Second, "ACQ.REFUND_TOO_FREQUENT"},
		{"R1", time.Millisecond, ""}, {"R2", time.Second, ""}} {
		w.advance(step.later)
		wantMembers(t, step.number, w.askRefund(step.number, "100.00"), map[string]string{"sub_code": step.subCode})
	}
}

// TestRefundQueryLags: the money has moved, and the query does not say so yet.
func TestRefundQueryLags(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pay(pagePay, "A1", nil)
	w.askRefund("R1", "100.00")
	w.fault(sandbox.Fault{Name: sandbox.RefundQueryLags, OutTradeNo: "A1", Times: 1})
	for _, want := range []string{"", "REFUND_SUCCESS"} {
		if got := w.refundStatus("R1"); got != want {
			t.Errorf("refund query: got %q, want %q", got, want)
		}
	}
}

// TestRefundOutside: the shop has asked for nothing, and learns of it by the notify and the bill.
func TestRefundOutside(t *testing.T) {
	t.Parallel()
	w := newEvening(t)
	w.run()
	w.pay(pagePay, "A1", nil)
	w.awaitNotifies(1)
	if err := w.s.RefundOutside("A1", 100_00); err != nil {
		t.Fatal(err)
	}
	notify := w.awaitNotifies(2)[1]
	number := notify.Get("out_biz_no")
	if number == "" || notify.Get("refund_fee") != "100.00" ||
		notify.Get("trade_status") != sandbox.TradeSuccess || !genuineForm(w, notify) {
		t.Errorf("notify: got %v, want a refund of 100.00 with a number", notify)
	}
	if trade, _ := w.s.Trade("A1"); len(trade.Refunds) != 1 || !trade.Refunds[0].Outside {
		t.Errorf("refunds: got %+v, want one from outside", trade.Refunds)
	}
	if err := w.s.RefundOutside("A1", 210_00); err != nil {
		t.Fatal(err)
	}
	w.wantStatus("A1", sandbox.TradeClosed)
	w.advance(2 * time.Hour)
	if list := listOf(t, w.downloadBill("2026-11-21")); !strings.Contains(list, ","+number+"\t,") {
		t.Errorf("the bill lacks refund %s:\n%s", number, list)
	}
	for _, c := range []struct {
		number string
		fen    int64
	}{{"A1", 1}, {"UNKNOWN", 1}, {"A1", 0}, {"A1", -1}} {
		if err := w.s.RefundOutside(c.number, c.fen); err == nil {
			t.Errorf("refund of %d fen of %s in the console was accepted", c.fen, c.number)
		}
	}
}

package sandbox_test

import (
	"strings"
	"testing"
	"time"

	"luffy/models/alipay/sandbox"
)

// TestPayingBetweenSteps: the shop asks and closes, and the buyer pays just then. Each time there
// is one payment, and the calls say what is true after it.
func TestPayingBetweenSteps(t *testing.T) {
	t.Parallel()
	const notThere, wrongStatus = "ACQ.TRADE_NOT_EXIST", "ACQ.TRADE_STATUS_ERROR"
	for _, c := range []struct {
		name     string
		fault    string
		loggedIn bool
		want     []string // of query, close, query: the sub_code, or else the trade_status
	}{
		{"after the query", sandbox.QueryThenPay, true, []string{sandbox.WaitBuyerPay, wrongStatus, sandbox.TradeSuccess}},
		{"after the query, login too", sandbox.QueryThenPay, false, []string{notThere, wrongStatus, sandbox.TradeSuccess}},
		{"before the close", sandbox.ClosePaysFirst, true, []string{sandbox.WaitBuyerPay, wrongStatus, sandbox.TradeSuccess}},
		{"before the close, login too", sandbox.ClosePaysFirst, false, []string{notThere, wrongStatus, sandbox.TradeSuccess}},
		{"after the close", sandbox.CloseThenPay, false, []string{notThere, notThere, sandbox.TradeSuccess}},
		{
			"after a close that took place", sandbox.CloseThenPay, true,
			[]string{sandbox.WaitBuyerPay, "", sandbox.TradeClosed},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			cashier := w.open(pagePay, "A1", nil)
			if c.loggedIn {
				w.login(cashier, sandbox.BuyerOther)
			}
			w.fault(sandbox.Fault{Name: c.fault, OutTradeNo: "A1"})
			for i, method := range []string{query, closing, query} {
				got := w.call(method, object{"out_trade_no": "A1"})
				if answer := got["sub_code"] + got["trade_status"]; answer != c.want[i] {
					t.Errorf("call %d, %s: got %q, want %q", i+1, method, answer, c.want[i])
				}
			}
			want := map[string]int64{sandbox.TradeSuccess: 310_00}[w.status("A1")]
			if balance := accountOf(w, sellerID).Balance; balance != want {
				t.Errorf("seller's balance: got %d fen, want %d", balance, want)
			}
		})
	}
}

// TestPayingNeedsACashier: the switch waits until there is something to pay, and the trade may be
// named by its trade_no.
func TestPayingNeedsACashier(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fault(sandbox.Fault{Name: sandbox.QueryThenPay, Times: 1})
	w.call(query, object{"out_trade_no": "A1"})
	w.wantStatus("A1", "none")
	w.login(w.open(pagePay, "A1", nil), sandbox.BuyerRich)
	trade, _ := w.s.Trade("A1")
	w.call(query, object{"trade_no": trade.TradeNo})
	w.wantStatus("A1", sandbox.TradeSuccess)
	if left := w.s.Faults(); len(left) != 0 {
		t.Errorf("left: %+v, want none", left)
	}
}

// TestPayingAfterTheEnd: what has expired is not paid, whatever the switch says.
func TestPayingAfterTheEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(pagePay, "A1", object{"timeout_express": "1m"})
	w.advance(time.Minute)
	w.fault(sandbox.Fault{Name: sandbox.ClosePaysFirst})
	wantMembers(t, "close", w.call(closing, object{"out_trade_no": "A1"}),
		map[string]string{"sub_code": "ACQ.TRADE_NOT_EXIST"})
	w.wantStatus("A1", "none")
}

// TestTwoAttemptsPaid: one order, two numbers, two payments; nobody but the shop can see that they
// belong together.
func TestTwoAttemptsPaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second := w.open(pagePay, "ORDER_1", nil), w.open(pagePay, "ORDER_2", nil)
	for _, link := range []string{first, second} {
		if err := w.s.Pay(link, ""); err != nil {
			t.Error(err)
		}
	}
	if balance := accountOf(w, sellerID).Balance; balance != 620_00 {
		t.Errorf("seller's balance: got %d fen, want 62000", balance)
	}
}

// TestOldPricePaid: two links of one number with different sums, neither followed yet. The one that
// is paid first makes the trade, and its sum is the trade's.
func TestOldPricePaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old := w.open(pagePay, "A1", object{"total_amount": "1.00"})
	changed := w.open(pagePay, "A1", nil)
	if err := w.s.Pay(old, ""); err != nil {
		t.Fatal(err)
	}
	if err := w.s.Pay(changed, ""); err == nil || !strings.Contains(err.Error(), "ACQ.TRADE_HAS_SUCCESS") {
		t.Errorf("second payment: got %v, want ACQ.TRADE_HAS_SUCCESS", err)
	}
	wantMembers(t, "query", w.call(query, object{"out_trade_no": "A1"}), map[string]string{"total_amount": "1.00"})
}

// TestWrongPID: return and notify name another receiver, the money goes there, and the bill is not ours.
func TestWrongPID(t *testing.T) {
	t.Parallel()
	w := newEvening(t)
	w.run()
	w.fault(sandbox.Fault{Name: sandbox.WrongPID, OutTradeNo: "A1"})
	back := w.get(w.pay(pagePay, "A1", nil) + "/return")
	if !strings.Contains(back.location, "&seller_id=2088000000000000&") {
		t.Errorf("return: got %s, want another seller_id", back.location)
	}
	notify := w.awaitNotifies(1)[0]
	if notify.Get("seller_id") != "2088000000000000" || !genuineForm(w, notify) {
		t.Errorf("notify: got seller_id %q, want another, with a good sign", notify.Get("seller_id"))
	}
	if balance := accountOf(w, sellerID).Balance; balance != 0 {
		t.Errorf("seller's balance: got %d fen, want 0", balance)
	}
	w.advance(2 * time.Hour)
	wantRows(t, w.downloadBill("2026-11-21"), "")
}

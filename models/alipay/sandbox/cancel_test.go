package sandbox_test

import (
	"testing"

	"luffy/models/alipay/sandbox"
)

const cancel = "alipay.trade.cancel"

// TestCancel: an unpaid trade is closed, a paid one refunded in full, and doing so again changes nothing.
func TestCancel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.login(w.open(pagePay, "WAITING", nil), sandbox.BuyerRich)
	w.pay(pagePay, "PAID", nil)
	w.pay(pagePay, "PARTLY", nil)
	w.call(refund, object{"out_trade_no": "PARTLY", "refund_amount": "100.00", "out_request_no": "PARTLY"})
	for _, c := range []struct{ number, action, status string }{
		{"UNKNOWN", "", "none"},
		{"WAITING", "close", sandbox.TradeClosed},
		{"WAITING", "close", sandbox.TradeClosed},
		{"PAID", "refund", sandbox.TradeClosed},
		{"PAID", "refund", sandbox.TradeClosed},
		{"PARTLY", "refund", sandbox.TradeClosed},
	} {
		got := w.call(cancel, object{"out_trade_no": c.number})
		wantMembers(t, c.number, got, map[string]string{"code": "10000", "action": c.action, "retry_flag": "N"})
		w.wantStatus(c.number, c.status)
	}
	if balance := accountOf(w, sellerID).Balance; balance != 0 {
		t.Errorf("seller's balance: got %d fen, want 0", balance)
	}
	wantMembers(t, "no number", w.call(cancel, object{}), map[string]string{"sub_code": "ACQ.INVALID_PARAMETER"})
}

func TestCancelRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pay(pagePay, "A1", nil)
	for fault, want := range map[string]string{
		sandbox.TradeFrozen:   "ACQ.REASON_TRADE_BEEN_FREEZEN",
		sandbox.SellerBalance: "ACQ.SELLER_BALANCE_NOT_ENOUGH",
	} {
		w.fault(sandbox.Fault{Name: fault, Times: 1})
		wantMembers(t, fault, w.call(cancel, object{"out_trade_no": "A1"}),
			map[string]string{"code": "40004", "sub_code": want})
	}
	w.wantStatus("A1", sandbox.TradeSuccess)
}

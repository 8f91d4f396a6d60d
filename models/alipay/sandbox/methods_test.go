package sandbox_test

import (
	"testing"
	"time"

	"luffy/models/alipay/sandbox"
)

const (
	query       = "alipay.trade.query"
	closing     = "alipay.trade.close"
	refund      = "alipay.trade.refund"
	refundQuery = "alipay.trade.fastpay.refund.query"
)

// wantMembers compares members of an answer; "" = must be absent.
func wantMembers(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s: %s: got %q, want %q", what, name, got[name], value)
		}
	}
}

func TestQuery(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	zeros := map[string]string{
		"buyer_pay_amount": "0.00", "invoice_amount": "0.00", "point_amount": "0.00", "receipt_amount": "0.00",
	}
	got := w.call(query, object{"out_trade_no": "A1"})
	wantMembers(t, "unknown", got, zeros)
	wantMembers(t, "unknown", got,
		map[string]string{"code": "40004", "sub_code": "ACQ.TRADE_NOT_EXIST", "out_trade_no": "A1"})
	wantMembers(t, "no number", w.call(query, object{}), map[string]string{"sub_code": "ACQ.INVALID_PARAMETER"})

	w.login(w.open(pagePay, "A1", nil), sandbox.BuyerRich)
	got = w.call(query, object{"out_trade_no": "A1"})
	wantMembers(t, "waiting", got, zeros)
	wantMembers(t, "waiting", got, map[string]string{
		"code": "10000", "trade_status": sandbox.WaitBuyerPay, "total_amount": "310.00", "send_pay_date": "",
	})

	w.pay(pagePay, "A2", nil)
	a1, _ := w.s.Trade("A1")
	got = w.call(query, object{"trade_no": a1.TradeNo, "out_trade_no": "A2"})
	wantMembers(t, "trade_no wins", got, map[string]string{"out_trade_no": "A1"})
	for _, name := range []string{"app_id", "seller_id"} {
		if _, has := got[name]; has {
			t.Errorf("the answer of a query has %s, the real one does not", name)
		}
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.login(w.open(pagePay, "WAITING", nil), sandbox.BuyerRich)
	w.pay(pagePay, "PAID", nil)
	for _, c := range []struct{ name, number, code, sub string }{
		{"never logged in", "UNKNOWN", "40004", "ACQ.TRADE_NOT_EXIST"},
		{"waiting", "WAITING", "10000", ""},
		{"closed already", "WAITING", "40004", "ACQ.TRADE_STATUS_ERROR"},
		{"paid", "PAID", "40004", "ACQ.TRADE_STATUS_ERROR"},
	} {
		got := w.call(closing, object{"out_trade_no": c.number})
		wantMembers(t, c.name, got, map[string]string{"code": c.code, "sub_code": c.sub})
	}
	w.wantStatus("WAITING", sandbox.TradeClosed)
	w.wantStatus("PAID", sandbox.TradeSuccess)
}

// TestRefunds walks one trade of 310.00 through its refunds.
func TestRefunds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pay(pagePay, "A1", nil)
	w.advance(time.Minute)
	for _, c := range []struct {
		name   string
		biz    object
		want   map[string]string
		status string
	}{
		{"nothing", object{"refund_amount": "0.00", "out_request_no": "R0"},
			map[string]string{"sub_code": "ACQ.INVALID_PARAMETER", "refund_fee": "0.00", "send_back_fee": "0.00"},
			sandbox.TradeSuccess},
		{"a JSON number", object{"refund_amount": 100, "out_request_no": "R0"},
			map[string]string{"sub_code": "ACQ.INVALID_PARAMETER"}, sandbox.TradeSuccess},
		{"a part without a number", object{"refund_amount": "100.00"},
			map[string]string{"sub_code": "ACQ.INVALID_PARAMETER"}, sandbox.TradeSuccess},
		{"too much", object{"refund_amount": "310.01", "out_request_no": "R0"},
			map[string]string{"sub_code": "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"}, sandbox.TradeSuccess},
		{"a part", object{"refund_amount": "100.00", "out_request_no": "R1", "refund_reason": "课程退款"},
			map[string]string{"code": "10000", "fund_change": "Y", "refund_fee": "100.00"}, sandbox.TradeSuccess},
		{"the same again", object{"refund_amount": "100.00", "out_request_no": "R1"},
			map[string]string{"code": "10000", "fund_change": "N", "refund_fee": "100.00"}, sandbox.TradeSuccess},
		{"the same number, other sum", object{"refund_amount": "99.00", "out_request_no": "R1"},
			map[string]string{"sub_code": "ACQ.DISCORDANT_REPEAT_REQUEST"}, sandbox.TradeSuccess},
		{"together too much", object{"refund_amount": "210.01", "out_request_no": "R2"},
			map[string]string{"sub_code": "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"}, sandbox.TradeSuccess},
		{"the rest", object{"refund_amount": "210.00", "out_request_no": "R2"},
			map[string]string{"code": "10000", "fund_change": "Y", "refund_fee": "310.00"}, sandbox.TradeClosed},
		{"the rest again", object{"refund_amount": "210.00", "out_request_no": "R2"},
			map[string]string{"code": "10000", "fund_change": "N", "refund_fee": "310.00"}, sandbox.TradeClosed},
		{"after all is refunded", object{"refund_amount": "0.01", "out_request_no": "R3"},
			map[string]string{"sub_code": "ACQ.TRADE_HAS_CLOSE"}, sandbox.TradeClosed},
	} {
		c.biz["out_trade_no"] = "A1"
		wantMembers(t, c.name, w.call(refund, c.biz), c.want)
		if got := w.status("A1"); got != c.status {
			t.Errorf("%s: trade is %s, want %s", c.name, got, c.status)
		}
	}
	if balance := accountOf(w, sellerID).Balance; balance != 0 {
		t.Errorf("seller's balance: got %d fen, want 0", balance)
	}
}

func TestRefundRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.login(w.open(pagePay, "WAITING", nil), sandbox.BuyerRich)
	w.pay(pagePay, "PAID", nil)
	if err := w.s.SetBalance(sellerID, 309_99); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ number, want string }{
		{"UNKNOWN", "ACQ.TRADE_NOT_EXIST"},
		{"WAITING", "ACQ.TRADE_STATUS_ERROR"},
		{"PAID", "ACQ.SELLER_BALANCE_NOT_ENOUGH"},
	} {
		got := w.call(refund, object{"out_trade_no": c.number, "refund_amount": "310.00", "out_request_no": "R1"})
		wantMembers(t, c.number, got, map[string]string{"code": "40004", "sub_code": c.want})
	}
	if err := w.s.SetBalance(sellerID, 310_00); err != nil {
		t.Fatal(err)
	}
	got := w.call(refund, object{"out_trade_no": "PAID", "refund_amount": "310.00", "out_request_no": "R1"})
	wantMembers(t, "the same number once the money is there", got, map[string]string{"code": "10000", "fund_change": "Y"})
}

func TestRefundQuery(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pay(pagePay, "A1", nil)
	w.call(refund, object{
		"out_trade_no": "A1", "refund_amount": "100.00", "out_request_no": "R1", "refund_reason": "课程退款",
	})
	ask := func(number string, options ...string) map[string]string {
		return w.call(refundQuery, object{"out_trade_no": "A1", "out_request_no": number, "query_options": options})
	}
	wantMembers(t, "known", ask("R1"), map[string]string{
		"code": "10000", "refund_status": "REFUND_SUCCESS", "refund_amount": "100.00", "total_amount": "310.00",
		"out_request_no": "R1", "refund_reason": "课程退款", "gmt_refund_pay": "",
	})
	wantMembers(t, "with its time", ask("R1", "gmt_refund_pay"), map[string]string{"gmt_refund_pay": beijing(w.s.Now())})
	if got := ask("R2"); got["code"] != "10000" || len(got) != 2 {
		t.Errorf("unknown refund: got %v, want code 10000 and msg alone", got)
	}
	wantMembers(t, "no number", ask(""), map[string]string{"sub_code": "ACQ.INVALID_PARAMETER"})
	got := w.call(refundQuery, object{"out_trade_no": "B1", "out_request_no": "R1"})
	wantMembers(t, "unknown trade", got, map[string]string{"sub_code": "ACQ.TRADE_NOT_EXIST"})
}

// TestFullRefundWithoutNumber: such a refund has the trade's own number.
func TestFullRefundWithoutNumber(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pay(pagePay, "A1", nil)
	got := w.call(refund, object{"out_trade_no": "A1", "refund_amount": "310.00"})
	wantMembers(t, "refund", got, map[string]string{"code": "10000", "fund_change": "Y"})
	got = w.call(refundQuery, object{"out_trade_no": "A1", "out_request_no": "A1"})
	wantMembers(t, "refund query", got, map[string]string{"refund_status": "REFUND_SUCCESS"})
}

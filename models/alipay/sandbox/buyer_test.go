package sandbox_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"luffy/models/alipay/sandbox"
)

// TestPayWithoutBrowser: by the shop's link, by the cashier's address and by the number, on both products.
func TestPayWithoutBrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	link := func(method, number string) string { return w.gateway(w.common(method, order(method, number, nil))) }
	w.open(pagePay, "BY_NUMBER", nil)
	for number, how := range map[string]string{
		"BY_LINK":    link(pagePay, "BY_LINK"),
		"BY_PHONE":   link(wapPay, "BY_PHONE"),
		"BY_CASHIER": w.open(pagePay, "BY_CASHIER", nil),
		"BY_NUMBER":  "BY_NUMBER",
	} {
		if err := w.s.Pay(how, sandbox.BuyerOther); err != nil {
			t.Errorf("%s: %v", number, err)
		}
		if trade, _ := w.s.Trade(number); trade.Status != sandbox.TradeSuccess || trade.BuyerID != sandbox.BuyerOther {
			t.Errorf("%s: got %s by %s, want TRADE_SUCCESS by %s", number, trade.Status, trade.BuyerID, sandbox.BuyerOther)
		}
	}
	w.awaitNotifies(4)
	if calls := w.s.Calls(); len(calls) != 4 {
		t.Errorf("log of calls: got %d, want 4: the link counts like one that a browser opens", len(calls))
	}
}

// TestOpenTrade: the login alone leaves the trade unpaid, and its buyer is the one who pays later.
func TestOpenTrade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	cashier := w.open(pagePay, "A1", nil)
	if err := w.s.OpenTrade(cashier, sandbox.BuyerOther); err != nil {
		t.Fatal(err)
	}
	w.wantStatus("A1", sandbox.WaitBuyerPay)
	if err := w.s.Pay("A1", ""); err != nil {
		t.Fatal(err)
	}
	if trade, _ := w.s.Trade("A1"); trade.BuyerID != sandbox.BuyerOther {
		t.Errorf("buyer: got %s, want %s", trade.BuyerID, sandbox.BuyerOther)
	}
	if got := w.get(cashier); !strings.Contains(got.body, "支付成功") {
		t.Errorf("the cashier's page does not know of the payment: %s", got.body)
	}
}

func TestPayRefusedWithoutBrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pay(pagePay, "PAID", nil)
	w.login(w.open(pagePay, "CLOSED", nil), sandbox.BuyerRich)
	w.call(closing, object{"out_trade_no": "CLOSED"})
	w.open(pagePay, "OPEN", nil)
	forged := w.gateway(w.common(pagePay, order(pagePay, "FORGED", nil))) + "&auth_token=x"
	for _, c := range []struct{ link, buyer, want string }{
		{"PAID", "", "ACQ.TRADE_HAS_SUCCESS"},
		{"CLOSED", "", "ACQ.TRADE_HAS_CLOSE"},
		{"OPEN", sandbox.BuyerPoor, "ACQ.BUYER_BALANCE_NOT_ENOUGH"},
		{"OPEN", sellerID, "ACQ.BUYER_SELLER_EQUAL"},
		{"OPEN", "2088", "no account"},
		{"UNKNOWN", "", "no cashier"},
		{w.server.URL + "/cashier/UNKNOWN", "", "no cashier"},
		{"", "", "no cashier"},
		{":", "", "missing protocol scheme"},
		{forged, "", "isv.invalid-signature"},
		{w.gateway(w.common(pagePay, order(pagePay, "OPEN", object{"total_amount": "0.00"}))), "", "ACQ.INVALID_PARAMETER"},
		{w.gateway(w.common(query, object{"out_trade_no": "OPEN"})), "", "not opened by a browser"},
	} {
		if err := w.s.Pay(c.link, c.buyer); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Pay(%.60q, %q): got %v, want %s", c.link, c.buyer, err, c.want)
		}
	}
	w.open(wapPay, "PHONE", nil)
	if err := w.s.OpenTrade("PHONE", ""); err == nil {
		t.Error("the phone's cashier has a login step")
	}
}

// TestManyBuyers: whoever pays at the same time, every trade is paid once and the money adds up.
func TestManyBuyers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const trades, tries = 50, 4
	var paid sync.Map
	var buyers sync.WaitGroup
	for n := range trades * tries {
		number := fmt.Sprintf("T%d", n%trades)
		link := w.gateway(w.common(pagePay, order(pagePay, number, nil)))
		buyers.Go(func() {
			if w.s.Pay(link, "") != nil {
				return
			}
			if _, twice := paid.LoadOrStore(number, true); twice {
				t.Errorf("%s was paid twice", number)
			}
		})
	}
	buyers.Wait()
	if balance := accountOf(w, sellerID).Balance; balance != trades*310_00 {
		t.Errorf("seller's balance: got %d fen, want %d", balance, trades*310_00)
	}
}

package sandbox_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"luffy/models/alipay/sandbox"
)

func (w *world) status(outTradeNo string) string {
	trade, exists := w.s.Trade(outTradeNo)
	if !exists {
		return "none"
	}
	return trade.Status
}

func (w *world) wantStatus(outTradeNo, want string) {
	w.t.Helper()
	if got := w.status(outTradeNo); got != want {
		w.t.Errorf("trade %s: got %s, want %s", outTradeNo, got, want)
	}
}

// TestWhenTheTradeExists: on the PC from the login on, on the phone from the right password on;
// until then it can neither be queried nor closed.
func TestWhenTheTradeExists(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pc, phone := w.open(pagePay, "PC", nil), w.open(wapPay, "PHONE", nil)
	w.get(pc)
	w.get(phone)
	w.wantStatus("PC", "none")
	for _, method := range []string{"alipay.trade.query", "alipay.trade.close"} {
		if got := w.call(method, object{"out_trade_no": "PC"}); got["sub_code"] != "ACQ.TRADE_NOT_EXIST" {
			t.Errorf("%s before the login: got %v, want ACQ.TRADE_NOT_EXIST", method, got)
		}
	}
	w.login(pc, sandbox.BuyerRich)
	w.wantStatus("PC", sandbox.WaitBuyerPay)

	if got := w.post(phone+"/login", url.Values{"buyer": {sandbox.BuyerRich}}); got.status == http.StatusSeeOther {
		t.Error("the phone's cashier has a login step")
	}
	wrong := w.post(phone+"/pay", url.Values{"buyer": {sandbox.BuyerRich}, "password": {"000000"}})
	if wrong.status != http.StatusUnprocessableEntity || !strings.Contains(wrong.body, "支付密码不正确") {
		t.Errorf("wrong password: got status %d, want 422 and the reason", wrong.status)
	}
	w.wantStatus("PHONE", "none")
	w.post(phone+"/pay", url.Values{"buyer": {sandbox.BuyerRich}, "password": {sandbox.Password}})
	w.wantStatus("PHONE", sandbox.TradeSuccess)
}

func TestWrongPasswordThenRight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	cashier := w.open(pagePay, "A1", nil)
	got := w.post(cashier+"/pay", url.Values{"password": {sandbox.Password}})
	if got.status != http.StatusUnprocessableEntity {
		t.Errorf("payment before the login: got status %d, want 422", got.status)
	}
	w.login(cashier, sandbox.BuyerRich)
	got = w.post(cashier+"/pay", url.Values{"password": {"123456"}})
	if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, `id="pay"`) {
		t.Errorf("got status %d, want 422 and the form again", got.status)
	}
	w.wantStatus("A1", sandbox.WaitBuyerPay)
	w.post(cashier+"/pay", url.Values{"password": {sandbox.Password}})
	w.wantStatus("A1", sandbox.TradeSuccess)
}

// TestBuyers: who may not pay, and what stands on the page then.
func TestBuyers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	cashier := w.open(pagePay, "SELLER", nil)
	got := w.post(cashier+"/login", url.Values{"buyer": {sellerID}})
	if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "ACQ.BUYER_SELLER_EQUAL") {
		t.Errorf("seller as buyer: got status %d, want 422 with ACQ.BUYER_SELLER_EQUAL", got.status)
	}
	w.wantStatus("SELLER", "none")

	cashier = w.open(pagePay, "POOR", nil)
	w.login(cashier, sandbox.BuyerPoor)
	got = w.post(cashier+"/pay", url.Values{"password": {sandbox.Password}})
	if !strings.Contains(got.body, "ACQ.BUYER_BALANCE_NOT_ENOUGH") {
		t.Errorf("too little money: got status %d, want ACQ.BUYER_BALANCE_NOT_ENOUGH", got.status)
	}
	w.wantStatus("POOR", sandbox.WaitBuyerPay)

	got = w.post(w.open(pagePay, "POOR", nil)+"/login", url.Values{"buyer": {sandbox.BuyerOther}})
	if !strings.Contains(got.body, "ACQ.TRADE_BUYER_NOT_MATCH") {
		t.Errorf("another buyer for the same trade: got status %d, want ACQ.TRADE_BUYER_NOT_MATCH", got.status)
	}
	got = w.post(w.open(pagePay, "NOBODY", nil)+"/login", url.Values{"buyer": {"2088"}})
	if got.status != http.StatusUnprocessableEntity {
		t.Errorf("unknown buyer: got status %d, want 422", got.status)
	}
}

// TestSameNumberAgain: what a second request with a known out_trade_no leads to.
func TestSameNumberAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.login(w.open(pagePay, "OPEN", nil), sandbox.BuyerRich)
	w.pay(pagePay, "PAID", nil)
	w.login(w.open(pagePay, "CLOSED", nil), sandbox.BuyerRich)
	w.call("alipay.trade.close", object{"out_trade_no": "CLOSED"})
	for _, c := range []struct {
		name, number string
		change       object
		want         string
	}{
		{"unpaid and the same goes on", "OPEN", nil, ""},
		{"other amount", "OPEN", object{"total_amount": "309.99"}, "ACQ.CONTEXT_INCONSISTENT"},
		{"other subject", "OPEN", object{"subject": "Vue"}, "ACQ.CONTEXT_INCONSISTENT"},
		{"paid", "PAID", nil, "ACQ.TRADE_HAS_SUCCESS"},
		{"closed", "CLOSED", nil, "ACQ.TRADE_HAS_CLOSE"},
	} {
		got := w.get(w.gateway(w.common(pagePay, order(pagePay, c.number, c.change))))
		if got.subCode() != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got.subCode(), c.want)
		}
	}
}

// TestTwoLinksOfOneNumber: both were opened before either made the trade, with different amounts.
func TestTwoLinksOfOneNumber(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second := w.open(pagePay, "A1", nil), w.open(pagePay, "A1", object{"total_amount": "1.00"})
	w.login(first, sandbox.BuyerRich)
	got := w.post(second+"/login", url.Values{"buyer": {sandbox.BuyerRich}})
	if got.subCode() != "ACQ.CONTEXT_INCONSISTENT" {
		t.Errorf("got %q, want ACQ.CONTEXT_INCONSISTENT", got.subCode())
	}
}

func TestPaidInAnotherWindow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := w.open(pagePay, "A1", nil)
	w.login(other, sandbox.BuyerRich)
	w.pay(pagePay, "A1", nil)
	for _, got := range []reply{w.get(other), w.post(other+"/pay", url.Values{"password": {sandbox.Password}})} {
		if got.subCode() != "ACQ.TRADE_HAS_SUCCESS" || !strings.Contains(got.body, "订单已支付") {
			t.Errorf("got %q, want the page of a paid order", got.subCode())
		}
	}
	if balance := accountOf(w, sellerID).Balance; balance != 310_00 {
		t.Errorf("seller's balance: got %d fen, want 31000: paid once", balance)
	}
}

func accountOf(w *world, id string) sandbox.Account {
	for _, a := range w.s.Accounts() {
		if a.ID == id {
			return a
		}
	}
	w.t.Fatalf("no account %s", id)
	return sandbox.Account{}
}

// TestDeadlines: when link and trade end. The trade of time_expire ends to the second.
func TestDeadlines(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		method string
		change object
		alive  time.Duration
	}{
		{"timeout_express", pagePay, object{"timeout_express": "30m"}, 30 * time.Minute},
		{"default", pagePay, nil, 15 * 24 * time.Hour},
		{"timeout_express in days", pagePay, object{"timeout_express": "2d"}, 48 * time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			unborn, born := w.open(c.method, "UNBORN", c.change), w.open(c.method, "BORN", c.change)
			w.login(born, sandbox.BuyerRich)
			w.advance(c.alive - time.Second)
			w.wantStatus("BORN", sandbox.WaitBuyerPay)
			if got := w.get(unborn); got.subCode() != "" {
				t.Errorf("link a second before its end: got %q, want alive", got.subCode())
			}
			w.advance(time.Second)
			w.wantStatus("BORN", sandbox.TradeClosed)
			for _, cashier := range []string{unborn, born} {
				got := w.get(cashier)
				if got.subCode() != "ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR" || !strings.Contains(got.body, "订单已超时") {
					t.Errorf("link after its end: got %q, want expired", got.subCode())
				}
			}
			got := w.post(born+"/pay", url.Values{"password": {sandbox.Password}})
			if got.status == http.StatusSeeOther {
				t.Error("the trade was paid after its end")
			}
		})
	}
}

func TestTimeExpire(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	end := time.Now().Add(20 * time.Minute).Truncate(time.Second)
	cashier := w.open(pagePay, "A1", object{"time_expire": beijing(end), "timeout_express": "1m"})
	w.login(cashier, sandbox.BuyerRich)
	trade, _ := w.s.Trade("A1")
	if !trade.ExpiresAt.Equal(end) {
		t.Errorf("trade ends at %v, want %v: time_expire wins over timeout_express", trade.ExpiresAt, end)
	}
	w.advance(21 * time.Minute)
	if trade, _ = w.s.Trade("A1"); !trade.ClosedAt.Equal(end) {
		t.Errorf("closed at %v, want %v", trade.ClosedAt, end)
	}
}

// TestPhoneTimeout: on the phone the relative timeout starts with the trade.
func TestPhoneTimeout(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	cashier := w.open(wapPay, "A1", object{"timeout_express": "5m"})
	w.advance(time.Hour)
	w.post(cashier+"/pay", url.Values{"buyer": {sandbox.BuyerPoor}, "password": {sandbox.Password}})
	w.wantStatus("A1", sandbox.WaitBuyerPay)
	w.advance(5 * time.Minute)
	w.wantStatus("A1", sandbox.TradeClosed)
}

func TestAbandonAndBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pc, phone := w.open(pagePay, "PC", nil), w.open(wapPay, "PHONE", nil)
	w.login(pc, sandbox.BuyerRich)
	got := w.post(pc+"/abandon", nil)
	if !strings.Contains(got.body, "已放弃付款") ||
		!strings.Contains(got.body, `id="back-to-shop" href="`+w.shop.server.URL+`/"`) {
		t.Errorf("abandon: got status %d, want a page that leads to the shop", got.status)
	}
	w.wantStatus("PC", sandbox.WaitBuyerPay)
	if !strings.Contains(w.get(phone).body, `id="quit" href="http://127.0.0.1:1/quit"`) {
		t.Error("the phone's back control does not lead to quit_url")
	}
}

func TestSkipReturn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	cashier := w.pay(pagePay, "A1", nil)
	if !strings.Contains(w.get(cashier).body, `http-equiv="refresh"`) {
		t.Error("the success page does not return by itself")
	}
	w.post(cashier+"/skip-return", nil)
	if strings.Contains(w.get(cashier).body, `http-equiv="refresh"`) {
		t.Error("the success page returns although that was skipped")
	}
}

// TestNoReturnBeforePayment: a return address is never made for an unpaid trade.
func TestNoReturnBeforePayment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	cashier := w.open(pagePay, "A1", nil)
	w.login(cashier, sandbox.BuyerRich)
	if got := w.get(cashier + "/return"); got.location != strings.TrimPrefix(cashier, w.server.URL) {
		t.Errorf("got %d to %q, want the cashier again", got.status, got.location)
	}
}

func TestPagesEscape(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	cashier := w.open(pagePay, "A1", object{"subject": `<b hidden>课`})
	if page := w.get(cashier).body; strings.Contains(page, "<b hidden>") || !strings.Contains(page, "&lt;b hidden&gt;课") {
		t.Error("a subject became HTML")
	}
	if got := w.get(w.server.URL + "/cashier/unknown"); got.status != http.StatusNotFound {
		t.Errorf("unknown token: got status %d, want 404", got.status)
	}
}

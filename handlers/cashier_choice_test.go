package handlers_test

import (
	"strings"
	"testing"

	"luffy/models/modelstest"
)

const (
	tablet  = "Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Mobile/15E148 Safari/604.1"
	desktop = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36"
	weChat  = phone + " MicroMessenger/8.0.50(0x1800323d) NetType/WIFI Language/zh_CN"
)

// O11: the User-Agent decides which cashier is opened. A button beside 去付款 opens the other one,
// for the same attempt.
func TestOtherCashier(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, ann := w.student("ann")
	number := modelstest.Order(t, w.db, ann, w.stock.Plain.For(30)).OrderNumber
	const page, wap = "alipay.trade.page.pay", "alipay.trade.wap.pay"
	for name, c := range map[string]struct{ agent, own, other, button string }{
		"phone":   {phone, wap, page, "改用电脑版收银台"},
		"tablet":  {tablet, page, wap, "改用手机版收银台"},
		"desktop": {desktop, page, wap, "改用手机版收银台"},
		"none":    {"", page, wap, "改用手机版收银台"},
	} {
		b.header.Set("User-Agent", c.agent)
		for _, path := range []string{"/orders/" + number, resultPath(number)} {
			w.exec("UPDATE ly_payment SET trade_status = 'TRADE_NOT_EXIST', queried_at = ?", w.db.Now())
			p := b.open(path)
			p.wantText("#other-cashier", c.button)
			other := p.form("/orders/" + number + "/pay")
			if got := b.post("/orders/"+number+"/pay", other).header.Get("Location"); !strings.Contains(got, "method="+c.own) {
				t.Errorf("%s, 去付款: got %q, want %s", name, got, c.own)
			}
			other.Set("cashier", p.Find("form.other-cashier [name=cashier]").AttrOr("value", ""))
			if got := b.post("/orders/"+number+"/pay", other).header.Get("Location"); !strings.Contains(got, "method="+c.other) {
				t.Errorf("%s, %s: got %q, want %s", name, c.button, got, c.other)
			}
		}
	}
	if n := w.count("SELECT COUNT(*) FROM ly_payment"); n != 1 {
		t.Errorf("got %d attempts, want one whichever cashier", n)
	}
}

// WeChat's browser does not open Alipay's pages: the order waits, and its page says how to pay in
// another browser.
func TestInsideWeChat(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, _ := w.student("ann")
	b.header.Set("User-Agent", weChat)
	b.addToCart(w.stock.Plain.For(30))
	placed := b.order()
	number := strings.TrimPrefix(placed.header.Get("Location"), "/orders/")
	if len(number) != 26 {
		t.Fatalf("got sent to %q, want the order's page", placed.header.Get("Location"))
	}
	for _, path := range []string{"/orders/" + number, resultPath(number)} {
		p := b.open(path)
		p.wantText("#open-outside", "请在系统浏览器中打开", "在浏览器打开", w.shop.URL+"/orders/"+number, "不会丢失")
		if p.Find("form[action$='/pay']").Length() != 0 {
			t.Errorf("%s: offers to pay where it cannot be", path)
		}
	}
	token := b.open("/").form("/logout")
	b.post("/orders/"+number+"/pay", token).wantTo("/orders/" + number)
	if n := w.count("SELECT COUNT(*) FROM ly_payment"); n != 0 {
		t.Errorf("got %d attempts, want none", n)
	}
	b.header.Set("User-Agent", phone)
	if p := b.open("/orders/" + number); p.Find("#open-outside").Length() != 0 {
		t.Error("the hint is shown in other browsers too")
	}
}

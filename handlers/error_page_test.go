package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"luffy/models/modelstest"
)

// C8: each error page says what to do, shows the order number of the address, and links to where to
// go on.
func TestErrorsLeadOn(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, ann := w.student("ann")
	number := modelstest.Order(t, w.db, ann, w.stock.Plain.For(30)).OrderNumber
	eve, _ := w.student("eve")

	foreign := eve.get("/orders/" + number)
	foreign.want(http.StatusNotFound)
	foreign.wantText("main", number, "查看我的订单")
	if foreign.Find("main a.main[href='/myorder/']").Length() != 1 {
		t.Error("another's order does not lead to My Orders")
	}

	b.header.Set("Referer", w.shop.URL+"/orders/"+number)
	expired := b.post("/orders/"+number+"/pay", nil)
	expired.want(http.StatusForbidden)
	expired.wantText("main", "页面已过期，请返回刷新后重试", "什么也没有改变", number)
	if expired.Find("main a.main[href='/orders/"+number+"']").Length() != 1 {
		t.Errorf("an expired form does not lead back to its page: %s", expired.text("main"))
	}
	b.header.Set("Referer", "https://evil.example/orders/1")
	if got := b.post("/orders/"+number+"/pay", nil); got.Find("main a[href*='evil']").Length() != 0 {
		t.Error("the way back leads to another site")
	}
}

// C8: a refused form is shown under the address that it was sent to. Whoever opens that address
// again, or comes to it from the login, is redirected to a page.
func TestRefusedFormOpenedAgain(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, _ := w.student("ann")
	b.addToCart(w.stock.Plain.For(30))
	refused := b.submit(b.open("/checkout"), "/orders", "points", "x")
	refused.want(http.StatusUnprocessableEntity)
	b.get(refused.url.Path).wantTo("/checkout")
	unchosen := b.submit(b.open("/courses/1"), "/cart/items", "expire", "99")
	unchosen.want(http.StatusUnprocessableEntity)
	b.get(unchosen.url.Path).wantTo("/cart")

	visitor := w.browser()
	visitor.header.Set("Referer", refused.url.String())
	login := visitor.follow(visitor.post("/orders", visitor.withToken(refused.form("/orders"))))
	entered := visitor.submit(login, "/login", "username", "ann", "password", modelstest.Password)
	visitor.follow(entered).wantTo("/checkout")
}

// C8: if the student cannot be sent to the cashier, the order is kept, and the error page shows its
// number, whichever form was sent.
func TestPayingFails(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, _ := w.student("ann")
	b.addToCart(w.stock.Plain.For(30))
	checkout := b.open("/checkout")
	w.exec("ALTER TABLE ly_payment RENAME TO gone")
	placed := b.submit(checkout, "/orders")
	placed.want(http.StatusInternalServerError)
	w.exec("ALTER TABLE gone RENAME TO ly_payment")
	orders := b.open("/myorder/").numbers()
	if len(orders) != 1 {
		t.Fatalf("got orders %v, want the one that was placed", orders)
	}
	placed.wantText("main", orders[0], "订单已经保存，没有丢失", "稍后", "去付款")
	if placed.Find("main a.main[href='/myorder/']").Length() != 1 {
		t.Error("the page does not lead to My Orders")
	}
}

// C8, R20: with the database down every page still has its frame and the order number, even for visitors
// who are not signed in.
func TestDatabaseDownKeepsTheNumber(t *testing.T) {
	w := newWorld(t, modelstest.Broken(t))
	const number = "20190929151453000001000020"
	b := w.browser()
	token := b.get("/login").form("/login")
	got := b.post("/login", token)
	got.want(http.StatusInternalServerError)
	got.wantFrame("服务器出错了")

	in := newWorld(t, modelstest.SQLite(t))
	ann, _ := in.student("ann")
	if err := in.db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/orders/" + number, resultPath(number)} {
		p := ann.get(path)
		p.want(http.StatusInternalServerError)
		p.wantFrame("服务器出错了")
		p.wantText("main", number)
	}
	if !strings.Contains(got.text("main"), "不要重复付款") {
		t.Errorf("the page does not say what to do: %s", got.text("main"))
	}
}

// C8, R3: students who come back from Alipay in another browser read at the login that their payment is
// safe, even after a wrong password.
func TestLoginAfterPaying(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	number := w.attempt(modelstest.Student(t, w.db, "ann")).OutTradeNo
	b := w.browser()
	login := b.follow(b.get(resultPath(number)))
	login.wantText(".note", "钱是安全的", "不要重复付款")
	if b.open("/login?next=%2Fmyorder%2F").Find(".note").Length() != 0 {
		t.Error("every login speaks of payments")
	}
	again := b.submit(login, "/login", "username", "ann", "password", "wrong horse")
	again.wantText(".note", "钱是安全的", "不要重复付款")
	b.submit(again, "/login", "username", "ann", "password", modelstest.Password).wantTo(resultPath(number))
}

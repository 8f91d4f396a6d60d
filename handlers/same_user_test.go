package handlers_test

import (
	"net/http"
	"testing"

	"luffy/models/modelstest"
)

// On a computer that two students use, a tab that ann left open does nothing to the account of eve, who
// logged in meanwhile in another tab, and tells who is logged in now.
func TestTabOfAnotherStudent(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, ann := w.student("ann")
	eve := modelstest.Student(t, w.db, "eve")
	b.addToCart(w.stock.Plain.For(30))
	left := map[string]*page{
		"/account/profile": b.open("/account/profile"),
		"/orders":          b.open("/checkout"),
		"/cart/items":      b.open("/courses/2"),
		"/logout":          b.open("/"),
	}
	b.submit(b.open("/"), "/logout")
	b.login("eve")
	for action, tab := range left {
		refused := b.submit(tab, action)
		refused.want(http.StatusConflict)
		refused.wantText("main", "另一个账号", "现在登录的是 eve", "什么也没有改变")
	}
	for _, row := range []string{
		"ly_order WHERE user_id", "ly_cart_item WHERE user_id", "ly_user WHERE mobile IS NOT NULL AND id",
	} {
		if n := w.count("SELECT COUNT(*) FROM "+row+" = ?", eve.ID); n != 0 {
			t.Errorf("got %d rows of %s eve, want none", n, row)
		}
	}
	b.submit(b.open("/account/profile"), "/account/profile", "mobile", "13800138000").wantTo("/account/profile")

	b.submit(b.open("/"), "/logout")
	b.login("ann")
	b.submit(left["/account/profile"], "/account/profile", "mobile", "13900139000").wantTo("/account/profile")
	if n := w.count("SELECT COUNT(*) FROM ly_user WHERE mobile = '13900139000' AND id = ?", ann.ID); n != 1 {
		t.Error("ann's tab does not save to her own account once she is back")
	}
}

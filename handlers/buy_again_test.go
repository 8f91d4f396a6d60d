package handlers_test

import (
	"net/http"
	"testing"

	"luffy/models"
	"luffy/models/modelstest"
)

// closed is an order of the student's that timed out.
func (w *world) closed(user models.User, offers ...models.Offer) string {
	w.t.Helper()
	order := modelstest.Order(w.t, w.db, user, offers...)
	w.exec("UPDATE ly_order SET order_status = 3, closed_as = 3, closed_at = created_at WHERE id = ?", order.ID)
	w.exec("DELETE FROM ly_cart_item")
	return order.OrderNumber
}

// O15: 再次购买 puts the courses that are still sold into the cart, with the same terms, and says which
// are not.
func TestBuyAgain(t *testing.T) {
	eachWorld(t, func(w *world) {
		b, ann := w.student("ann")
		number := w.closed(ann, w.stock.Plain.For(30), w.stock.Step.For(60))
		again := b.submit(b.open("/myorder/"), "/orders/"+number+"/again")
		again.wantTo("/cart")
		b.follow(again).wantText("main", "Go 语言实战", "MySQL 进阶")
		n := w.count("SELECT COUNT(*) FROM ly_cart_item WHERE selected AND expire IN (?, ?)",
			w.stock.Plain.For(30).Expire, w.stock.Step.For(60).Expire)
		if n != 2 {
			w.t.Errorf("got %d courses in the cart for the terms of the order, want 2", n)
		}

		w.exec("DELETE FROM ly_cart_item")
		w.exec("UPDATE ly_course SET published = 0 WHERE id = ?", w.stock.Step.ID)
		again = b.submit(b.open("/orders/"+number), "/orders/"+number+"/again")
		b.follow(again).wantText(".flash", "1 门课程已加入购物车", "《MySQL 进阶》已下架")
		w.exec("UPDATE ly_course SET published = 0")
		none := b.submit(b.open("/orders/"+number), "/orders/"+number+"/again")
		none.wantTo("/orders/" + number)
		b.follow(none).wantText(".flash", "《Go 语言实战》", "《MySQL 进阶》", "已下架", "不能再次购买")
	})
}

// O15, R3: an order that has not ended, or that is another student's, can neither be bought again nor
// deleted.
func TestEndedOnly(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, ann := w.student("ann")
	paid, _ := modelstest.Paid(t, w.db, ann, w.stock.Plain.For(30))
	path := "/orders/" + paid.OrderNumber
	token := b.open("/").form("/logout")
	for action, why := range map[string]string{
		"/hide":  "只有已取消或已退款的订单可以删除",
		"/again": "只有已取消或已退款的订单可以再次购买",
	} {
		refused := b.post(path+action, token)
		refused.wantTo(path)
		b.follow(refused).wantText(".flash", why)
	}
	b.follow(b.get(path+"/hide")).wantText(".flash", "只有已取消或已退款的订单可以删除")
	eve, _ := w.student("eve")
	evil := eve.open("/").form("/logout")
	for _, action := range []string{"/hide", "/again"} {
		eve.post(path+action, evil).want(http.StatusNotFound)
	}
	eve.get(path + "/hide").want(http.StatusNotFound)
	hidden := w.count("SELECT COUNT(*) FROM ly_order WHERE hidden_at IS NOT NULL")
	if n := hidden + w.count("SELECT COUNT(*) FROM ly_cart_item"); n != 0 {
		t.Errorf("got %d hidden orders and cart lines, want none", n)
	}
}

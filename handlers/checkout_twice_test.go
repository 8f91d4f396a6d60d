package handlers_test

import (
	"net/http"
	"strconv"
	"testing"

	"luffy/models"
	"luffy/models/modelstest"
)

// If one coupon is used in two tabs, the first order gets it, and the second is told so.
func TestCouponInTwoTabs(t *testing.T) {
	eachWorld(t, func(w *world) {
		b, ann := w.student("ann")
		coupon, err := w.db.GiveCoupon(w.t.Context(), ann.ID, modelstest.CouponOff)
		if err != nil {
			w.t.Fatal(err)
		}
		b.addToCart(w.stock.Plain.For(0))
		one, two := b.open("/checkout"), b.open("/checkout")
		choice := []string{"coupon", strconv.FormatInt(coupon.ID, 10), "points", "600"}
		var first, second *page
		atOnce(
			func() { first = b.submit(one, "/orders", choice...) },
			func() { second = b.submit(two, "/orders", choice...) },
		)
		if second.status == http.StatusSeeOther {
			first, second = second, first
		}
		first.want(http.StatusSeeOther)
		second.want(http.StatusUnprocessableEntity)
		second.wantText("main", "不能用于这个订单", "最多可以使用 400 积分")
		if n := w.count("SELECT COUNT(*) FROM ly_order"); n != 1 {
			w.t.Errorf("got %d orders, want 1", n)
		}
		if n := w.count("SELECT credit_held FROM ly_user"); n != 600 {
			w.t.Errorf("got %d points held, want 600", n)
		}
	})
}

// A double click makes one order and both clicks lead to the same payment.
func TestDoubleClick(t *testing.T) {
	modelstest.OnEach(t, func(t *testing.T, db *models.DB) {
		for name, choose := range map[string]func(w *world, ann models.User) []string{
			"plain": func(*world, models.User) []string { return nil },
			"with all points and the coupon": func(w *world, ann models.User) []string {
				coupon, err := w.db.GiveCoupon(w.t.Context(), ann.ID, modelstest.CouponOff)
				if err != nil {
					w.t.Fatal(err)
				}
				return []string{"coupon", strconv.FormatInt(coupon.ID, 10), "points", "1000"}
			},
		} {
			t.Run(name, func(t *testing.T) {
				w := newWorld(t, db).in(t)
				for round := range 5 {
					b, ann := w.student("s" + strconv.Itoa(round) + name[:2])
					b.addToCart(w.stock.Plain.For(0))
					choice := choose(w, ann)
					checkout := b.open("/checkout")
					clicks := make([]*page, 6)
					press := make([]func(), len(clicks))
					for i := range clicks {
						press[i] = func() { clicks[i] = b.submit(checkout, "/orders", choice...) }
					}
					atOnce(press...)
					first := clicks[0].payLink()
					for _, click := range clicks {
						if got := click.payLink(); got.number != first.number {
							t.Errorf("got out_trade_no %s and %s, want one", first.number, got.number)
						}
					}
					if n := w.count("SELECT COUNT(*) FROM ly_order WHERE user_id = ?", ann.ID); n != 1 {
						t.Errorf("got %d orders, want 1", n)
					}
				}
			})
		}
	})
}

// The back button brings the page back as it was. A student who then changes coupon or points and orders
// again must not pay the sum of the first order unawares.
func TestSentAgainWithAnotherChoice(t *testing.T) {
	eachWorld(t, func(w *world) {
		b, ann := w.student("ann")
		coupon, err := w.db.GiveCoupon(w.t.Context(), ann.ID, modelstest.CouponOff)
		if err != nil {
			w.t.Fatal(err)
		}
		b.addToCart(w.stock.Plain.For(0))
		checkout := b.open("/checkout")
		first := b.submit(checkout, "/orders", "points", "10").payLink()
		for _, choice := range [][]string{{"points", "20"}, {"points", "10", "coupon", strconv.FormatInt(coupon.ID, 10)}} {
			again := b.submit(checkout, "/orders", choice...)
			again.wantTo("/orders/" + first.number)
			b.follow(again).wantText("body", "已经提交过", "¥309.00")
		}
		if n := w.count("SELECT COUNT(*) FROM ly_order"); n != 1 {
			w.t.Errorf("got %d orders, want 1", n)
		}
	})
}

func TestDoubleClickOnPay(t *testing.T) {
	eachWorld(t, func(w *world) {
		b, ann := w.student("ann")
		order := modelstest.Order(w.t, w.db, ann, w.stock.Plain.For(30))
		orders := b.open("/myorder/")
		press := make([]func(), 6)
		for i := range press {
			press[i] = func() {
				if got := b.submit(orders, "/orders/"+order.OrderNumber+"/pay").payLink().number; got != order.OrderNumber {
					w.t.Errorf("got out_trade_no %s, want %s", got, order.OrderNumber)
				}
			}
		}
		atOnce(press...)
		if n := w.count("SELECT COUNT(*) FROM ly_payment"); n != 1 {
			w.t.Errorf("got %d attempts, want 1", n)
		}
	})
}

// A checkout that was left open in another tab says why nothing can be ordered any more.
func TestCheckoutAfterAnotherTab(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, _ := w.student("ann")
	b.addToCart(w.stock.Plain.For(30))
	left := b.open("/checkout")
	w.exec("DELETE FROM ly_cart_item") // as a payment does
	refused := b.submit(left, "/orders")
	refused.wantTo("/cart")
	b.follow(refused).wantText(".flash-error", "没有提交新的订单", "我的订单")
}

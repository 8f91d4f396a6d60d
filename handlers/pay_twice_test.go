package handlers_test

import (
	"net/http"
	"testing"
	"time"

	"luffy/models/modelstest"
)

// Line O11: 去付款 warns before a course is paid for twice, and goes on if the student wants to.
func TestPayTwice(t *testing.T) {
	eachTimedWorld(t, func(w *world, now *handClock) {
		b, ann := w.student("ann")
		older := modelstest.Order(w.t, w.db, ann, w.stock.Plain.For(30), w.stock.Step.For(30))
		pay := "/orders/" + older.OrderNumber + "/pay"
		b.submit(b.open("/myorder/"), pay).payLink() // nothing to warn of
		b.get(pay).wantTo("/orders/" + older.OrderNumber)

		w.exec("DELETE FROM ly_cart_item")
		now.advance(time.Second)
		newer := modelstest.Order(w.t, w.db, ann, w.stock.Plain.For(0))
		asked := b.submit(b.open("/myorder/"), pay)
		asked.wantTo(pay)
		warned := b.follow(asked)
		warned.wantText("main", "Go 语言实战", "《Go 语言实战》还在另一个待付款的订单 "+newer.OrderNumber)
		if warned.Find(".lines li").Length() != 1 {
			w.t.Errorf("got %d courses named, want the one that is in both", warned.Find(".lines li").Length())
		}
		if n := w.count("SELECT COUNT(*) FROM ly_payment"); n != 1 {
			w.t.Errorf("got %d attempts, want no new one before the student has said yes", n)
		}
		if link := b.submit(warned, pay).payLink(); link.number != older.OrderNumber {
			w.t.Errorf("got out_trade_no %s, want %s", link.number, older.OrderNumber)
		}
	})
}

// 提交订单 warns in the same way if the other order was made after the page.
func TestOrderInTwoTabs(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, _ := w.student("ann")
	b.addToCart(w.stock.Plain.For(30))
	first, second := b.open("/checkout"), b.open("/checkout")
	link := b.submit(first, "/orders").payLink()
	warned := b.follow(b.submit(second, "/orders"))
	warned.wantText("main", "《Go 语言实战》还在另一个待付款的订单 "+link.number)
	b.submit(warned, warned.url.Path).payLink()
	b.submit(b.open("/checkout"), "/orders").payLink() // which has said it itself
}

func TestPayForWhatIsOwned(t *testing.T) {
	eachTimedWorld(t, func(w *world, now *handClock) {
		b, ann := w.student("ann")
		waiting := modelstest.Order(w.t, w.db, ann, w.stock.Plain.For(30))
		pay := "/orders/" + waiting.OrderNumber + "/pay"
		now.advance(time.Second)
		modelstest.Paid(w.t, w.db, ann, w.stock.Plain.For(30))
		detail := b.open("/orders/" + waiting.OrderNumber)
		b.follow(b.submit(detail, pay)).wantText("main", "您已拥有本课程，", "有效期至 2026-12-22", "续费后有效期至 2027-01-21")
		w.exec("UPDATE ly_user_course SET out_time = NULL")
		b.open(pay).wantText("main", "永久有效，不需要再次购买")
		w.exec("UPDATE ly_user_course SET revoked_at = ?", now.now())
		b.get(pay).wantTo("/orders/" + waiting.OrderNumber)
		b.submit(detail, pay).payLink()
	})
}

// Only other orders that can be paid cause the warning: not those of other students, closed ones,
// or ones that are being cancelled.
func TestPayTwiceOnlyWhereItMatters(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, ann := w.student("ann")
	eve := modelstest.Student(t, w.db, "eve")
	mine := modelstest.Order(t, w.db, ann, w.stock.Plain.For(30))
	modelstest.Order(t, w.db, eve, w.stock.Plain.For(30))
	pay := "/orders/" + mine.OrderNumber + "/pay"
	other := modelstest.Order(t, w.db, ann, w.stock.Plain.For(60))
	for name, change := range map[string]string{
		"cancelled": "UPDATE ly_order SET order_status = 2 WHERE order_number = ?",
		"closing":   "UPDATE ly_order SET order_status = 0, closing_to = 2 WHERE order_number = ?",
		"timed out": `UPDATE ly_order SET order_status = 0, closing_to = NULL, expires_at = '2000-01-01 00:00:00'
			WHERE order_number = ?`,
	} {
		b.open(pay)
		w.exec(change, other.OrderNumber)
		if got := b.get(pay); got.status != http.StatusSeeOther {
			t.Errorf("%s: got status %d, want no warning", name, got.status)
		}
		w.exec("UPDATE ly_order SET order_status = 0, closing_to = NULL, expires_at = ? WHERE order_number = ?",
			other.ExpiresAt, other.OrderNumber)
	}
	stranger, _ := w.student("bob")
	stranger.get(pay).want(http.StatusNotFound)
	form := b.open(pay).form(pay)
	w.exec("UPDATE ly_order SET order_status = 2 WHERE order_number = ?", mine.OrderNumber)
	b.get(pay).wantTo("/orders/" + mine.OrderNumber)
	b.post(pay, form).wantTo(resultPath(mine.OrderNumber))
}

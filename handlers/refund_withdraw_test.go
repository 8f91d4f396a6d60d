package handlers_test

import (
	"testing"

	"luffy/models/modelstest"
)

// Withdrawing a request leaves everything as it was before, and learning goes on.
func TestWithdrawRefund(t *testing.T) {
	now := newHandClock() // stands still, so that the cart's order is that of the lines
	w := newWorld(t, modelstest.SQLite(t, modelstest.At(now.now)), func(s *setup) { s.now = now.now })
	b, ann := w.student("ann")
	order, _ := modelstest.Paid(t, w.db, ann, w.stock.Plain.For(30), w.stock.Rate.For(0))
	number := order.OrderNumber
	b.requestRefund(number, "1", "2").wantTo(orderPath(number))
	lesson := b.open("/learn/1")
	lesson.wantText(".note", "不能打开新的课时")
	if lesson.Find("#open-lesson").Length() != 0 {
		t.Error("a lesson can be opened while a refund is asked for")
	}
	asked := b.open(refundPath(number))
	withdraw := asked.form(refundPath(number) + "/withdraw")
	for _, line := range []string{"", "x", "0", "9", "-1", "99999999999999999999"} {
		withdraw.Set("line", line)
		b.post(refundPath(number)+"/withdraw", withdraw).wantTo(orderPath(number))
		b.open(orderPath(number)).wantText(".flash", "没有可以撤回的退款申请。")
	}
	withdraw.Set("line", "1")
	for range 2 {
		b.post(refundPath(number)+"/withdraw", withdraw).wantTo(orderPath(number))
		b.open(orderPath(number)).wantText(".flash", "退款申请已撤回")
	}
	b.open(orderPath(number)).wantText(".timeline", "您撤回了退款申请《Go 语言实战》")
	b.submit(b.open("/learn/1"), "/learn/1", "lesson", "1").wantTo("/learn/1?lesson=1")
	w.approve(2)
	withdraw.Set("line", "2")
	b.post(refundPath(number)+"/withdraw", withdraw).wantTo(orderPath(number))
	b.open(orderPath(number)).wantText(".flash", "客服已经处理了这个申请")
}

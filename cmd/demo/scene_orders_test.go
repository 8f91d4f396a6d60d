package main

import (
	"testing"
	"time"

	"luffy/models"
	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest"
	"luffy/models/payment"
)

const day = 24 * time.Hour

// pastOrders leaves an ended and an ending course, twelve orders that nobody paid, and one that was
// paid after it had been closed.
func (s *scene) pastOrders() {
	s.t.Helper()
	for _, past := range []struct {
		name, course string
		ago          time.Duration
	}{
		{"ended", "Vue 组件化开发", 60 * day},
		{"ending", "Linux 运维基本功", 27 * day},
	} {
		db := s.open(past.ago)
		order, _ := modelstest.Paid(s.t, db, s.buyer, s.offerOn(db, past.course, 30))
		s.orders[past.name] = order.OrderNumber
	}
	yesterday := s.open(day)
	for range 12 {
		overdue := modelstest.Order(s.t, yesterday, s.buyer, s.offerOn(yesterday, "Go 并发编程实战", 90))
		s.orders["overdue"] = overdue.OrderNumber
	}
	late := modelstest.Order(s.t, yesterday, s.buyer, s.offerOn(yesterday, "Linux 运维基本功", 60))
	attempt := modelstest.Attempt(s.t, yesterday, late)
	s.orders["late"] = late.OrderNumber
	s.waitFor(models.OrderTimedOut, "late", "overdue")
	event := models.PaymentEvent{ReceivedAt: s.db.Now(), Source: models.SourceNotify, OutTradeNo: attempt.OutTradeNo}
	if _, err := s.db.Confirm(s.t.Context(), modelstest.Trade(s.db, attempt), event); err != nil {
		s.t.Fatal(err)
	}
}

// paidOrders leaves orders that went the whole way over the simulator, with and without a refund.
func (s *scene) paidOrders() {
	s.t.Helper()
	modelstest.FillCart(s.t, s.db, s.buyer, s.offer("Django 商城项目", 0), s.offer("MySQL 事务与锁", 60))
	s.pay("paid", modelstest.PlaceOrder(s.t, s.db, s.buyer, models.Choice{Coupon: s.giveCoupon("全场九折券"), Points: 200}))
	s.orders["free"] = modelstest.Order(s.t, s.db, s.buyer, s.offer("爬虫与数据采集", 0)).OrderNumber

	s.pay("refunded", modelstest.Order(s.t, s.db, s.buyer, s.offer("算法入门四十讲", 0)))
	s.refund("refunded", models.NewRefund{Reason: "重复购买"})
	s.waitFor(models.OrderRefunded, "refunded")

	s.pay("partly", modelstest.Order(s.t, s.db, s.buyer, s.offer("Python 从零到能用", 30), s.offer("Vue 组件化开发", 60)))
	s.refund("partly", models.NewRefund{Line: 2, Reason: "换课"})

	s.pay("refunding", modelstest.Order(s.t, s.db, s.buyer, s.offer("Python 从零到能用", 60)))
	s.fault(sandbox.Fault{Name: sandbox.SellerBalance, OutTradeNo: s.orders["refunding"]})
	s.refund("refunding", models.NewRefund{Amount: 10_00, Reason: "补差价"})
}

// askedOrders leaves orders whose refund the buyer asked for: one that waits for staff, one that they refused.
func (s *scene) askedOrders() {
	s.t.Helper()
	s.pay("asked", modelstest.Order(s.t, s.db, s.buyer, s.offer("算法入门四十讲", 0)))
	s.requestRefund("asked", "没有时间学习")
	s.pay("rejected", modelstest.Order(s.t, s.db, s.buyer, s.offer("Vue 组件化开发", 0)))
	s.requestRefund("rejected", "买错了课程")
	requests, err := s.db.RefundRequestsOf(s.t.Context(), s.orders["rejected"])
	if err != nil || len(requests) != 1 {
		s.t.Fatalf("got %d refund requests, %v; want one", len(requests), err)
	}
	decision := models.RefundDecision{By: "客服", Reason: "课程已经学完，资料也已下载。如果您认为有误，请带上订单号联系客服，我们会重新核对学习记录。"}
	if err := s.db.RejectRefund(s.t.Context(), requests[0].ID, decision); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) requestRefund(state, reason string) {
	s.t.Helper()
	wish := models.RefundWish{UserID: s.buyer.ID, OrderNumber: s.orders[state], Lines: []int{1}, Reason: reason}
	if _, err := s.db.RequestRefund(s.t.Context(), wish, models.RefundRule{Days: 7, Watched: 30}); err != nil {
		s.t.Fatal(err)
	}
}

// openOrders leaves an order that can still be paid, and those about which Alipay's word is missing or wrong.
func (s *scene) openOrders() {
	s.t.Helper()
	cancelled := modelstest.Order(s.t, s.db, s.buyer, s.offer("算法入门四十讲", 0)).OrderNumber
	s.orders["cancelled"] = cancelled
	if _, err := s.payments.Cancel(s.t.Context(), s.buyer.ID, cancelled); err != nil {
		s.t.Fatal(err)
	}
	modelstest.FillCart(s.t, s.db, s.buyer, s.offer("Vue 组件化开发", 90))
	s.orders["unpaid"] = modelstest.PlaceOrder(s.t, s.db, s.buyer, models.Choice{Points: 300}).OrderNumber
	if err := s.db.RemoveFromCart(s.t.Context(), s.buyer.ID, s.offer("Vue 组件化开发", 90).CourseID); err != nil {
		s.t.Fatal(err)
	}

	django := s.offer("Django 商城项目", 30)
	// Of a course that the paid order has opened.
	s.orders["owned"] = modelstest.Order(s.t, s.db, s.buyer, django).OrderNumber
	if err := s.db.RemoveFromCart(s.t.Context(), s.buyer.ID, django.CourseID); err != nil {
		s.t.Fatal(err)
	}

	// The browsers of a busy machine look at the pages for longer than a student has time to pay.
	if _, err := s.db.SQL().ExecContext(s.t.Context(), "UPDATE ly_order SET expires_at = ? WHERE order_number IN (?, ?)",
		s.db.Now().Add(2*time.Hour), s.orders["unpaid"], s.orders["owned"]); err != nil {
		s.t.Fatal(err)
	}

	confirming := modelstest.Order(s.t, s.db, s.buyer, s.offer("算法入门四十讲", 0))
	s.orders["confirming"] = confirming.OrderNumber
	s.fault(sandbox.Fault{Name: sandbox.NotifyDrop, OutTradeNo: confirming.OrderNumber})
	s.fault(sandbox.Fault{Name: sandbox.APIUnavailable, OutTradeNo: confirming.OrderNumber})
	s.payAtCashier(confirming)

	held := modelstest.Order(s.t, s.db, s.buyer, s.offer("Linux 运维基本功", 90)) // the wrong sum is 0.01
	s.orders["held"] = held.OrderNumber
	s.fault(sandbox.Fault{Name: sandbox.NotifyForge, OutTradeNo: held.OrderNumber, Value: "total_amount"})
	s.fault(sandbox.Fault{Name: sandbox.APIUnavailable, OutTradeNo: held.OrderNumber})
	s.payAtCashier(held)
	until(s.t, "the wrong sum is held", func() bool {
		_, is := s.order(held.OrderNumber).HeldPayment()
		return is
	})
}

// pay pays an order at the simulator and waits until the shop has learned of it.
func (s *scene) pay(state string, order models.Order) {
	s.t.Helper()
	s.orders[state] = order.OrderNumber
	s.payAtCashier(order)
	s.waitFor(models.OrderPaid, state)
}

func (s *scene) payAtCashier(order models.Order) {
	s.t.Helper()
	link, err := s.payments.Start(s.t.Context(), s.buyer.ID, order.OrderNumber, payment.Desktop)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.shop.simulator.Pay(link, ""); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) refund(state string, r models.NewRefund) {
	s.t.Helper()
	r.OrderNumber = s.orders[state]
	if _, err := s.payments.Refund(s.t.Context(), r); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) fault(f sandbox.Fault) {
	s.t.Helper()
	if err := s.shop.simulator.AddFault(f); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) order(number string) models.OrderView {
	s.t.Helper()
	order, err := s.db.Order(s.t.Context(), s.buyer.ID, number)
	if err != nil {
		s.t.Fatal(err)
	}
	return order
}

// waitFor waits until the orders, named by the state that the scene has them for, are as they shall be.
func (s *scene) waitFor(status models.OrderStatus, states ...string) {
	s.t.Helper()
	for _, state := range states {
		until(s.t, state+" becomes "+status.String(), func() bool { return s.order(s.orders[state]).OrderStatus == status })
	}
}

// until polls for what another goroutine brings about.
func until(t *testing.T, what string, reached func() bool) {
	t.Helper()
	deadline := time.After(time.Minute)
	for !reached() {
		select {
		case <-deadline:
			t.Fatalf("waited in vain: %s", what)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

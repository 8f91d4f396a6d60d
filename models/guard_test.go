package models_test

import (
	"errors"
	"testing"

	"gorm.io/gorm"

	"luffy/models"
	"luffy/models/modelstest"
)

// The row that a step decides by is locked, but in a cluster of databases only on one node. So each
// step also names the state that it was decided for, and one that comes too late changes nothing.
func TestGuardsOfAPaidOrder(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		unpaid := s.order(t, s.Plain.For(30))
		payment, trade := s.attempt(t, unpaid)
		s.confirm(t, trade)
		another := trade
		another.TradeNo += "9"
		for step, late := range map[string]func() error{
			"fulfil":        func() error { return s.Fulfil(t.Context(), unpaid) },
			"book":          func() error { return s.Book(t.Context(), payment, another) },
			"begin closing": func() error { return s.BeginClosing(t.Context(), unpaid) },
			"close":         func() error { return s.CloseOrder(t.Context(), unpaid) },
		} {
			if err := late(); !errors.Is(err, models.ErrNotPayable) {
				t.Errorf("%s: got %v, want ErrNotPayable", step, err)
			}
		}
		if got := s.read(t, unpaid); got.OrderStatus != models.OrderPaid || s.right(t, s.Plain.ID).Records != 1 {
			t.Errorf("got an order %v with right %+v, want it paid once", got.OrderStatus, s.right(t, s.Plain.ID))
		}
		wantClean(t, s.DB)
	})
}

func TestGuardsOfARefund(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order, trade := modelstest.Paid(t, s.DB, s.ann, s.Plain.For(30), s.Step.For(0), s.Rate.For(0))
		standing, err := s.PaymentByOutTradeNo(t.Context(), trade.OutTradeNo)
		if err != nil {
			t.Fatal(err)
		}
		var stored [2]models.Refund
		for i := range stored {
			wanted := models.NewRefund{OrderNumber: order.OrderNumber, Line: i + 1}
			if stored[i], err = s.CreateRefund(t.Context(), wanted); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.FinishRefund(t.Context(), stored[0].ID, s.Now()); err != nil {
			t.Fatal(err)
		}
		if err := s.BookRefund(t.Context(), order, standing.Payment, stored[0]); !errors.Is(err, models.ErrNotPayable) {
			t.Errorf("a refund that is done: got %v, want ErrNotPayable", err)
		}
		wantClean(t, s.DB)
		exec(t, s.DB, "UPDATE ly_order SET order_status = ?", models.OrderRefunded)
		if err := s.BookRefund(t.Context(), order, standing.Payment, stored[1]); !errors.Is(err, models.ErrNotPayable) {
			t.Errorf("an order that is refunded: got %v, want ErrNotPayable", err)
		}
		if got := s.read(t, order).RefundedAmount; got != stored[0].Amount {
			t.Errorf("got %s back, want the %s of the first refund", got, stored[0].Amount)
		}
	})
}

// Whatever the program does, the database takes no second row of what happens once.
func TestNothingIsStoredTwice(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order, _ := s.discounted(t)
		s.requestRefund(t, order, 1)
		wanted := models.NewRefund{OrderNumber: order.OrderNumber, Line: 1, Key: "once"}
		if _, err := s.CreateRefund(t.Context(), wanted); err != nil {
			t.Fatal(err)
		}
		for what, again := range map[string]string{
			"a purchase record of a line": `
				INSERT INTO ly_user_course (user_id, course_id, order_detail_id, buy_type, pay_time, created_at)
				SELECT user_id, course_id, order_detail_id, buy_type, pay_time, created_at FROM ly_user_course`,
			"a name of an attempt": `
				INSERT INTO ly_payment (order_id, out_trade_no, app_id, amount, subject, state, expires_at, created_at)
				SELECT order_id, out_trade_no, app_id, amount, subject, state, expires_at, created_at FROM ly_payment`,
			"a trade": `
				INSERT INTO ly_payment (order_id, out_trade_no, app_id, amount, subject, state, trade_no, expires_at, created_at)
				SELECT order_id, 'another', app_id, amount, subject, state, trade_no, expires_at, created_at FROM ly_payment`,
			"a movement of points": `
				INSERT INTO ly_credit (user_id, opera, number, reference, created_at)
				SELECT user_id, opera, number, reference, created_at FROM ly_credit`,
			"an order with a coupon": `
				INSERT INTO ly_user_coupon (user_id, coupon_id, start_time, end_time, order_id)
				SELECT user_id, coupon_id, start_time, end_time, order_id FROM ly_user_coupon`,
			"a number of a refund": `
				INSERT INTO ly_refund (payment_id, out_request_no, amount, reason, state, created_at)
				SELECT payment_id, out_request_no, amount, reason, state, created_at FROM ly_refund`,
			"a key of a refund": `
				INSERT INTO ly_refund (payment_id, out_request_no, request_key, amount, reason, state, created_at)
				SELECT payment_id, 'another', request_key, amount, reason, state, created_at FROM ly_refund`,
			"a request for a line": `
				INSERT INTO ly_refund_request (order_detail_id, state, reason, created_at)
				SELECT order_detail_id, state, reason, created_at FROM ly_refund_request`,
		} {
			err := s.InTx(t.Context(), func(g *gorm.DB) error { return g.Exec(again).Error })
			if !errors.Is(err, gorm.ErrDuplicatedKey) {
				t.Errorf("%s: got %v for the second, want it refused", what, err)
			}
		}
	})
}

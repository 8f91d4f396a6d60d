package models_test

import (
	"slices"
	"strconv"
	"testing"

	"luffy/models"
	"luffy/models/modelstest"
)

// books are ann's orders in every state, with the rows that a test breaks.
type books struct {
	paid, unpaid, refunded, partly, cancelled models.Order
	coupon                                    models.UserCoupon // used by paid
	surplus                                   models.Payment    // a second payment of partly, on its way back
	line                                      models.OrderDetail
	// a refund of their first line is requested, or approved and done
	asked, granted models.Order
}

func (s *scene) books(t testing.TB) books {
	t.Helper()
	var b books
	b.paid, b.coupon = s.discounted(t)
	b.refunded = s.twoLines(t)
	s.finish(t, s.refund(t, models.NewRefund{OrderNumber: b.refunded.OrderNumber}))
	b.partly = s.order(t, s.Plain.For(30), s.Step.For(60))
	var late models.PaidTrade
	b.surplus, late = s.attempt(t, b.partly)
	if err := s.ClosePayment(t.Context(), b.surplus.ID, "TRADE_CLOSED"); err != nil {
		t.Fatal(err)
	}
	_, trade := s.attempt(t, b.partly)
	s.confirm(t, trade)
	s.confirm(t, late)
	s.finish(t, s.refund(t, models.NewRefund{OrderNumber: b.partly.OrderNumber, Line: 1}))
	b.line = rows[models.OrderDetail](t, s.DB, "order_id = ?", b.partly.ID)[0]
	b.asked = s.twoLines(t)
	s.requestRefund(t, b.asked, 1)
	b.granted = s.twoLines(t)
	s.requestRefund(t, b.granted, 1)
	s.finish(t, s.approve(t, b.granted, 1))
	b.cancelled = s.order(t, s.Off.For(60))
	s.attempt(t, b.cancelled)
	s.cancel(t, b.cancelled)
	s.order(t, s.Free.For(30))
	s.give(t, modelstest.CouponRate)
	held := s.give(t, modelstest.CouponOff)
	s.fill(t, s.Plain.For(0))
	b.unpaid = modelstest.PlaceOrder(t, s.DB, s.ann, models.Choice{Coupon: held.ID, Points: 100})
	s.attempt(t, b.unpaid)
	return b
}

func TestAuditOfSoundBooks(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		wantClean(t, s.DB)
		s.books(t)
		wantClean(t, s.DB)
		foldAll(t, s.DB)
		wantClean(t, s.DB)
	})
}

// Each case breaks one thing by hand; the check must name the row that is wrong.
func TestAuditFindsWhatIsBroken(t *testing.T) {
	type breach struct {
		name      string
		statement string
		args      func(s *scene, b books) []any
		check     string
		row       func(s *scene, b books) string
	}
	id := func(o func(books) models.Order) func(*scene, books) []any {
		return func(_ *scene, b books) []any { return []any{o(b).ID} }
	}
	number := func(o func(books) models.Order) func(*scene, books) string {
		return func(_ *scene, b books) string { return o(b).OrderNumber }
	}
	paid := func(b books) models.Order { return b.paid }
	unpaid := func(b books) models.Order { return b.unpaid }
	refunded := func(b books) models.Order { return b.refunded }
	partly := func(b books) models.Order { return b.partly }
	asked := func(b books) models.Order { return b.asked }
	approved := func(b books) models.Order { return b.granted }
	cancelled := func(b books) models.Order { return b.cancelled }
	surplus := func(_ *scene, b books) string { return b.surplus.OutTradeNo }
	surplusID := func(_ *scene, b books) []any { return []any{b.surplus.ID} }
	ann := func(s *scene, _ books) string { return s.ann.Username }
	annID := func(s *scene, _ books) []any { return []any{s.ann.ID} }
	coupon := func(_ *scene, b books) string { return strconv.FormatInt(b.coupon.ID, 10) }
	couponID := func(_ *scene, b books) []any { return []any{b.coupon.ID} }
	line := func(_ *scene, b books) []any { return []any{b.line.ID} }

	const (
		oneSum    = "a trade that fulfilled an order has the order's sum, and the order is paid"
		oneTrade  = "a paid order has exactly one trade that paid it, an order of 0.00 none"
		bound     = "no trade is refunded beyond its sum"
		goingBack = "money that no order took is going back or has gone back"
		refundSum = "an order's refunded sum is that of its refunds"
		status    = "an order is 已退款 exactly when all that was paid went back"
		ledger    = "a student's points are the sum of the ledger"
		heldSum   = "a student's held points are those of the unpaid orders"
		holder    = "a coupon is held by an unpaid order or used by a paid one, and by that of its student"
		hasCoupon = "an order that is unpaid or paid has its coupon"
		students  = "a course's students are those with a live record"
		addUp     = "the lines of an order add up to it"
		records   = "a paid order has a purchase record for each line, any other none"
		granted   = "a refund request is approved exactly when it has a refund, and that is of its line or of its whole order"
		waits     = "an open refund request is of a line that stands and is not on its way back"
		revoked   = "a purchase record is its line's, and revoked once its line went back"
	)
	const ofOrder = " WHERE order_detail_id IN (SELECT id FROM ly_order_detail WHERE order_id = ?)"
	breaches := []breach{
		{"a fen too little came", "UPDATE ly_payment SET amount = amount - 1 WHERE state = 'paid' AND order_id = ?",
			id(paid), oneSum, number(paid)},
		{"paid, and the order is not", "UPDATE ly_order SET order_status = 0 WHERE id = ?", id(paid), oneSum, number(paid)},
		{"paid by no trade", "UPDATE ly_payment SET trade_no = NULL WHERE order_id = ?", id(paid), oneSum, number(paid)},
		{"a paid order without payment", "UPDATE ly_order SET order_status = 1 WHERE id = ?", id(unpaid), oneTrade, number(unpaid)},
		{"paid twice", "UPDATE ly_payment SET state = 'paid' WHERE order_id = ?", id(partly), oneTrade, number(partly)},
		{"too much back", "UPDATE ly_refund SET amount = amount + 1 WHERE payment_id = ?", surplusID, bound, surplus},
		{"too much back outside", "UPDATE ly_refund SET state = 'done', cause = 'outside', amount = amount + 1 WHERE payment_id = ?",
			surplusID, bound, surplus},
		{"surplus kept", "DELETE FROM ly_refund WHERE payment_id = ?", surplusID, goingBack, surplus},
		{"surplus refused", "UPDATE ly_refund SET state = 'failed' WHERE payment_id = ?", surplusID, goingBack, surplus},
		{"returned, but not all", "UPDATE ly_payment SET state = 'returned' WHERE id = ?", surplusID, goingBack, surplus},
		{"held", "UPDATE ly_payment SET state = 'held' WHERE id = ?", surplusID, goingBack, surplus},
		{"refund not booked", "UPDATE ly_order SET refunded_amount = 0 WHERE id = ?", id(partly), refundSum, number(partly)},
		{"refund that never was", "UPDATE ly_order SET refunded_amount = 1 WHERE id = ?", id(paid), refundSum, number(paid)},
		{"all back, and not 已退款", "UPDATE ly_order SET order_status = 1 WHERE id = ?", id(refunded), status, number(refunded)},
		{"已退款, and not all back", "UPDATE ly_order SET order_status = 4 WHERE id = ?", id(partly), status, number(partly)},
		{"points from nowhere", "UPDATE ly_user SET credit = credit + 1 WHERE id = ?", annID, ledger, ann},
		{"a row of the ledger lost", "DELETE FROM ly_credit WHERE opera = 2 AND user_id = ?", annID, ledger, ann},
		{"points held by nothing", "UPDATE ly_user SET credit_held = credit_held + 1 WHERE id = ?", annID, heldSum, ann},
		{"points not held", "UPDATE ly_user SET credit_held = 0 WHERE id = ?", annID, heldSum, ann},
		{"used by no order", "UPDATE ly_user_coupon SET order_id = NULL WHERE id = ?", couponID, holder, coupon},
		{"held by a paid order", "UPDATE ly_user_coupon SET used_at = NULL WHERE id = ?", couponID, holder, coupon},
		{"used by an order that is not there", "UPDATE ly_user_coupon SET order_id = 404 WHERE id = ?", couponID, holder, coupon},
		{"used by a cancelled order", "UPDATE ly_order SET order_status = 2 WHERE id = ?", id(paid), holder, coupon},
		{"the coupon of an order is free", "UPDATE ly_user_coupon SET order_id = NULL, used_at = NULL WHERE id = ?",
			couponID, hasCoupon, number(paid)},
		{"a student too many", "UPDATE ly_course SET students = students + 1 WHERE id = ?",
			func(s *scene, _ books) []any { return []any{s.Step.ID} },
			students, func(s *scene, _ books) string { return s.Step.Name }},
		{"a student not counted", "DELETE FROM ly_student_delta WHERE course_id = ?",
			func(s *scene, _ books) []any { return []any{s.Step.ID} },
			students, func(s *scene, _ books) string { return s.Step.Name }},
		{"a line that costs more", "UPDATE ly_order_detail SET real_price = real_price + 1 WHERE id = ?", line, addUp, number(partly)},
		{"no lines", "UPDATE ly_order_detail SET real_price = 0 WHERE order_id = ?", id(cancelled), addUp, number(cancelled)},
		{"a line not granted", "DELETE FROM ly_user_course WHERE order_detail_id = ?", line, records, number(partly)},
		{"granted and not paid", "UPDATE ly_order SET order_status = 2 WHERE id = ?", id(paid), records, number(paid)},
		{"a record of another's", "UPDATE ly_user_course SET course_id = course_id + 1 WHERE order_detail_id = ?", line, revoked, number(partly)},
		{"a line back and not revoked", "UPDATE ly_user_course SET revoked_at = NULL WHERE order_detail_id = ?", line, revoked, number(partly)},
		{"approved without a refund", "UPDATE ly_refund_request SET refund_id = NULL" + ofOrder, id(approved), granted, number(approved)},
		{"approved by another's refund", "UPDATE ly_refund_request SET refund_id = 1" + ofOrder, id(approved), granted, number(approved)},
		{"rejected with a refund", "UPDATE ly_refund_request SET state = 'rejected'" + ofOrder, id(approved), granted, number(approved)},
		{"asked for what went back", "UPDATE ly_refund_request SET state = 'open'" + ofOrder, id(approved), waits, number(approved)},
		{"asked for of a cancelled order", "UPDATE ly_order SET order_status = 2 WHERE id = ?", id(asked), waits, number(asked)},
		{"revoked without a refund", "UPDATE ly_refund SET order_detail_id = NULL WHERE order_detail_id = ?", line, revoked, number(partly)},
	}
	for _, b := range breaches {
		t.Run(b.name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				sound := s.books(t)
				exec(t, s.DB, b.statement, b.args(s, sound)...)
				findings, err := s.Audit(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				row := b.row(s, sound)
				if !slices.ContainsFunc(findings, func(f models.Finding) bool { return f.Check == b.check && f.Row == row }) {
					t.Errorf("got %v, want %q of %s", findings, b.check, row)
				}
			})
		})
	}
	for _, check := range models.Invariants() {
		if !slices.ContainsFunc(breaches, func(b breach) bool { return b.check == check }) {
			t.Errorf("no case breaks %q", check)
		}
	}
}

package models

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"gorm.io/gorm"
)

// OrderView is an order as its own page and, without payments and refunds, My Orders show it.
type OrderView struct {
	Order
	Held     bool       `gorm:"-"` // it is unpaid, and Alipay took a sum for it that it did not ask for
	Lines    []LineView `gorm:"-"`
	Payments []Payment  `gorm:"-"`
	Refunds  []Refund   `gorm:"-"` // of all its payments, oldest first
}

// LineView is an order line with the state of its purchase record.
type LineView struct {
	OrderDetail
	OutTime *time.Time  // end of the purchase record; nil = for ever, or no record
	Granted bool        // there is a purchase record, and it is not revoked
	Revoked bool        // there is a purchase record, and it is revoked
	Renewed bool        // the record has ended or ends soon, but another purchase keeps the course open
	Request RequestView `gorm:"embedded;embeddedPrefix:request_"`
}

// Order reads a student's own order; ErrNotFound for another student's. It takes three statements, one
// more if Alipay has taken money for the order, and one more if a right of it ends soon.
func (db *DB) Order(ctx context.Context, user int64, number string) (OrderView, error) {
	g := db.with(ctx)
	var view OrderView
	var err error
	view.Order, err = readOrder(g, "o.order_number = ? AND o.user_id = ?", number, user)
	if err != nil {
		return view, err
	}
	err = g.Raw(`
		SELECT d.*, r.out_time, `+recordState+`, `+requestState+`, COALESCE(q.reason, '') AS request_reason,
		       q.created_at AS request_created_at, q.decided_at AS request_decided_at
		FROM ly_order_detail d LEFT JOIN ly_user_course r ON r.order_detail_id = d.id`+requestJoin+`
		WHERE d.order_id = ? ORDER BY d.position`, view.ID).Scan(&view.Lines).Error
	if err == nil {
		err = db.tellRenewed(ctx, user, view)
	}
	if err != nil {
		return view, err
	}
	view.Payments, err = paymentsOf(g, view.ID)
	_, held := view.HeldPayment()
	view.Held = held && view.OrderStatus == OrderUnpaid
	if err != nil || !slices.ContainsFunc(view.Payments, func(p Payment) bool { return p.TradeNo != nil }) {
		return view, err
	}
	view.Refunds, err = readRefunds(g,
		"ly_refund f JOIN ly_payment p ON p.id = f.payment_id WHERE p.order_id = ? ORDER BY f.id", view.ID)
	return view, err
}

// lockOwnOrder locks and reads a student's own order; ErrNotFound for another student's.
func (tx transaction) lockOwnOrder(user int64, number string) (Order, error) {
	return tx.lockOrder("o.order_number = ? AND o.user_id = ?", number, user)
}

// lockOrder locks and reads the one order o that fits; ErrNotFound if none does.
func (tx transaction) lockOrder(where string, args ...any) (Order, error) {
	return readOrder(tx.DB, where+tx.forUpdate(), args...)
}

func readOrder(g *gorm.DB, where string, args ...any) (Order, error) {
	var o Order
	err := read(g, func(rows *sql.Rows) error { return rows.Scan(o.places()...) },
		"SELECT "+orderColumns+" FROM ly_order o WHERE "+where, args...)
	if err == nil && o.ID == 0 {
		err = ErrNotFound
	}
	return o, err
}

// OpenPayment is the attempt that can still be paid; false if there is none.
func (v OrderView) OpenPayment() (Payment, bool) { return v.paymentIn(PaymentOpen) }

// PaidBy is the attempt that paid the order; false if none did.
func (v OrderView) PaidBy() (Payment, bool) { return v.paymentIn(PaymentPaid) }

// HeldPayment is an attempt for which Alipay took a sum that the order did not ask for; false if there
// is none.
func (v OrderView) HeldPayment() (Payment, bool) { return v.paymentIn(PaymentHeld) }

func (v OrderView) paymentIn(state PaymentState) (Payment, bool) {
	i := slices.IndexFunc(v.Payments, func(p Payment) bool { return p.State == state })
	if i < 0 {
		return Payment{}, false
	}
	return v.Payments[i], true
}

// recordState is SQL for LineView.Granted and LineView.Revoked, from the left-joined purchase record r.
const recordState = "(r.id IS NOT NULL AND r.revoked_at IS NULL) AS granted, (r.revoked_at IS NOT NULL) AS revoked"

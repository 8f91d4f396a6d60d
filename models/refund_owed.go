package models

import (
	"context"
	"time"
)

// owedRefunds is SQL for the failed refunds f whose money is still owed: no other refund gave back the
// same line, no later one the same sum, and the payment p has that much left. Its parameters are
// RefundFailed, RefundDone and RefundDone.
const owedRefunds = `
	FROM ly_refund f JOIN ly_payment p ON p.id = f.payment_id
	WHERE f.state = ?
	AND f.amount <= p.amount - (
		SELECT COALESCE(SUM(d.amount), 0) FROM ly_refund d WHERE d.payment_id = p.id AND d.state = ?)
	AND NOT EXISTS (SELECT 1 FROM ly_refund d WHERE d.payment_id = p.id AND d.state = ?
		AND (d.order_detail_id = f.order_detail_id OR d.id > f.id AND d.amount = f.amount))`

// refundOverdue is the age from which a pending refund is a task for staff. By then it was tried
// seven times: somebody has to fill the seller's account, or to mend the settings.
const refundOverdue = time.Hour

// overdueRefunds is SQL for the pending refunds f that are overdue. Its parameters are RefundPending
// and the time since when one must have been stored.
const overdueRefunds = " FROM ly_refund f WHERE f.state = ? AND f.created_at <= ?"

// overdueSince is the time before which an overdue refund was stored.
func (db *DB) overdueSince() time.Time { return db.Now().Add(-refundOverdue) }

// OwedRefund is a refund whose money the student has been waiting for.
type OwedRefund struct {
	Refund      Refund `gorm:"embedded"`
	OrderNumber string
	Username    string
	Title       string // the line's course, or the order's title
}

// OwedRefunds lists up to limit refunds that staff have to pay by other means, the oldest first.
// Backlog counts them all.
func (db *DB) OwedRefunds(ctx context.Context, limit int) ([]OwedRefund, error) {
	return db.readOwed(ctx, "", limit)
}

// OverdueRefunds lists up to limit refunds that are still pending after an hour, the oldest first.
// Backlog counts them all.
func (db *DB) OverdueRefunds(ctx context.Context, limit int) ([]OwedRefund, error) {
	return db.describeRefunds(ctx, "SELECT f.id"+overdueRefunds+" ORDER BY f.id LIMIT ?",
		RefundPending, db.overdueSince(), limit)
}

// OwedRefundsOf is OwedRefunds for one order.
func (db *DB) OwedRefundsOf(ctx context.Context, number string) ([]OwedRefund, error) {
	return db.readOwed(ctx, " AND p.order_id = (SELECT id FROM ly_order WHERE order_number = ?)", number, maxListed)
}

// readOwed reads those of which where holds. Its last argument bounds the list.
func (db *DB) readOwed(ctx context.Context, where string, args ...any) ([]OwedRefund, error) {
	return db.describeRefunds(ctx, "SELECT f.id"+owedRefunds+where+" ORDER BY f.id LIMIT ?",
		append([]any{RefundFailed, RefundDone, RefundDone}, args...)...)
}

// describeRefunds reads the refunds whose IDs a query selects, with what staff need to know of them.
func (db *DB) describeRefunds(ctx context.Context, ids string, args ...any) ([]OwedRefund, error) {
	var owed []OwedRefund
	err := db.with(ctx).Raw(`
		SELECT f.*, o.order_number, u.username, COALESCE(d.course_name, o.order_title) AS title
		FROM (`+ids+`) owed
		JOIN ly_refund f ON f.id = owed.id JOIN ly_payment p ON p.id = f.payment_id
		JOIN ly_order o ON o.id = p.order_id JOIN ly_user u ON u.id = o.user_id
		LEFT JOIN ly_order_detail d ON d.id = f.order_detail_id ORDER BY f.id`, args...).Scan(&owed).Error
	return owed, err
}

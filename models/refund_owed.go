package models

import "context"

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

// OwedRefund is a refund that Alipay refused for good and whose money is still owed.
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

// OwedRefundsOf is OwedRefunds for one order.
func (db *DB) OwedRefundsOf(ctx context.Context, number string) ([]OwedRefund, error) {
	return db.readOwed(ctx, " AND p.order_id = (SELECT id FROM ly_order WHERE order_number = ?)", number, maxListed)
}

// readOwed reads those of which where holds. Its last argument bounds the list.
func (db *DB) readOwed(ctx context.Context, where string, args ...any) ([]OwedRefund, error) {
	var owed []OwedRefund
	err := db.with(ctx).Raw(`
		SELECT f.*, o.order_number, u.username, COALESCE(d.course_name, o.order_title) AS title
		FROM (SELECT f.id`+owedRefunds+where+` ORDER BY f.id LIMIT ?) owed
		JOIN ly_refund f ON f.id = owed.id JOIN ly_payment p ON p.id = f.payment_id
		JOIN ly_order o ON o.id = p.order_id JOIN ly_user u ON u.id = o.user_id
		LEFT JOIN ly_order_detail d ON d.id = f.order_detail_id ORDER BY f.id`,
		append([]any{RefundFailed, RefundDone, RefundDone}, args...)...).Scan(&owed).Error
	return owed, err
}

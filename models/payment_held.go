package models

import (
	"context"
	"time"
)

// HeldPayment is money of another sum than its order asks for.
type HeldPayment struct {
	OrderNumber string
	TradeNo     string
	Username    string
	Asked       Fen        // what the order costs
	Came        Fen        // what Alipay says was paid
	PaidAt      *time.Time // by Alipay's clock
}

// HeldPayments lists the payments that wait for staff, the oldest first; Backlog tells how many
// there are.
func (db *DB) HeldPayments(ctx context.Context, limit int) ([]HeldPayment, error) {
	var held []HeldPayment
	err := db.with(ctx).Raw(`
		SELECT o.order_number, COALESCE(p.trade_no, '') AS trade_no, u.username,
		       o.real_price AS asked, p.amount AS came, p.paid_at
		FROM ly_payment p JOIN ly_order o ON o.id = p.order_id JOIN ly_user u ON u.id = o.user_id
		WHERE p.state = ? ORDER BY p.created_at LIMIT ?`, PaymentHeld, limit).Scan(&held).Error
	return held, err
}

package models

import (
	"context"
	"slices"
	"time"
)

// PaidPayment is an attempt with its refunds and with the price of its order.
type PaidPayment struct {
	Payment
	RealPrice Fen
	Refunds   []Refund `gorm:"foreignKey:PaymentID"`
}

// batch bounds how many rows one statement names or writes.
const batch = 500

// PaymentsNamed reads, by out_trade_no, the attempts with these names, whatever their state.
func (db *DB) PaymentsNamed(ctx context.Context, outTradeNos []string) (map[string]PaidPayment, error) {
	named := make(map[string]PaidPayment, len(outTradeNos))
	for names := range slices.Chunk(outTradeNos, batch) {
		var some []PaidPayment
		err := db.with(ctx).Preload("Refunds").Select("ly_payment.*, o.real_price").
			Joins("JOIN ly_order o ON o.id = ly_payment.order_id").Where("out_trade_no IN ?", names).Find(&some).Error
		if err != nil {
			return nil, err
		}
		for _, p := range some {
			named[p.OutTradeNo] = p
		}
	}
	return named, nil
}

// PaymentsBetween reads the payments that were made in that time, by Alipay's clock. Only out_trade_no,
// trade_no and amount are read, which is what a bill has.
func (db *DB) PaymentsBetween(ctx context.Context, from, to time.Time) ([]Payment, error) {
	var paid []Payment
	err := db.with(ctx).Select("out_trade_no", "trade_no", "amount").
		Where("trade_no IS NOT NULL AND paid_at >= ? AND paid_at < ?", from.UTC(), to.UTC()).
		Find(&paid).Error
	return paid, err
}

// DoneRefund is a finished refund, with the names of its trade.
type DoneRefund struct {
	Refund     Refund `gorm:"embedded"`
	OutTradeNo string
	TradeNo    string
}

// RefundsBetween reads the refunds that Alipay made in that time, by its clock. Those that staff paid by
// other means are left out.
func (db *DB) RefundsBetween(ctx context.Context, from, to time.Time) ([]DoneRefund, error) {
	var done []DoneRefund
	err := db.with(ctx).Raw(`
		SELECT f.*, p.out_trade_no, p.trade_no FROM ly_refund f JOIN ly_payment p ON p.id = f.payment_id
		WHERE f.state = ? AND f.settled_by = '' AND f.done_at >= ? AND f.done_at < ?`,
		RefundDone, from.UTC(), to.UTC()).Scan(&done).Error
	return done, err
}

// RedateRefund corrects the time at which Alipay made a finished refund.
func (db *DB) RedateRefund(ctx context.Context, id int64, at time.Time) error {
	return db.with(ctx).Model(&Refund{}).
		Where("id = ? AND state = ? AND settled_by = ''", id, RefundDone).
		Update("done_at", at.UTC()).Error
}

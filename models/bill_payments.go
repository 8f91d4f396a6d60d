package models

import (
	"context"
	"database/sql"
	"slices"
	"time"
)

// PaidPayment is what is compared with a bill: an attempt with the price of its order and its refunds,
// oldest first.
type PaidPayment struct {
	ID         int64
	OutTradeNo string
	TradeNo    *string
	Amount     Fen
	State      PaymentState
	RealPrice  Fen
	Refunds    []Refund
}

// batch bounds how many rows one statement names or writes.
const batch = 500

// PaymentsNamed reads, by out_trade_no, the attempts with these names, whatever their state.
func (db *DB) PaymentsNamed(ctx context.Context, outTradeNos []string) (map[string]PaidPayment, error) {
	named := make(map[string]PaidPayment, len(outTradeNos))
	for names := range slices.Chunk(outTradeNos, batch) {
		if err := db.readNamed(ctx, named, names); err != nil {
			return nil, err
		}
	}
	return named, nil
}

// readNamed adds the attempts with these names and then their refunds.
func (db *DB) readNamed(ctx context.Context, named map[string]PaidPayment, names []string) error {
	g, list, args := db.with(ctx), placeholders(1, len(names)), values(names)
	err := read(g, func(rows *sql.Rows) error {
		var p PaidPayment
		err := rows.Scan(&p.ID, &p.OutTradeNo, &p.TradeNo, &p.Amount, &p.State, &p.RealPrice)
		named[p.OutTradeNo] = p
		return err
	}, `
		SELECT p.id, p.out_trade_no, p.trade_no, p.amount, p.state, o.real_price
		FROM ly_payment p JOIN ly_order o ON o.id = p.order_id WHERE p.out_trade_no IN `+list, args...)
	if err != nil {
		return err
	}
	return read(g, func(rows *sql.Rows) error {
		var r Refund
		var name string
		err := rows.Scan(append(r.places(), &name)...)
		p := named[name]
		p.Refunds = append(p.Refunds, r)
		named[name] = p
		return err
	}, "SELECT "+refundColumns+`, p.out_trade_no
		FROM ly_refund f JOIN ly_payment p ON p.id = f.payment_id WHERE p.out_trade_no IN `+list+" ORDER BY f.id", args...)
}

// PaymentsBetween reads the payments that were made in that time, by Alipay's clock. Only out_trade_no,
// trade_no and amount are read, which is what a bill has.
func (db *DB) PaymentsBetween(ctx context.Context, from, to time.Time) ([]Payment, error) {
	var paid []Payment
	err := read(db.with(ctx), func(rows *sql.Rows) error {
		var p Payment
		err := rows.Scan(&p.OutTradeNo, &p.TradeNo, &p.Amount)
		paid = append(paid, p)
		return err
	}, `
		SELECT out_trade_no, trade_no, amount FROM ly_payment
		WHERE trade_no IS NOT NULL AND paid_at >= ? AND paid_at < ?`, from.UTC(), to.UTC())
	return paid, err
}

// DoneRefund is a finished refund, with the names of its trade.
type DoneRefund struct {
	Refund     Refund
	OutTradeNo string
	TradeNo    string
}

// RefundsBetween reads the refunds that Alipay made in that time, by its clock. Those that staff paid by
// other means are left out.
func (db *DB) RefundsBetween(ctx context.Context, from, to time.Time) ([]DoneRefund, error) {
	var done []DoneRefund
	err := read(db.with(ctx), func(rows *sql.Rows) error {
		var r DoneRefund
		err := rows.Scan(append(r.Refund.places(), &r.OutTradeNo, &r.TradeNo)...)
		done = append(done, r)
		return err
	}, "SELECT "+refundColumns+`, p.out_trade_no, p.trade_no
		FROM ly_refund f JOIN ly_payment p ON p.id = f.payment_id
		WHERE f.state = ? AND f.settled_by = '' AND f.done_at >= ? AND f.done_at < ?`,
		RefundDone, from.UTC(), to.UTC())
	return done, err
}

// RedateRefund corrects the time at which Alipay made a finished refund.
func (db *DB) RedateRefund(ctx context.Context, id int64, at time.Time) error {
	return db.with(ctx).Model(&Refund{}).
		Where("id = ? AND state = ? AND settled_by = ''", id, RefundDone).
		Update("done_at", at.UTC()).Error
}

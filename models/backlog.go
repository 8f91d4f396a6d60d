package models

import (
	"context"
	"time"
)

// Backlog is the work that waits, for metrics and alarms. The durations are how long the oldest of
// its kind has waited, zero if none waits.
type Backlog struct {
	Confirming      time.Duration // since a buyer came back from Alipay; the payment is not booked yet
	CloseLag        time.Duration // since an unpaid order should have timed out
	AskLag          time.Duration // since a job should have asked Alipay about an open attempt
	RefundLag       time.Duration // since a job should have tried a pending refund
	RefundAge       time.Duration // since a pending refund was stored
	RefundsPending  int
	RefundsOverdue  int // of them, those that have been pending for more than an hour
	RefundsFailed   int // refused by Alipay for good, and the money is still owed
	RequestsOpen    int // refund requests of students that wait for a decision
	PaymentsHeld    int // payments of a wrong sum
	OpenDifferences int // between bills and shop
	BillDaysMissing int // days whose bill should have been compared and was not
	Unnotified      int // of the latest NotifyWatched payments, those that no notify told of
}

// Backlog counts and dates the work that waits now.
func (db *DB) Backlog(ctx context.Context) (Backlog, error) {
	var b Backlog
	err := db.with(ctx).Raw(`
		SELECT (SELECT COUNT(*) FROM ly_refund WHERE state = ?) AS refunds_pending,
		       (SELECT COUNT(*)`+overdueRefunds+`) AS refunds_overdue,
		       (SELECT COUNT(*)`+owedRefunds+`) AS refunds_failed,
		       (SELECT COUNT(*) FROM ly_refund_request WHERE state = ?) AS requests_open,
		       (SELECT COUNT(*) FROM ly_payment WHERE state = ?) AS payments_held,
		       (SELECT COUNT(*) FROM ly_bill_difference WHERE closed_at IS NULL) AS open_differences`,
		RefundPending, RefundPending, db.overdueSince(),
		RefundFailed, RefundDone, RefundDone, RequestOpen, PaymentHeld).Scan(&b).Error
	if err != nil {
		return b, err
	}
	if err := db.readAges(ctx, &b); err != nil {
		return b, err
	}
	if b.BillDaysMissing, err = db.countMissingBillDays(ctx); err != nil {
		return b, err
	}
	b.Unnotified, err = db.countUnnotified(ctx)
	return b, err
}

// readAges fills in the durations.
func (db *DB) readAges(ctx context.Context, b *Backlog) error {
	for _, oldest := range []struct {
		age   *time.Duration
		query string
		args  []any
	}{
		{&b.Confirming, `
			SELECT e.received_at AS since
			FROM ly_payment p JOIN ly_payment_event e ON e.out_trade_no = p.out_trade_no
			WHERE p.state = ? AND e.source = ? AND e.verdict = ? ORDER BY e.received_at LIMIT 1`,
			[]any{PaymentOpen, SourceReturn, VerdictNoted}},
		{&b.CloseLag, `
			SELECT expires_at AS since FROM ly_order
			WHERE order_status = ? ORDER BY expires_at LIMIT 1`,
			[]any{OrderUnpaid}},
		{&b.AskLag, `
			SELECT ask_at AS since FROM ly_payment
			WHERE state = ? AND ask_at IS NOT NULL ORDER BY ask_at LIMIT 1`,
			[]any{PaymentOpen}},
		{&b.RefundLag, `
			SELECT try_at AS since FROM ly_refund
			WHERE state = ? AND try_at IS NOT NULL ORDER BY try_at LIMIT 1`,
			[]any{RefundPending}},
		{&b.RefundAge, `
			SELECT created_at AS since FROM ly_refund
			WHERE state = ? ORDER BY created_at LIMIT 1`,
			[]any{RefundPending}},
	} {
		var rows []struct{ Since time.Time }
		if err := db.with(ctx).Raw(oldest.query, oldest.args...).Scan(&rows).Error; err != nil {
			return err
		}
		for _, row := range rows {
			*oldest.age = max(0, db.Now().Sub(row.Since))
		}
	}
	return nil
}

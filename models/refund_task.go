package models

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// RefundTask is a refund to be carried out, with what Alipay needs to know of its payment.
type RefundTask struct {
	Refund     Refund
	OutTradeNo string
	AppID      string
}

// refundLease is the pause before a refund is tried again; it doubles each time, up to an hour. It is
// also the longest time for which a try keeps other refunds of the same payment from being tried.
const refundLease = 30 * time.Second

// refundGap is the least time that Alipay wants between two refunds of one trade.
const refundGap = 3 * time.Second

// ErrRefundTooSoon means that another refund of the payment is being tried, or was a moment ago.
var ErrRefundTooSoon = errors.New("there must be a pause between two refunds of one trade")

// ClaimRefunds takes up to limit pending refunds whose time has come, at most one of each payment.
// Each goes to one caller, one under the payment's app if there is any, who tries it and then calls
// RefundTried. It comes up again, after growing pauses, until it is done or failed.
func (db *DB) ClaimRefunds(ctx context.Context, app string, limit int) ([]RefundTask, error) {
	due, err := db.refundsDue(ctx, app, claimants*limit)
	if err != nil || len(due) == 0 {
		return nil, err
	}
	var tasks []RefundTask
	err = db.inTx(ctx, func(tx transaction) error {
		tasks = nil
		for _, r := range due {
			task, err := tx.claimDueRefund(r)
			switch {
			case errors.Is(err, ErrRefundTooSoon):
				continue
			case err != nil:
				return err
			}
			if tasks = append(tasks, task); len(tasks) == limit {
				break
			}
		}
		return nil
	})
	return tasks, err
}

// claimants is for how many replicas that look for refunds at the same time enough are read.
const claimants = 4

// refundsDue reads the IDs of pending refunds whose time has come and of their payments, without locks.
func (db *DB) refundsDue(ctx context.Context, app string, limit int) ([]Refund, error) {
	var due []Refund
	now := db.Now()
	err := db.query(ctx, func(rows *sql.Rows) error {
		var r Refund
		err := rows.Scan(&r.ID, &r.PaymentID)
		due = append(due, r)
		return err
	}, "SELECT f.id, f.payment_id FROM ly_refund f"+along(db.dialect, "ly_refund_try")+`
		JOIN ly_payment p ON p.id = f.payment_id
		WHERE f.try_at <= ? AND f.state = ? AND (p.refund_at IS NULL OR p.refund_at <= ?)
		AND (p.app_id IN ('', ?) OR f.try_at <= ?)
		AND NOT EXISTS (SELECT 1 FROM ly_refund e
			WHERE e.payment_id = p.id AND e.state = ? AND e.try_at <= ? AND e.id < f.id)
		ORDER BY f.try_at LIMIT ?`,
		now, RefundPending, now, app, now.Add(-otherAppFirst), RefundPending, now, limit)
	return due, err
}

// claimDueRefund locks a refund's payment, then the refund, and claims it. The error is ErrRefundTooSoon
// if others have locked or claimed one of the two. A single statement for both could lock them in either
// order, so that of two callers each has a row that the other wants, and both get none.
func (tx transaction) claimDueRefund(r Refund) (RefundTask, error) {
	free := false
	err := tx.query(func(*sql.Rows) error { free = true; return nil },
		"SELECT 1 FROM ly_payment WHERE id = ? AND (refund_at IS NULL OR refund_at <= ?)"+tx.forUpdateSkip(),
		r.PaymentID, tx.now)
	if err != nil {
		return RefundTask{}, err
	}
	if !free {
		return RefundTask{}, ErrRefundTooSoon
	}
	due, err := readRefunds(tx.DB, "ly_refund f WHERE f.id = ? AND f.state = ? AND f.try_at <= ?"+tx.forUpdateSkip(),
		r.ID, RefundPending, tx.now)
	if err != nil {
		return RefundTask{}, err
	}
	if len(due) == 0 {
		return RefundTask{}, ErrRefundTooSoon
	}
	return tx.claimRefund(due[0])
}

// ClaimRefund takes one refund out of turn for a caller who waits for it; as with ClaimRefunds, the
// caller then calls RefundTried. It locks the order first, because whoever hears news of the refund
// locks the payment before the refund. Errors: ErrNotFound if it is not pending; ErrRefundTooSoon.
func (db *DB) ClaimRefund(ctx context.Context, id int64) (RefundTask, error) {
	var task RefundTask
	err := db.inTx(ctx, func(tx transaction) error {
		if _, _, err := tx.lockForRefund(id); err != nil {
			return err
		}
		var r Refund
		err := lockRows(tx.DB).Take(&r, "id = ? AND state = ?", id, RefundPending).Error
		if err != nil {
			return found(err)
		}
		task, err = tx.claimRefund(r)
		return err
	})
	return task, err
}

func (tx transaction) claimRefund(r Refund) (RefundTask, error) {
	task := RefundTask{Refund: r}
	err := tx.execOne(ErrRefundTooSoon,
		"UPDATE ly_payment SET refund_at = ? WHERE id = ? AND (refund_at IS NULL OR refund_at <= ?)",
		tx.now.Add(refundLease), r.PaymentID, tx.now)
	if err != nil {
		return task, err
	}
	pause := min(refundLease<<min(r.Tries, 7), time.Hour)
	_, err = tx.exec("UPDATE ly_refund SET tries = ?, try_at = ? WHERE id = ?", r.Tries+1, tx.now.Add(pause), r.ID)
	if err != nil {
		return task, err
	}
	err = tx.query(func(rows *sql.Rows) error { return rows.Scan(&task.OutTradeNo, &task.AppID) },
		"SELECT out_trade_no, app_id FROM ly_payment WHERE id = ?", r.PaymentID)
	return task, err
}

// RefundTried ends a claim. After refundGap another refund of the payment may be tried.
func (db *DB) RefundTried(ctx context.Context, t RefundTask) error {
	return db.with(ctx).Exec("UPDATE ly_payment SET refund_at = ? WHERE id = ?",
		db.Now().Add(refundGap), t.Refund.PaymentID).Error
}

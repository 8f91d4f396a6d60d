package models

import (
	"context"
	"time"
)

// askAfter are the times after the click at which a job asks Alipay about an attempt of which nothing
// was heard. It asks for the last time askPastDeadline after the attempt's deadline, when the link is
// dead.
var askAfter = []time.Duration{time.Minute, 3 * time.Minute, 10 * time.Minute, 30 * time.Minute}

const askPastDeadline = time.Minute

// nextAsk is when a job asks about the attempt next, after it has asked so many times.
func nextAsk(p Payment, asked int) time.Time {
	last := p.ExpiresAt.Add(askPastDeadline)
	if asked < len(askAfter) {
		if at := p.CreatedAt.Add(askAfter[asked]); at.Before(last) {
			return at
		}
	}
	return last
}

// askLease is the pause before a question that got no answer is asked again. It doubles each time, up
// to an hour.
const askLease = 30 * time.Second

// ClaimAsks takes up to limit attempts, open or held, about which it is time to ask Alipay. Each goes
// to one caller, one who asks under the attempt's app if there is any. An attempt comes up again, after
// growing pauses, until an answer ends it.
func (db *DB) ClaimAsks(ctx context.Context, app string, limit int) ([]Payment, error) {
	if waits, err := db.anyDue(ctx, "ly_payment", "ask_at", "ly_payment_ask"); err != nil || !waits {
		return nil, err
	}
	var due []Payment
	err := db.inTx(ctx, func(tx transaction) (err error) {
		due, err = tx.claimAsks(app, limit)
		return err
	})
	return due, err
}

func (tx transaction) claimAsks(app string, limit int) ([]Payment, error) {
	due, err := readPayments(tx.DB, tx.queue("ly_payment", "p", "ly_payment_ask")+`
		WHERE p.ask_at <= ? AND p.state IN (?, ?) AND (p.app_id IN ('', ?) OR p.ask_at <= ?)
		ORDER BY p.ask_at LIMIT ?`+tx.forUpdateSkip(),
		tx.now, PaymentOpen, PaymentHeld, app, tx.now.Add(-otherAppFirst), limit)
	if err != nil {
		return nil, err
	}
	for _, p := range due {
		next := nextAsk(p, p.Asks+1)
		if !next.After(tx.now) {
			next = tx.now.Add(min(askLease<<min(p.Asks, 7), time.Hour))
		}
		_, err := tx.exec("UPDATE ly_payment SET asks = ?, ask_at = ?, queried_at = ? WHERE id = ?",
			p.Asks+1, next, tx.now, p.ID)
		if err != nil {
			return nil, err
		}
	}
	return due, nil
}

// EndAsking leaves to staff an attempt that is still held after Alipay's answer.
func (db *DB) EndAsking(ctx context.Context, payment int64) error {
	return db.with(ctx).Model(&Payment{}).Where("id = ? AND state = ?", payment, PaymentHeld).Update("ask_at", nil).Error
}

// LinkDead tells whether Alipay can no longer take money for the attempt, however late its answer comes.
func (p Payment) LinkDead(now time.Time) bool { return !now.Before(p.ExpiresAt.Add(askPastDeadline)) }

// RetirePayment closes an attempt that Alipay does not know, if its link is dead. It returns whether
// the link was.
func (db *DB) RetirePayment(ctx context.Context, p Payment, status string) (bool, error) {
	if !p.LinkDead(db.Now()) {
		return false, nil
	}
	return true, db.ClosePayment(ctx, p.ID, status)
}

// ClaimQuery lets Alipay be asked about an attempt at most once in every period of length floor: it is
// true for one caller, and false for all others until the period is over.
func (db *DB) ClaimQuery(ctx context.Context, payment int64, floor time.Duration) (bool, error) {
	now := db.Now()
	claimed := db.with(ctx).Model(&Payment{}).
		Where("id = ? AND (queried_at IS NULL OR queried_at <= ?)", payment, now.Add(-floor)).
		Update("queried_at", now)
	return claimed.RowsAffected == 1, claimed.Error
}

// NoteTradeStatus stores Alipay's answer about an attempt that is not paid.
func (db *DB) NoteTradeStatus(ctx context.Context, payment int64, status string) error {
	return db.with(ctx).Exec("UPDATE ly_payment SET trade_status = ? WHERE id = ? AND state = ?",
		status, payment, PaymentOpen).Error
}

package models

import (
	"context"
	"time"
)

// Whether Alipay's notifies arrive is seen by the latest payments: NotifyWatched of them, from when a
// notify has had notifyGrace to come until they are notifySample old.
const (
	NotifyWatched = 5
	notifyGrace   = 15 * time.Minute
	notifySample  = 7 * 24 * time.Hour
)

// countUnnotified counts those of the latest payments that no genuine notify told of: the shop learned
// of them only because it asked. Their money is as safe, but students wait longer for their courses.
func (db *DB) countUnnotified(ctx context.Context) (int, error) {
	var n int
	err := db.with(ctx).Raw(`
		SELECT COUNT(*) FROM (
			SELECT out_trade_no FROM ly_payment WHERE paid_at > ? AND paid_at <= ? ORDER BY paid_at DESC LIMIT ?
		) p WHERE NOT EXISTS (
			SELECT 1 FROM ly_payment_event e
			WHERE e.out_trade_no = p.out_trade_no AND e.source = ? AND e.verdict <> ?)`,
		db.Now().Add(-notifySample), db.Now().Add(-notifyGrace), NotifyWatched, SourceNotify, VerdictRefused,
	).Scan(&n).Error
	return n, err
}

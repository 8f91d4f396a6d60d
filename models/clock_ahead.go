package models

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// farAhead is further than any job plans: none pauses for longer than an hour, except that an attempt
// is asked about once more when its link is dead. The rest is for servers whose clocks differ.
const farAhead = 2 * time.Hour

// plan is a time at which a job goes on with a row.
type plan struct {
	table, key string
	set        string // its parameter is now
	wrong      string // the rows whose time is wrong
	args       []any
}

// plans are the times that a clock far ahead makes wrong. limit is a time for which nobody plans.
func plans(limit time.Time) []plan {
	return []plan{
		{"ly_refund", "id", "try_at = ?", "state = ? AND try_at > ?", []any{RefundPending, limit}},
		{"ly_payment", "id", "refund_at = ?", "refund_at > ? AND id IN (SELECT payment_id FROM ly_refund WHERE state = ?)",
			[]any{limit, RefundPending}},
		{"ly_payment", "id", "ask_at = ?", "state IN (?, ?) AND ask_at > ? AND expires_at < ?",
			[]any{PaymentOpen, PaymentHeld, limit, limit.Add(-askPastDeadline)}},
		{"ly_order", "id", "check_at = ?", "order_status = ? AND check_at > ?", []any{OrderUnpaid, limit}},
		{"ly_bill_day", "bill_date", "claimed_at = ?, compared_at = NULL", "claimed_at > ?", []any{limit}},
	}
}

// PullBack makes due what a server has planned whose clock was far ahead for a moment, and forgets the
// comparisons of bills that it made then. Otherwise nobody would go on with any of it until that time
// has come. It returns how many rows it changed.
func (db *DB) PullBack(ctx context.Context) (int, error) {
	all := 0
	for _, p := range plans(db.Now().Add(farAhead)) {
		n, err := db.pullBack(ctx, p)
		if err != nil {
			return all, fmt.Errorf("%s: %w", p.table, err)
		}
		all += n
	}
	return all, nil
}

// pullBack reads before it writes, because it finds nothing nearly always and must not lock anything
// then.
func (db *DB) pullBack(ctx context.Context, p plan) (int, error) {
	var keys []string
	err := db.with(ctx).Raw("SELECT "+p.key+" FROM "+p.table+" WHERE "+p.wrong+" LIMIT ?",
		append(slices.Clone(p.args), batch)...).Scan(&keys).Error
	if err != nil || len(keys) == 0 {
		return 0, err
	}
	changed := db.with(ctx).Exec("UPDATE "+p.table+" SET "+p.set+" WHERE "+p.key+" IN ? AND "+p.wrong,
		append([]any{db.Now(), keys}, p.args...)...)
	return int(changed.RowsAffected), changed.Error
}

package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"

	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest/dbproxy"
)

// untilQuiet lets Alipay repeat its notifies and the jobs do their work until neither has anything left.
// The pauses of both are skipped: Alipay repeats at once, and what the shop has put off is made due.
func (w *world) untilQuiet(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		waiting, err := w.count(ctx, `SELECT (SELECT COUNT(*) FROM ly_order WHERE order_status = 0)
			+ (SELECT COUNT(*) FROM ly_payment WHERE state = 'open') + (SELECT COUNT(*) FROM ly_refund WHERE state = 'pending')`)
		if err != nil {
			return err
		}
		undelivered := w.repeatNotifies()
		if waiting == 0 && undelivered == 0 {
			return nil
		}
		if err := w.skipPauses(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("after %s %d rows still wait and %d notifies are not taken; the program said:\n%s",
				patience, waiting, undelivered, w.shop.lastWords())
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// repeatNotifies lets Alipay send the notifies again that the shop has not taken, and counts them.
func (w *world) repeatNotifies() (undelivered int) {
	for _, e := range w.alipay.Events() {
		if e.State != sandbox.EventQueued && e.State != sandbox.EventGivenUp {
			continue
		}
		undelivered++
		if e.Attempts > 0 {
			_ = w.alipay.Resend(e.NotifyID) // the ID is known, because it was listed
		}
	}
	return undelivered
}

// skipPauses makes everything due that the shop has put off: closings, questions to Alipay and refunds.
// It may have put them off because the process that worked on them died.
func (w *world) skipPauses(ctx context.Context) error {
	for _, statement := range []string{
		"UPDATE ly_order SET check_at = check_at - INTERVAL 1 HOUR WHERE check_at > UTC_TIMESTAMP()",
		"UPDATE ly_payment SET ask_at = ask_at - INTERVAL 1 HOUR WHERE ask_at > UTC_TIMESTAMP()",
		"UPDATE ly_refund SET try_at = try_at - INTERVAL 1 HOUR WHERE try_at > UTC_TIMESTAMP()",
	} {
		_, err := w.db.SQL().ExecContext(ctx, statement)
		e, ok := errors.AsType[*mysqldriver.MySQLError](err)
		if ok && (e.Number == dbproxy.Deadlock.Code || e.Number == dbproxy.LockWaitTimeout.Code) {
			continue // the program has locked these rows; they are tried again later
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// count reads one number from the database.
func (w *world) count(ctx context.Context, query string, args ...any) (n int64, err error) {
	err = w.db.SQL().QueryRowContext(ctx, query, args...).Scan(&n)
	return n, err
}

// until polls until reached returns true or patience is over.
func until(ctx context.Context, what string, reached func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for !reached() {
		select {
		case <-ctx.Done():
			return fmt.Errorf("waited in vain for %s: %w", what, ctx.Err())
		case <-time.After(5 * time.Millisecond):
		}
	}
	return nil
}

package main

import (
	"context"
	"fmt"
)

// number reads one number. What the simulation itself asks never fails on purpose.
func (w *world) number(ctx context.Context, query string, args ...any) (n int64) {
	w.flaky.watched = true
	defer func() { w.flaky.watched = false }()
	if err := w.sql.QueryRowContext(ctx, query, args...).Scan(&n); err != nil {
		w.fail("", fmt.Errorf("%s: %w", query, err))
	}
	return n
}

// rows reads one column.
func (w *world) rows(ctx context.Context, query string) []string {
	w.flaky.watched = true
	defer func() { w.flaky.watched = false }()
	var found []string
	rows, err := w.sql.QueryContext(ctx, query)
	if err != nil {
		w.fail("", fmt.Errorf("%s: %w", query, err))
		return nil
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			w.fail("", err)
		}
		found = append(found, s)
	}
	if err := rows.Err(); err != nil {
		w.fail("", err)
	}
	return found
}

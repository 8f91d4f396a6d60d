package main

import (
	"context"
	"database/sql"
	"net/http"
	"sync"
	"time"
)

// reading is a way to run a query.
type reading func(ctx context.Context, text string, args ...any) (*sql.Rows, error)

// plain runs a query as it is.
func (b *bench) plain(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	return b.sql.QueryContext(ctx, text, args...)
}

// prepare returns a reading that prepares each query once.
func (b *bench) prepare() reading {
	var known sync.Map
	return func(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
		if _, ok := known.Load(text); !ok {
			statement, err := b.sql.PrepareContext(ctx, text)
			if err != nil {
				return nil, err
			}
			known.Store(text, statement)
		}
		statement, _ := known.Load(text)
		return statement.(*sql.Stmt).QueryContext(ctx, args...)
	}
}

// barePage asks for what the page shows in three queries, the counts of the tabs for themselves, reads
// every column, and writes the page's bytes.
func (b *bench) barePage(page []byte, read reading) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, q := range []statement{
			{`SELECT s.id_hash, s.user_id, s.data, s.created_at, s.expires_at, u.username,
			         (SELECT COUNT(*) FROM ly_cart_item c WHERE c.user_id = s.user_id)
			  FROM ly_session s LEFT JOIN ly_user u ON u.id = s.user_id
			  WHERE s.user_id = ? AND s.expires_at > ?`, []any{b.reader, time.Now().UTC()}},
			{"SELECT shelf, COUNT(*) FROM ly_order WHERE user_id = ? GROUP BY shelf", []any{b.reader}},
			{`SELECT o.id, o.order_number, o.total_price,
			         o.discount_amount, o.coupon_amount, o.credit_amount, o.real_price,
			         o.order_status, o.credit, o.created_at, o.expires_at, o.pay_time, o.closed_at,
			         o.refunded_at, o.refunded_amount, o.closing_to, o.coupon_name,
			         d.position, d.course_id, d.expire_text, d.course_name, d.course_img,
			         d.price, d.discount_name, d.real_price,
			         r.out_time, r.id IS NOT NULL AND r.revoked_at IS NULL, r.revoked_at IS NOT NULL,
			         q.state, q.answer, f.state
			  FROM (SELECT * FROM ly_order WHERE user_id = ? ORDER BY id DESC LIMIT 10) o
			  JOIN ly_order_detail d ON d.order_id = o.id
			  LEFT JOIN ly_user_course r ON r.order_detail_id = d.id
			  LEFT JOIN ly_refund_request q ON q.order_detail_id = d.id
			  LEFT JOIN ly_refund f ON f.id = q.refund_id`, []any{b.reader}},
		} {
			if err := readAll(r.Context(), read, q); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write(page)
	})
}

func readAll(ctx context.Context, read reading, q statement) error {
	rows, err := read(ctx, q.text, q.args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values := make([]any, len(columns))
	for i := range values {
		values[i] = new(sql.RawBytes)
	}
	for rows.Next() {
		if err := rows.Scan(values...); err != nil {
			return err
		}
	}
	return rows.Err()
}

package main

import (
	"context"
	"database/sql"
	"time"
)

// notifyBare does in bare SQL what a notify does: it writes the same rows in just as few statements,
// without HTTP, signature and ORM.
func (b *bench) notifyBare(ctx context.Context, conns int, choose choice) (sample, error) {
	orders, err := b.addOrders(ctx, b.notifies, choose)
	if err != nil {
		return sample{}, err
	}
	raw, err := b.sign(notifyOf(orders[0])) // the others are as long
	if err != nil {
		return sample{}, err
	}
	s, err := b.foldWhile(ctx, func() (sample, error) {
		return drive(conns, len(orders), 0, func(i int) error { return b.fulfilBare(ctx, orders[i], []byte(raw)) })
	})
	if err != nil {
		return s, err
	}
	return s, b.check(ctx, orders)
}

func (b *bench) fulfilBare(ctx context.Context, o order, raw []byte) error {
	tx, err := b.sql.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	lines, err := lockBare(ctx, tx, o)
	if err != nil {
		return err
	}
	now := time.Now().UTC()
	out := now.AddDate(0, 0, 90)
	for _, s := range []statement{
		{"UPDATE ly_payment SET state = 'paid', trade_no = ?, paid_at = ?, ask_at = NULL " +
			"WHERE order_id = ? AND trade_no IS NULL",
			[]any{tradeNo(o), now, o.id}},
		{"UPDATE ly_order SET order_status = 1, pay_type = 1, pay_time = ? WHERE id = ? AND order_status = 0",
			[]any{now, o.id}},
		{"UPDATE ly_user_coupon SET used_at = ? WHERE id = ? AND order_id = ? AND used_at IS NULL",
			[]any{now, o.coupon, o.id}},
		{"UPDATE ly_user SET credit = credit - ?, credit_held = credit_held - ? WHERE id = ? AND credit_held >= ?",
			[]any{orderPoints, orderPoints, o.user, orderPoints}},
		{"INSERT INTO ly_credit (user_id, opera, number, order_id, reference, created_at) VALUES (?, 2, ?, ?, ?, ?)",
			[]any{o.user, -orderPoints, o.id, "order:" + o.number, now}},
		{"INSERT INTO ly_student_delta (course_id, delta) VALUES (?, 1), (?, 1), (?, 1)",
			[]any{o.courses[0], o.courses[1], o.courses[2]}},
		{"INSERT INTO ly_user_course " +
			"(user_id, course_id, order_detail_id, trade_no, buy_type, pay_time, out_time, created_at) VALUES " +
			"(?, ?, ?, ?, 1, ?, ?, ?), (?, ?, ?, ?, 1, ?, ?, ?), (?, ?, ?, ?, 1, ?, ?, ?)",
			[]any{
				o.user, o.courses[0], lines[0], tradeNo(o), now, out, now,
				o.user, o.courses[1], lines[1], tradeNo(o), now, out, now,
				o.user, o.courses[2], lines[2], tradeNo(o), now, out, now,
			}},
		{"DELETE FROM ly_cart_item WHERE user_id = ? AND course_id IN (?, ?, ?)",
			[]any{o.user, o.courses[0], o.courses[1], o.courses[2]}},
		{"INSERT INTO ly_payment_event " +
			"(received_at, source, notify_id, out_trade_no, trade_no, trade_status, verdict, reason, raw) " +
			"VALUES (?, 'notify', ?, ?, ?, 'TRADE_SUCCESS', 'accepted', 'fulfilled', ?)",
			[]any{now, o.number, o.number, tradeNo(o), raw}},
	} {
		if _, err := tx.ExecContext(ctx, s.text, s.args...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

type statement struct {
	text string
	args []any
}

// lockBare locks the order and its attempt, and reads the lines with the student's rights.
func lockBare(ctx context.Context, tx *sql.Tx, o order) ([]int64, error) {
	var id, payment int64
	var status, amount, state any
	err := tx.QueryRowContext(ctx, `SELECT o.id, o.order_status, p.id, p.amount, p.state FROM ly_order o
		LEFT JOIN ly_payment p ON p.out_trade_no = ? AND p.order_id = o.id
		WHERE o.order_number = ? FOR UPDATE`, o.number, o.number).
		Scan(&id, &status, &payment, &amount, &state)
	if err != nil {
		return nil, err
	}
	return idsBare(ctx, tx, `SELECT d.id FROM ly_order_detail d
		LEFT JOIN ly_user_course r ON r.user_id = ? AND r.course_id = d.course_id AND r.revoked_at IS NULL
		WHERE d.order_id = ? ORDER BY d.course_id`, o.user, o.id)
}

func idsBare(ctx context.Context, tx *sql.Tx, query string, args ...any) ([]int64, error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

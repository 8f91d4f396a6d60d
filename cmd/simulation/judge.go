package main

import (
	"context"
	"fmt"

	"luffy/models"
)

// audit checks the invariants of the shop that hold at every moment.
func (w *world) audit(ctx context.Context) {
	w.flaky.watched = true
	defer func() { w.flaky.watched = false }()
	findings, err := w.db.Audit(ctx)
	if err != nil {
		w.fail("", err)
	}
	for _, f := range findings {
		if !w.leftToStaff(ctx, f) {
			w.fail(f.Row, fmt.Errorf("audit: %s", f))
		}
	}
	w.judgeHaste(ctx)
}

// leftToStaff tells whether a finding is one that only staff can end: money whose refund Alipay has
// refused, or of which Alipay itself told a wrong sum. Such money is neither fulfilled nor given back
// until staff have dealt with it and the shop has heard of that.
func (w *world) leftToStaff(ctx context.Context, f models.Finding) bool {
	if f.Check != "money that no order took is going back or has gone back" {
		return false
	}
	return w.forged[f.Row] || w.number(ctx, `SELECT COUNT(*) FROM ly_refund f JOIN ly_payment p ON p.id = f.payment_id
		WHERE p.out_trade_no = ? AND f.state = 'failed'`, f.Row) > 0
}

// judge compares the books of shop and Alipay once all is quiet.
func (w *world) judge(ctx context.Context) {
	w.audit(ctx)
	w.judgeOrders(ctx)
	w.judgeTrades(ctx)
	w.judgeTerms(ctx)
	w.judgeBills(ctx)
}

// rest are the invariants of a shop that has come to rest. Each query finds the orders that break one.
var rest = []struct{ what, query string }{
	{"it still waits", `
		SELECT order_number FROM ly_order
		WHERE order_status = 0 OR closing_to IS NOT NULL OR check_at IS NOT NULL`},
	{"an attempt is still asked about", "SELECT out_trade_no FROM ly_payment WHERE state = 'open' OR ask_at IS NOT NULL"},
	{"a refund is still tried", "SELECT out_request_no FROM ly_refund WHERE state = 'pending' OR try_at IS NOT NULL"},
	{"a surplus has not gone back", "SELECT out_trade_no FROM ly_payment WHERE state = 'surplus'"},
	{"points are held", "SELECT username FROM ly_user WHERE credit_held <> 0"},
	{"a student is not counted", "SELECT id FROM ly_student_delta"},
	{"its points were not taken once", `
		SELECT o.order_number FROM ly_order o LEFT JOIN ly_credit c ON c.order_id = o.id AND c.opera = 2
		GROUP BY o.id HAVING COALESCE(SUM(c.number), 0) <> CASE WHEN o.order_status IN (1, 4) THEN -o.credit ELSE 0 END`},
	{"its points did not come back, or came back too often", `
		SELECT o.order_number FROM ly_order o JOIN ly_credit c ON c.order_id = o.id
		GROUP BY o.id HAVING o.order_status = 4 AND SUM(c.number) <> 0 OR SUM(c.number) > 0`},
	{"a line went back without its points", `
		SELECT o.order_number
		FROM ly_refund f JOIN ly_order_detail d ON d.id = f.order_detail_id JOIN ly_order o ON o.id = d.order_id
		WHERE f.state = 'done' AND o.order_status = 1
		AND f.points <> o.credit * d.sale_price / (o.total_price - o.discount_amount)`},
	// Without the cast, SQLite would make no index for the join.
	{"it was fulfilled other than by one message", `
		SELECT o.order_number FROM ly_order o
		LEFT JOIN (SELECT CAST(substr(out_trade_no, 1, 26) AS TEXT) AS number, COUNT(*) AS messages FROM ly_payment_event
			WHERE verdict = 'accepted' GROUP BY number) e ON e.number = o.order_number
		WHERE o.real_price > 0 AND COALESCE(e.messages, 0) <> (o.order_status IN (1, 4))`},
	{"a message tells of another trade than that which paid it", `
		SELECT e.out_trade_no FROM ly_payment_event e
		LEFT JOIN ly_payment p ON p.trade_no = e.trade_no AND p.out_trade_no = e.out_trade_no
		WHERE e.verdict = 'accepted' AND (p.id IS NULL OR p.state <> 'paid')`},
	{"its coupon is used although all went back, or free although it is paid", `
		SELECT o.order_number FROM ly_order o
		LEFT JOIN ly_user_coupon m ON m.id = o.coupon AND m.order_id = o.id AND m.used_at IS NOT NULL
		WHERE o.coupon <> 0 AND (m.id IS NOT NULL) <> (o.order_status = 1)`},
	{"it was paid within its time and has a closing", `
		SELECT order_number FROM ly_order WHERE order_status IN (2, 3) AND pay_time IS NOT NULL`},
}

func (w *world) judgeOrders(ctx context.Context) {
	for _, r := range rest {
		for _, row := range w.rows(ctx, r.query) {
			w.fail(row, fmt.Errorf("%s: %s", row, r.what))
		}
	}
}

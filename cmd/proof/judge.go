package main

import (
	"context"
	"errors"
	"fmt"
)

// judge runs the shop's audit, and then compares the books of both sides without the shop's code. A
// secret in a log is a fault like any other.
func (w *world) judge(ctx context.Context) error {
	code, said, err := w.run("audit")
	if err != nil {
		return err
	}
	if code != 0 {
		err = fmt.Errorf("luffy audit: exit %d: %s", code, said)
	}
	books, fault := w.readBooks(ctx)
	if fault != nil {
		return errors.Join(err, fault)
	}
	broken, fault := w.brokenRules(ctx)
	for _, finding := range append(books.compare(), broken...) {
		err = errors.Join(err, errors.New(finding))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return errors.Join(append(w.leaks, err, fault)...)
}

// auditNow checks the invariants while the program is dead: all of them must hold between any two
// transactions.
func (w *world) auditNow(ctx context.Context) error {
	findings, err := w.db.Audit(ctx)
	for _, f := range findings {
		err = errors.Join(err, fmt.Errorf("after the crash: %s", f))
	}
	return err
}

// rules are those of the shop's audit, written a second time and independently: queries that count the
// rows that break them. The order states are written out: 0 未支付 1 已支付 2 已取消 3 超时取消 4 已退款.
var rules = []struct{ rule, query string }{
	{"every line of a paid order has one purchase record, of an unpaid one none", `
		SELECT COUNT(*) FROM (
			SELECT d.id FROM ly_order_detail d JOIN ly_order o ON o.id = d.order_id
			LEFT JOIN ly_user_course r ON r.order_detail_id = d.id
			GROUP BY d.id, o.order_status HAVING COUNT(r.id) <> IF(o.order_status IN (1, 4), 1, 0)) broken`},
	{"the points of an order are taken once when it is paid, and are back when it is refunded", `
		SELECT COUNT(*) FROM (
			SELECT o.id FROM ly_order o LEFT JOIN ly_credit c ON c.order_id = o.id
			GROUP BY o.id, o.credit, o.order_status
			HAVING SUM(IF(c.opera = 2, 1, 0)) <> IF(o.order_status IN (1, 4) AND o.credit > 0, 1, 0)
				OR o.order_status <> 1 AND COALESCE(SUM(c.number), 0) <> 0
				OR o.order_status = 1 AND COALESCE(SUM(c.number), 0) NOT BETWEEN -o.credit AND 0) broken`},
	{"a coupon is in one order at most, and used exactly by a paid one", `
		SELECT COUNT(*) FROM (
			SELECT m.id FROM ly_user_coupon m LEFT JOIN ly_order o ON o.coupon = m.id AND o.order_status IN (0, 1)
			GROUP BY m.id, m.used_at
			HAVING COUNT(o.id) > 1 OR SUM(IF(o.order_status = 1, 1, 0)) <> (m.used_at IS NOT NULL)) broken`},
	{"a course has as many students as own it", `
		SELECT COUNT(*) FROM ly_course c
		WHERE c.students + (SELECT COALESCE(SUM(delta), 0) FROM ly_student_delta s WHERE s.course_id = c.id)
			<> (SELECT COUNT(DISTINCT r.user_id) FROM ly_user_course r WHERE r.course_id = c.id AND r.revoked_at IS NULL)`},
	{"one message made an order paid", `
		SELECT COUNT(*) FROM ly_payment p WHERE (p.state = 'paid') <>
			(SELECT COUNT(*) FROM ly_payment_event e WHERE e.out_trade_no = p.out_trade_no AND e.verdict = 'accepted')`},
	{"no line is given back twice", `
		SELECT COUNT(*) FROM (
			SELECT order_detail_id FROM ly_refund WHERE order_detail_id IS NOT NULL AND state <> 'failed'
			GROUP BY order_detail_id HAVING COUNT(*) > 1) broken`},
	{"a checkout page makes one order", `
		SELECT COUNT(*) FROM (SELECT checkout_token FROM ly_order GROUP BY checkout_token HAVING COUNT(*) > 1) broken`},
	{"no difference with the bill is open", "SELECT COUNT(*) FROM ly_bill_difference WHERE closed_at IS NULL"},
}

// brokenRules lists the rules that do not hold.
func (w *world) brokenRules(ctx context.Context) (findings []string, err error) {
	for _, r := range rules {
		n, err := w.count(ctx, r.query)
		if err != nil {
			return findings, fmt.Errorf("%s: %w", r.rule, err)
		}
		if n != 0 {
			findings = append(findings, fmt.Sprintf("%s: broken by %d", r.rule, n))
		}
	}
	return findings, nil
}

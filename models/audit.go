package models

import (
	"context"
	"fmt"
)

// Finding is a row that breaks an invariant. Want and Got are fen, points, counts or IDs, as the
// invariant is about.
type Finding struct {
	Check string // the invariant
	Row   string // the row that is wrong: an order number, a username, an out_trade_no …
	Want  int64
	Got   int64
}

// String is the finding in one line.
func (f Finding) String() string {
	return fmt.Sprintf("%s: %s: want %d, got %d", f.Check, f.Row, f.Want, f.Got)
}

// audit is one invariant, with a query for the rows that break it. Its columns are row_name, want and
// got.
type audit struct{ check, query string }

// maxFindings bounds how many rows are listed for one invariant.
const maxFindings = 100

// Audit checks every invariant and returns the rows that break one. It may run while the shop sells:
// each check is one statement and sees the database at one moment, so a payment between two checks
// does no harm.
func (db *DB) Audit(ctx context.Context) ([]Finding, error) {
	var all []Finding
	for _, a := range audits {
		var rows []struct {
			RowName   string
			Want, Got int64
		}
		query := "SELECT row_name, want, got FROM (" + a.query + ") broken ORDER BY row_name LIMIT ?"
		if err := db.with(ctx).Raw(query, maxFindings).Scan(&rows).Error; err != nil {
			return nil, fmt.Errorf("audit %q: %w", a.check, err)
		}
		for _, r := range rows {
			all = append(all, Finding{a.check, r.RowName, r.Want, r.Got})
		}
	}
	return all, nil
}

// audits are the invariants. The order states are written out: 0 未支付 1 已支付 2 已取消 3 超时取消 4 已退款.
//
// Somebody may refund money in Alipay's console that a pending refund of the shop is about, too;
// Alipay then refuses the shop's. So "no trade is refunded beyond its sum" bounds the refunds that
// are done and those that the shop asked for separately.
var audits = []audit{
	{"a trade that fulfilled an order has the order's sum, and the order is paid", `
		SELECT p.out_trade_no AS row_name, o.real_price AS want, p.amount AS got
		FROM ly_payment p JOIN ly_order o ON o.id = p.order_id
		WHERE p.state = 'paid' AND (p.amount <> o.real_price OR o.order_status NOT IN (1, 4)
			OR p.trade_no IS NULL OR p.paid_at IS NULL)`},
	{"a paid order has exactly one trade that paid it, an order of 0.00 none", `
		SELECT o.order_number AS row_name, CASE WHEN o.real_price > 0 THEN 1 ELSE 0 END AS want, COUNT(p.id) AS got
		FROM ly_order o LEFT JOIN ly_payment p ON p.order_id = o.id AND p.state = 'paid'
		GROUP BY o.id, o.order_number, o.real_price, o.order_status
		HAVING COUNT(p.id) <> CASE WHEN o.order_status IN (1, 4) AND o.real_price > 0 THEN 1 ELSE 0 END`},
	{"no trade is refunded beyond its sum", `
		SELECT p.out_trade_no AS row_name, p.amount AS want, SUM(f.amount) AS got
		FROM ly_payment p JOIN ly_refund f ON f.payment_id = p.id AND f.state <> 'failed'
		GROUP BY p.id, p.out_trade_no, p.amount
		HAVING SUM(CASE WHEN f.state = 'done' THEN f.amount ELSE 0 END) > p.amount
			OR SUM(CASE WHEN f.cause NOT LIKE 'outside%' THEN f.amount ELSE 0 END) > p.amount`},
	{"money that no order took is going back or has gone back", `
		SELECT p.out_trade_no AS row_name, p.amount AS want, COALESCE(SUM(f.amount), 0) AS got
		FROM ly_payment p LEFT JOIN ly_refund f ON f.payment_id = p.id
			AND (f.state = 'done' OR f.state = 'pending' AND p.state = 'surplus')
		WHERE p.state IN ('surplus', 'returned', 'held')
		GROUP BY p.id, p.out_trade_no, p.amount HAVING COALESCE(SUM(f.amount), 0) < p.amount`},
	{"an order's refunded sum is that of its refunds", `
		SELECT o.order_number AS row_name, COALESCE(SUM(f.amount), 0) AS want, o.refunded_amount AS got
		FROM ly_order o LEFT JOIN ly_payment p ON p.order_id = o.id AND p.state = 'paid'
		LEFT JOIN ly_refund f ON f.payment_id = p.id AND f.state = 'done'
		GROUP BY o.id, o.order_number, o.refunded_amount HAVING COALESCE(SUM(f.amount), 0) <> o.refunded_amount`},
	{"an order is 已退款 exactly when all that was paid went back", `
		SELECT order_number AS row_name, real_price AS want, refunded_amount AS got FROM ly_order
		WHERE (order_status = 4) <> (real_price > 0 AND refunded_amount = real_price)`},
	{"a student's points are the sum of the ledger", `
		SELECT u.username AS row_name, COALESCE(SUM(c.number), 0) AS want, u.credit AS got
		FROM ly_user u LEFT JOIN ly_credit c ON c.user_id = u.id
		GROUP BY u.id, u.username, u.credit HAVING COALESCE(SUM(c.number), 0) <> u.credit`},
	{"a student's held points are those of the unpaid orders", `
		SELECT u.username AS row_name, COALESCE(SUM(o.credit), 0) AS want, u.credit_held AS got
		FROM ly_user u LEFT JOIN ly_order o ON o.user_id = u.id AND o.order_status = 0
		GROUP BY u.id, u.username, u.credit_held HAVING COALESCE(SUM(o.credit), 0) <> u.credit_held`},
	{"a coupon is held by an unpaid order or used by a paid one, and by that of its student", `
		SELECT CAST(m.id AS CHAR(20)) AS row_name, o.coupon AS want, m.id AS got
		FROM ly_user_coupon m LEFT JOIN ly_order o ON o.id = m.order_id
		WHERE m.order_id IS NOT NULL AND (o.id IS NULL OR o.coupon <> m.id OR o.user_id <> m.user_id
			OR m.used_at IS NULL AND o.order_status <> 0 OR m.used_at IS NOT NULL AND o.order_status <> 1)
		OR m.order_id IS NULL AND m.used_at IS NOT NULL`},
	{"an order that is unpaid or paid has its coupon", `
		SELECT o.order_number AS row_name, o.coupon AS want, COALESCE(m.id, 0) AS got
		FROM ly_order o LEFT JOIN ly_user_coupon m ON m.order_id = o.id
		WHERE o.coupon <> 0 AND o.order_status IN (0, 1) AND COALESCE(m.id, 0) <> o.coupon`},
	{"a course's students are those with a live record", `
		SELECT c.name AS row_name, COUNT(DISTINCT r.user_id) AS want,
		       c.students + (SELECT COALESCE(SUM(s.delta), 0) FROM ly_student_delta s WHERE s.course_id = c.id) AS got
		FROM ly_course c LEFT JOIN ly_user_course r ON r.course_id = c.id AND r.revoked_at IS NULL
		GROUP BY c.id, c.name, c.students
		HAVING COUNT(DISTINCT r.user_id) <> c.students
			+ (SELECT COALESCE(SUM(s.delta), 0) FROM ly_student_delta s WHERE s.course_id = c.id)`},
	{"a student's tally has the orders that it counts", `
		SELECT u.username AS row_name, COUNT(o.id) AS want, t.n AS got
		FROM ly_order_tally t JOIN ly_user u ON u.id = t.user_id
		LEFT JOIN ly_order o ON o.user_id = u.id AND o.shelf = t.shelf AND o.id <= u.orders_tallied
		GROUP BY u.id, u.username, t.shelf, t.n HAVING COUNT(o.id) <> t.n`},
	{"the lines of an order add up to it", `
		SELECT o.order_number AS row_name, o.real_price AS want, COALESCE(SUM(d.real_price), 0) AS got
		FROM ly_order o LEFT JOIN ly_order_detail d ON d.order_id = o.id
		GROUP BY o.id, o.order_number, o.real_price HAVING COALESCE(SUM(d.real_price), 0) <> o.real_price`},
	{"a paid order has a purchase record for each line, any other none", `
		SELECT o.order_number AS row_name,
		       CASE WHEN o.order_status IN (1, 4) THEN COUNT(d.id) ELSE 0 END AS want, COUNT(r.id) AS got
		FROM ly_order o JOIN ly_order_detail d ON d.order_id = o.id LEFT JOIN ly_user_course r ON r.order_detail_id = d.id
		GROUP BY o.id, o.order_number, o.order_status
		HAVING COUNT(r.id) <> CASE WHEN o.order_status IN (1, 4) THEN COUNT(d.id) ELSE 0 END`},
	{"a purchase record is its line's, and revoked once its line went back", `
		SELECT o.order_number AS row_name, o.user_id AS want, r.user_id AS got
		FROM ly_user_course r JOIN ly_order_detail d ON d.id = r.order_detail_id JOIN ly_order o ON o.id = d.order_id
		LEFT JOIN ly_refund f ON f.order_detail_id = d.id AND f.state = 'done'
		WHERE r.user_id <> o.user_id OR r.course_id <> d.course_id
		OR r.revoked_at IS NULL AND (o.order_status = 4 OR f.id IS NOT NULL)
		OR r.revoked_at IS NOT NULL AND o.order_status <> 4 AND f.id IS NULL`},
	{"a refund request is approved exactly when it has a refund, and that is of its line or of its whole order", `
		SELECT o.order_number AS row_name, d.id AS want, COALESCE(f.order_detail_id, 0) AS got
		FROM ly_refund_request q JOIN ly_order_detail d ON d.id = q.order_detail_id JOIN ly_order o ON o.id = d.order_id
		LEFT JOIN ly_refund f ON f.id = q.refund_id LEFT JOIN ly_payment p ON p.id = f.payment_id
		WHERE (q.state = 'approved') <> (f.id IS NOT NULL)
		OR f.id IS NOT NULL AND (p.order_id <> o.id OR f.order_detail_id <> d.id AND o.order_status <> 4)`},
	{"an open refund request is of a line that stands and is not on its way back", `
		SELECT o.order_number AS row_name, 1 AS want, o.order_status AS got
		FROM ly_refund_request q JOIN ly_order_detail d ON d.id = q.order_detail_id JOIN ly_order o ON o.id = d.order_id
		LEFT JOIN ly_user_course r ON r.order_detail_id = d.id AND r.revoked_at IS NULL
		WHERE q.state = 'open' AND (o.order_status <> 1 OR r.id IS NULL
			OR EXISTS (SELECT 1 FROM ly_refund f WHERE f.order_detail_id = d.id AND f.state <> 'failed'))`},
}

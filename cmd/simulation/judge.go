package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"luffy/models"
	"luffy/models/alipay/sandbox"
)

// audit checks the shop's own invariants, which hold at every moment.
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
}

// leftToStaff tells the findings with which the audit calls people: money whose refund Alipay has refused, and money of which Alipay
// itself told a wrong sum. Until they have seen to it, and the shop has heard of that, it is neither here nor there.
func (w *world) leftToStaff(ctx context.Context, f models.Finding) bool {
	if f.Check != "money that no order took is going back or has gone back" {
		return false
	}
	return w.forged[f.Row] || w.number(ctx, `SELECT COUNT(*) FROM ly_refund f JOIN ly_payment p ON p.id = f.payment_id
		WHERE p.out_trade_no = ? AND f.state = 'failed'`, f.Row) > 0
}

// judge compares the books of both sides once all is quiet.
func (w *world) judge(ctx context.Context) {
	w.audit(ctx)
	w.judgeOrders(ctx)
	w.judgeTrades(ctx)
	w.judgeTerms(ctx)
	w.judgeBills(ctx)
}

// rest are invariants of a shop that has come to rest, as queries for the orders that break them.
var rest = []struct{ what, query string }{
	{"it still waits", "SELECT order_number FROM ly_order WHERE order_status = 0 OR closing_to IS NOT NULL OR check_at IS NOT NULL"},
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
		SELECT o.order_number FROM ly_refund f JOIN ly_order_detail d ON d.id = f.order_detail_id JOIN ly_order o ON o.id = d.order_id
		WHERE f.state = 'done' AND o.order_status = 1 AND f.points <> o.credit * d.sale_price / (o.total_price - o.discount_amount)`},
	{"it was fulfilled other than by one message", `
		SELECT o.order_number FROM ly_order o
		LEFT JOIN ly_payment_event e ON substr(e.out_trade_no, 1, 26) = o.order_number AND e.verdict = 'accepted'
		WHERE o.real_price > 0 GROUP BY o.id HAVING COUNT(e.id) <> (o.order_status IN (1, 4))`},
	{"a message tells of another trade than that which paid it", `
		SELECT e.out_trade_no FROM ly_payment_event e LEFT JOIN ly_payment p ON p.trade_no = e.trade_no AND p.out_trade_no = e.out_trade_no
		WHERE e.verdict = 'accepted' AND (p.id IS NULL OR p.state <> 'paid')`},
	{"its coupon is used although all went back, or free although it is paid", `
		SELECT o.order_number FROM ly_order o LEFT JOIN ly_user_coupon m ON m.id = o.coupon AND m.order_id = o.id AND m.used_at IS NOT NULL
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

// booking is what the shop knows of a trade.
type booking struct {
	tradeNo, state string
	status         models.OrderStatus
	paid, back     models.Fen
}

// judgeTrades compares every trade of Alipay's with the shop's books, both ways, and the seller's account with both.
func (w *world) judgeTrades(ctx context.Context) {
	booked := w.booked(ctx)
	for _, trade := range w.alipay.Trades() {
		if trade.PaidAt.IsZero() {
			continue
		}
		b := booked[trade.OutTradeNo]
		delete(booked, trade.OutTradeNo)
		if err := w.judgeTrade(trade, b); err != nil {
			w.fail(trade.OutTradeNo, fmt.Errorf("%s, %s of which %s went back, booked as %+v: %w", trade.OutTradeNo, models.Fen(trade.Total),
				models.Fen(trade.Refunded), b, err))
		}
	}
	for outTradeNo := range booked {
		w.fail(outTradeNo, fmt.Errorf("%s is booked and was not paid at Alipay", outTradeNo))
	}
	var owned int64
	for _, account := range w.alipay.Accounts() {
		if account.ID == sellerID {
			owned = account.Balance
		}
	}
	elsewhere := int64(w.count.elsewhere)
	earned := w.number(ctx, "SELECT COALESCE(SUM(real_price - refunded_amount), 0) FROM ly_order WHERE order_status IN (1, 4)")
	if owned != earned-elsewhere {
		w.fail("", fmt.Errorf("the seller owns %s, fulfilled orders come to %s", models.Fen(owned), models.Fen(earned-elsewhere)))
	}
}

// judgeTrade wants a fulfilled order or all of the money back.
func (w *world) judgeTrade(trade sandbox.Trade, b booking) error {
	switch {
	case trade.SellerID != "" && b == (booking{}):
		return nil // another seller's money, of which this shop has no bill
	case w.forged[trade.OutTradeNo] && b.state == string(models.PaymentHeld):
		if trade.Refunded != trade.Total {
			return errors.New("what staff held has not gone back")
		}
		return nil
	case b.tradeNo != trade.TradeNo, b.paid != models.Fen(trade.Total), b.back != models.Fen(trade.Refunded):
		return errors.New("the books differ")
	case b.state == string(models.PaymentReturned):
		if trade.Refunded != trade.Total {
			return errors.New("no order took it, and it has not gone back")
		}
		return nil
	case b.state != string(models.PaymentPaid):
		return errors.New("it is neither fulfilled nor given back")
	case (b.status == models.OrderRefunded) != (trade.Refunded == trade.Total), b.status != models.OrderPaid && b.status != models.OrderRefunded:
		return errors.New("the order's state is wrong")
	}
	if trade.SellerID != "" {
		w.count.elsewhere += models.Fen(trade.Total - trade.Refunded)
	}
	return nil
}

func (w *world) booked(ctx context.Context) map[string]booking {
	booked := map[string]booking{}
	rows, err := w.sql.QueryContext(ctx, `
		SELECT p.out_trade_no, p.trade_no, p.state, o.order_status, p.amount,
		       (SELECT COALESCE(SUM(f.amount), 0) FROM ly_refund f WHERE f.payment_id = p.id AND f.state = 'done')
		FROM ly_payment p JOIN ly_order o ON o.id = p.order_id WHERE p.trade_no IS NOT NULL`)
	if err != nil {
		w.fail("", err)
		return booked
	}
	defer rows.Close()
	for rows.Next() {
		var outTradeNo string
		var b booking
		if err := rows.Scan(&outTradeNo, &b.tradeNo, &b.state, &b.status, &b.paid, &b.back); err != nil {
			w.fail("", err)
		}
		booked[outTradeNo] = b
	}
	if err := rows.Err(); err != nil {
		w.fail("", err)
	}
	return booked
}

// judgeTerms computes the end of every purchase record anew: a term begins when it is paid or at the end of the one before.
func (w *world) judgeTerms(ctx context.Context) {
	rows, err := w.sql.QueryContext(ctx, `
		SELECT r.user_id, r.course_id, r.pay_time, r.out_time, d.expire_days, o.order_number
		FROM ly_user_course r JOIN ly_order_detail d ON d.id = r.order_detail_id JOIN ly_order o ON o.id = d.order_id
		WHERE r.revoked_at IS NULL ORDER BY r.user_id, r.course_id, r.id`)
	if err != nil {
		w.fail("", err)
		return
	}
	defer rows.Close()
	var user, course int64
	var end time.Time
	for rows.Next() {
		var u, c int64
		var days int
		var paid time.Time
		var out *time.Time
		var order string
		if err := rows.Scan(&u, &c, &paid, &out, &days, &order); err != nil {
			w.fail("", err)
			return
		}
		if u != user || c != course {
			user, course, end = u, c, time.Time{}
		}
		want := paid
		if end.After(paid) {
			want = end
		}
		want = want.AddDate(0, 0, days)
		if days == 0 && out != nil || days > 0 && (out == nil || !out.Equal(want)) {
			w.fail(order, fmt.Errorf("the right to course %d ends at %v, want %v", c, out, want))
		}
		if days > 0 {
			end = want
		}
	}
	if err := rows.Err(); err != nil {
		w.fail("", err)
	}
}

// judgeBills wants no difference open but those of trades about which Alipay contradicts itself.
func (w *world) judgeBills(ctx context.Context) {
	for _, outTradeNo := range w.rows(ctx, "SELECT DISTINCT out_trade_no FROM ly_bill_difference WHERE closed_at IS NULL") {
		trade, _ := w.alipay.Trade(outTradeNo)
		if !w.forged[outTradeNo] && trade.SellerID == "" {
			w.fail(outTradeNo, fmt.Errorf("%s: a difference of the bills is open", outTradeNo))
		}
	}
}

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

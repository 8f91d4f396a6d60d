package payment_test

import (
	"context"
	"time"

	"luffy/models"
)

// view reads an order as its student sees it.
func (w *world) view(o models.Order) models.OrderView {
	w.t.Helper()
	view, err := w.db.Order(w.t.Context(), o.UserID, o.OrderNumber)
	w.must(err)
	return view
}

func (w *world) wantStatus(o models.Order, want models.OrderStatus) {
	w.t.Helper()
	if got := w.view(o).OrderStatus; got != want {
		w.t.Errorf("order %s: got %v, want %v", o.OrderNumber, got, want)
	}
}

// count reads one number from the database.
func (w *world) count(query string, args ...any) int64 {
	w.t.Helper()
	var n int64
	w.must(w.db.SQL().QueryRowContext(w.t.Context(), query, args...).Scan(&n))
	return n
}

// run makes one pass of each job, as a replica does.
func (w *world) run() {
	w.t.Helper()
	for name, job := range w.jobs() {
		if err := job(w.t.Context()); err != nil {
			w.t.Logf("%s: %v", name, err) // it comes again; what counts is the end
		}
	}
	w.delivered()
}

func (w *world) jobs() map[string]func(context.Context) error {
	return map[string]func(context.Context) error{"close": w.CloseDue, "ask": w.AskDue, "refund": w.RefundDue}
}

// waiting counts what the jobs still have to do.
func (w *world) waiting() int64 {
	w.t.Helper()
	return w.count(`SELECT
		(SELECT COUNT(*) FROM ly_order WHERE order_status = 0)
		+ (SELECT COUNT(*) FROM ly_payment WHERE state = 'open')
		+ (SELECT COUNT(*) FROM ly_refund WHERE state = 'pending')`)
}

// runUntilQuiet lets time pass and jobs run until nothing is left to do.
func (w *world) runUntilQuiet() {
	w.t.Helper()
	for range 200 {
		w.run()
		if w.waiting() == 0 {
			return
		}
		w.forward(2 * time.Minute)
	}
	w.t.Fatalf("after hours of jobs %d things still wait", w.waiting())
}

// wantSound fails if an invariant is broken, or if shop and Alipay do not agree about every fen.
func (w *world) wantSound() {
	w.t.Helper()
	w.wantClean()
	w.wantAgreement()
}

// wantClean fails if an invariant is broken.
func (w *world) wantClean() {
	w.t.Helper()
	findings, err := w.db.Audit(w.t.Context())
	w.must(err)
	for _, f := range findings {
		w.t.Errorf("audit: %s", f)
	}
}

// booking is what the shop knows of a paid trade.
type booking struct {
	tradeNo    string
	paid, back models.Fen
}

// wantAgreement compares every paid trade at Alipay with the shop's books and the other way round, and
// the sums.
func (w *world) wantAgreement() {
	w.t.Helper()
	booked := w.booked()
	var received, back models.Fen
	for _, trade := range w.alipay.Trades() {
		if trade.PaidAt.IsZero() {
			continue
		}
		received, back = received+models.Fen(trade.Total), back+models.Fen(trade.Refunded)
		want := booking{trade.TradeNo, models.Fen(trade.Total), models.Fen(trade.Refunded)}
		if got, known := booked[trade.OutTradeNo]; got != want {
			w.t.Errorf("%s: booked as %+v (%v), want %+v", trade.OutTradeNo, got, known, want)
		}
		delete(booked, trade.OutTradeNo)
	}
	for outTradeNo, b := range booked {
		w.t.Errorf("%s: booked as %+v, and not paid at Alipay", outTradeNo, b)
	}
	const sums = "SELECT COALESCE(SUM(real_price - refunded_amount), 0) FROM ly_order WHERE order_status IN (1, 4)"
	fulfilled := models.Fen(w.count(sums))
	if received != fulfilled+back {
		w.t.Errorf("received %s, of which %s fulfilled orders and %s went back", received, fulfilled, back)
	}
}

// booked reads the trades that the shop has booked, by out_trade_no.
func (w *world) booked() map[string]booking {
	w.t.Helper()
	rows, err := w.db.SQL().QueryContext(w.t.Context(), `
		SELECT p.out_trade_no, p.trade_no, p.amount,
		       (SELECT COALESCE(SUM(f.amount), 0) FROM ly_refund f WHERE f.payment_id = p.id AND f.state = 'done')
		FROM ly_payment p WHERE p.trade_no IS NOT NULL`)
	w.must(err)
	defer rows.Close()
	booked := map[string]booking{}
	for rows.Next() {
		var outTradeNo string
		var b booking
		w.must(rows.Scan(&outTradeNo, &b.tradeNo, &b.paid, &b.back))
		booked[outTradeNo] = b
	}
	w.must(rows.Err())
	return booked
}

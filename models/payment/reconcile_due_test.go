package payment_test

import (
	"errors"
	"testing"
	"time"

	"luffy/models/alipay"
	"luffy/models/alipay/sandbox"
)

// bills counts how often Alipay was asked for the bill of the day of noon.
func (w *world) bills() int {
	n := 0
	for _, call := range w.alipay.Calls() {
		if call.Method == methodBill {
			n++
		}
	}
	return n
}

// reconcileDue lets four replicas make one pass of the daily job each, all at once.
func (w *world) reconcileDue() {
	w.t.Helper()
	w.atOnce(4, func() error { return w.ReconcileDue(w.t.Context()) })
}

func TestDailyJob(t *testing.T) {
	onEach(t, func(w *world) {
		w.paid()
		w.fault(sandbox.Fault{Name: sandbox.BillLate, Times: 1})
		for _, step := range []struct {
			name    string
			forward time.Duration
			asked   int64 // in all
			days    int64 // compared
		}{
			{"before ten", 22*time.Hour - time.Second, 0, 0},
			{"at ten, one of three bills is late", time.Second, 3, 2},
			{"at once again", time.Minute, 3, 2},
			{"half an hour later", 30 * time.Minute, 4, 3},
			{"an hour later", time.Hour, 4, 3},
			{"the day after", 23 * time.Hour, 5, 4},
		} {
			w.forward(step.forward)
			w.reconcileDue()
			if n := int64(w.bills()); n != step.asked {
				w.t.Errorf("%s: asked for %d bills in all, want %d", step.name, n, step.asked)
			}
			if n := w.count("SELECT COUNT(*) FROM ly_bill_day WHERE compared_at IS NOT NULL"); n != step.days {
				w.t.Errorf("%s: %d days compared, want %d", step.name, n, step.days)
			}
		}
	})
}

// A payment came just before midnight by the shop's books, and just after by Alipay's. It is in the
// bill of the next day, which comes a day later. By then the daily job looks again by itself.
func TestRowBesideMidnight(t *testing.T) {
	onEach(t, func(w *world) {
		w.forward(12 * time.Hour) // 00:00
		w.paid()
		_, err := w.db.SQL().ExecContext(w.t.Context(),
			"UPDATE ly_payment SET paid_at = ?", noon.Add(12*time.Hour-time.Second))
		w.must(err)
		w.forward(11 * time.Hour)
		for _, want := range []int64{1, 0} {
			w.reconcileDue()
			w.forward(24 * time.Hour)
			if n := w.count("SELECT COUNT(*) FROM ly_bill_difference WHERE closed_at IS NULL"); n != want {
				w.t.Errorf("got %d open differences, want %d", n, want)
			}
		}
	})
}

// The shop was down, and learned only days later of money that had come and gone back. The bill tells
// on which day it went back, and in which parts.
func TestGoneBackIsLearnedLate(t *testing.T) {
	for name, parts := range map[string][]int64{"at once": {99_00}, "in parts": {30_00, 40_00, 29_00}} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(w *world) {
				w.fault(sandbox.Fault{Name: sandbox.NotifyDrop})
				o := w.order()
				w.pay(w.start(o))
				for _, part := range parts {
					w.must(w.alipay.RefundOutside(o.OrderNumber, part))
					w.forward(time.Minute)
				}
				w.forward(65 * time.Hour)
				w.must(w.AskDue(w.t.Context()))
				w.forward(6 * time.Hour) // 11:00 on the 24th
				for range 2 {
					w.reconcileDue()
					w.forward(24 * time.Hour)
				}
				if n := w.count("SELECT COUNT(*) FROM ly_bill_difference WHERE closed_at IS NULL"); n != 0 {
					w.t.Errorf("got %d open differences, want none", n)
				}
				if n := w.count("SELECT COUNT(*) FROM ly_refund"); n != int64(len(parts)) {
					w.t.Errorf("got %d refunds, want %d", n, len(parts))
				}
				w.wantSound()
			})
		})
	}
}

// After an outage, every day on which the shop has sold is compared. A day whose bill cannot be read
// does not hold up the others.
func TestDaysOfAnOutageAreCompared(t *testing.T) {
	onEach(t, func(w *world) {
		w.paid()
		w.forward(14 * 24 * time.Hour)
		w.wantMissing("after the outage", 14)
		w.fault(sandbox.Fault{Name: sandbox.APIBadGateway, Method: methodBill, Times: 1})
		if err := w.ReconcileDue(w.t.Context()); !errors.Is(err, alipay.ErrUnknown) {
			w.t.Errorf("got %v, want ErrUnknown of the first bill", err)
		}
		w.wantMissing("after a pass", 5)
		w.reconcileDue()
		w.wantMissing("after another", 1) // just tried
		w.forward(30 * time.Minute)
		w.reconcileDue()
		w.wantMissing("in the end", 0)
		if n := w.count("SELECT COUNT(*) FROM ly_bill_day WHERE compared_at IS NOT NULL"); n != 14 {
			w.t.Errorf("got %d days compared, want 14", n)
		}
	})
}

// wantMissing compares the number of days that wait for their bill.
func (w *world) wantMissing(when string, want int) {
	w.t.Helper()
	if b, err := w.db.Backlog(w.t.Context()); err != nil || b.BillDaysMissing != want {
		w.t.Errorf("%s: got %d days missing, %v; want %d", when, b.BillDaysMissing, err, want)
	}
}

// However many days have bills that cannot be fetched, each of them gets its turn.
func TestMissingDaysTakeTurns(t *testing.T) {
	onEach(t, func(w *world) {
		w.paid()
		w.forward(40 * 24 * time.Hour)
		w.fault(sandbox.Fault{Name: sandbox.APIBadGateway, Method: methodBill})
		asked := map[string]bool{}
		for range 8 {
			_ = w.ReconcileDue(w.t.Context()) // the gateway is down
			w.forward(10 * time.Minute)
		}
		for _, call := range w.alipay.Calls() {
			if call.Method == methodBill {
				asked[call.Content] = true
			}
		}
		if len(asked) != 40 {
			w.t.Errorf("asked for %d of 40 bills", len(asked))
		}
	})
}

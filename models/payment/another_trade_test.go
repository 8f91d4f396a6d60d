package payment_test

import (
	"testing"

	"luffy/models"
	"luffy/models/alipay/sandbox"
)

const (
	bookedTrade  = "2026112122001439881000120282" // that of notifyOf
	anotherTrade = "2026112122001439889999999999"
)

// anotherOf is the notify of a second trade of an attempt. Alipay should have one for each out_trade_no.
func anotherOf(p models.Payment) fields {
	f := notifyOf(p)
	f["notify_id"], f["trade_no"] = "n2", anotherTrade
	return f
}

// Staff give a second trade of an attempt back in Alipay's console. What Alipay then tells of that
// refund takes nothing from the order, which the first trade has paid; a refund of the first one does.
func TestRefundOfAnotherTrade(t *testing.T) {
	onEach(t, func(w *world) {
		o := w.order()
		w.start(o)
		attempt := w.view(o).Payments[0]
		tell := func(message string, reason string) {
			w.t.Helper()
			if !w.Notify(w.t.Context(), message) {
				w.t.Errorf("%s: got fail", reason)
			}
			if n := w.count("SELECT COUNT(*) FROM ly_payment_event WHERE reason = ?", reason); n != 1 {
				w.t.Errorf("got %d messages of %s, want 1", n, reason)
			}
		}
		refunded := []string{"gmt_refund", "2026-11-21 12:10:00", "refund_fee", attempt.Amount.String(), "notify_id", "n3"}
		tell(notifyOf(attempt).signed(), "fulfilled")
		tell(anotherOf(attempt).signed(), "another_trade")
		for _, number := range []string{"-", "console1"} { // Alipay is not asked, because it could answer for the first trade
			w.Notify(w.t.Context(), anotherOf(attempt).signed(append(refunded, "out_biz_no", number)...))
		}
		if n := w.count(`SELECT COUNT(*) FROM ly_payment_event
			WHERE verdict = 'noted' AND reason = 'refund_another_trade'`); n != 2 {
			w.t.Errorf("got %d refunds of another trade noted, want 2", n)
		}
		w.wantStatus(o, models.OrderPaid)
		if left := w.view(o).Left(); left != attempt.Amount {
			w.t.Errorf("got %s left, want all of %s", left, attempt.Amount)
		}
		tell(notifyOf(attempt).signed(refunded...), "refund")
		w.wantStatus(o, models.OrderRefunded)
	})
}

// A bill's rows of another trade are differences for staff, those of its refunds too, and book nothing.
func TestBillOfAnotherTrade(t *testing.T) {
	onEach(t, func(w *world) {
		o := w.paid()
		w.fault(sandbox.Fault{Name: sandbox.NotifyDrop})
		w.must(w.alipay.RefundOutside(o.OrderNumber, int64(o.RealPrice)))
		_, err := w.db.SQL().ExecContext(w.t.Context(), "UPDATE ly_payment SET trade_no = ?", bookedTrade)
		w.must(err)
		w.nextMorning()
		w.wantTasks(w.reconcile(),
			task{models.UnbookedTrade, o.OrderNumber, "99.00", "99.00", true},
			task{models.RefundMissingHere, o.OrderNumber, "99.00", "-", true})
		w.wantStatus(o, models.OrderPaid)
		open, err := w.db.OpenDifferencesOf(w.t.Context(), w.view(o))
		if err != nil || len(open) != 2 {
			w.t.Errorf("got %+v, %v; want both with the order", open, err)
		}
	})
}

package payment_test

import (
	"errors"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
	"luffy/models/payment"
)

// The return itself books nothing. It asks Alipay, whose answer is booked, but not again before
// askFloor has passed.
func TestReturn(t *testing.T) {
	onEachUntold(t, func(w *world) {
		attempt := w.attempt()
		comeBack := func() {
			w.t.Helper()
			number, err := w.Return(w.t.Context(), returnOf(attempt).signed())
			if err != nil || number != attempt.OutTradeNo {
				w.t.Fatalf("got %q, %v; want %s", number, err, attempt.OutTradeNo)
			}
		}
		comeBack()
		w.wantEvents("return noted returned", "query noted no_trade_yet")
		w.payAttempt(attempt)
		comeBack()
		w.wantEvents("return noted returned", "query noted no_trade_yet", "return noted returned")
		if got := w.orderOf(attempt).OrderStatus; got != models.OrderUnpaid {
			w.t.Errorf("got the order %v on the word of a return", got)
		}
		w.advance(2 * time.Second)
		comeBack()
		if got := w.orderOf(attempt).OrderStatus; got != models.OrderPaid {
			w.t.Errorf("got the order %v, want it paid by Alipay's answer", got)
		}
		comeBack()
		w.wantEvents("return noted returned", "query noted no_trade_yet", "return noted returned",
			"return noted returned", "query accepted fulfilled", "return noted returned")
	})
}

// Whoever has the address of a return can send it for ever. That fills neither the disk nor the order's page,
// and hides no return of another attempt; nor does a return of an order that the shop does not have.
func TestReturnReplayedForEver(t *testing.T) {
	onEachUntold(t, func(w *world) {
		attempt, other := w.attempt(), w.attempt()
		unknown := models.Payment{OutTradeNo: "20190929151453000001000020", Amount: 1_00}
		for range 120 {
			if _, err := w.Return(w.t.Context(), returnOf(attempt).signed()); err != nil {
				w.t.Fatal(err)
			}
			if _, err := w.Return(w.t.Context(), returnOf(unknown).signed()); !errors.Is(err, payment.ErrReturn) {
				w.t.Fatalf("got %v for an unknown order, want %v", err, payment.ErrReturn)
			}
		}
		if _, err := w.Return(w.t.Context(), returnOf(other).signed()); err != nil {
			w.t.Fatal(err)
		}
		for outTradeNo, want := range map[string]int64{attempt.OutTradeNo: 10, unknown.OutTradeNo: 100, other.OutTradeNo: 1} {
			got := w.count("SELECT COUNT(*) FROM ly_payment_event WHERE source = 'return' AND out_trade_no = ?", outTradeNo)
			if got != want {
				w.t.Errorf("%s: got %d returns stored, want %d", outTradeNo, got, want)
			}
		}
	})
}

// A second attempt's return leads to the same order, and so does that of a third one of which a
// restored backup has no row.
func TestReturnOfSecondAttempt(t *testing.T) {
	w := untold(t, modelstest.SQLite)
	attempt := w.attempt()
	w.exec("UPDATE ly_payment SET state = ?", models.PaymentClosed)
	_, biz := w.link(w.Service, attempt.OutTradeNo, payment.Desktop)
	second := models.Payment{OutTradeNo: biz["out_trade_no"], Amount: attempt.Amount}
	if number, err := w.Return(t.Context(), returnOf(second).signed()); err != nil || number != attempt.OutTradeNo {
		t.Errorf("got %q, %v; want %s", number, err, attempt.OutTradeNo)
	}
	third := models.Payment{OutTradeNo: attempt.OutTradeNo + "_3", Amount: attempt.Amount}
	if number, err := w.Return(t.Context(), returnOf(third).signed()); err != nil || number != attempt.OutTradeNo {
		t.Errorf("got %q, %v for an attempt without a row; want %s", number, err, attempt.OutTradeNo)
	}
	none := models.Payment{OutTradeNo: attempt.OutTradeNo + "_x", Amount: attempt.Amount}
	if number, err := w.Return(t.Context(), returnOf(none).signed()); !errors.Is(err, payment.ErrReturn) {
		t.Errorf("got %q, %v for no attempt of the shop; want %v", number, err, payment.ErrReturn)
	}
}

// The error tells a fault of the shop from a message that is not believed.
func TestReturnBroken(t *testing.T) {
	w := untold(t, modelstest.SQLite)
	attempt := w.attempt()
	if err := w.db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Return(t.Context(), returnOf(attempt).signed()); err == nil || errors.Is(err, payment.ErrReturn) {
		t.Errorf("got %v for a genuine return, want the database's fault", err)
	}
	if _, err := w.Return(t.Context(), "x=1"); !errors.Is(err, payment.ErrReturn) {
		t.Errorf("got %v for a forged return, want %v", err, payment.ErrReturn)
	}
}

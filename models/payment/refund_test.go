package payment_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/alipay/sandbox"
)

// twoCourses are 99.00 + 117.33.
func (w *world) twoCourses() models.Order {
	w.t.Helper()
	return w.paid(w.stock.Plain.For(30), w.stock.Rate.For(30))
}

// refund asks for a refund that must be stored.
func (w *world) refund(r models.NewRefund) models.Refund {
	w.t.Helper()
	refund, err := w.Refund(w.t.Context(), r)
	w.must(err)
	return refund
}

// wantRefunds wants Alipay to have made n refunds of the order, which come to sum.
func (w *world) wantRefunds(o models.Order, n int, sum models.Fen) {
	w.t.Helper()
	trade, _ := w.alipay.Trade(o.OrderNumber)
	if len(trade.Refunds) != n || models.Fen(trade.Refunded) != sum {
		w.t.Errorf("Alipay gave back %s in %d refunds, want %s in %d", models.Fen(trade.Refunded), len(trade.Refunds), sum, n)
	}
}

func TestPartsThenAll(t *testing.T) {
	onEach(t, func(w *world) {
		o := w.twoCourses()
		for _, step := range []struct {
			wanted models.NewRefund
			back   models.Fen
			want   models.OrderStatus
		}{
			{models.NewRefund{Amount: 10_00}, 10_00, models.OrderPaid},
			{models.NewRefund{Line: 1}, 109_00, models.OrderPaid},
			{models.NewRefund{}, 216_33, models.OrderRefunded},
		} {
			step.wanted.OrderNumber, step.wanted.Reason, step.wanted.By = o.OrderNumber, "课程退款", "staff"
			if r := w.refund(step.wanted); r.State != models.RefundDone || r.DoneAt == nil {
				w.t.Errorf("%+v: got %+v, want it done", step.wanted, r)
			}
			w.forward(3 * time.Second)
			w.wantStatus(o, step.want)
			if got := w.view(o).RefundedAmount; got != step.back {
				w.t.Errorf("got %s back, want %s", got, step.back)
			}
			w.wantSound()
		}
		w.wantRefunds(o, 3, 216_33)
	})
}

// A payment that an older shop had begun has a row without an AppID. It is refunded like any other.
func TestRefundOfAnOrderBroughtOver(t *testing.T) {
	onEach(t, func(w *world) {
		o := w.order(w.stock.Plain.For(30))
		link := w.start(o)
		_, err := w.db.SQL().ExecContext(w.t.Context(), "DELETE FROM ly_payment")
		w.must(err)
		w.pay(link)
		w.wantStatus(o, models.OrderPaid)
		if r := w.refund(models.NewRefund{OrderNumber: o.OrderNumber}); r.State != models.RefundDone {
			w.t.Errorf("got %s: %s, want it done", r.State, r.LastError)
		}
		w.delivered()
		w.wantStatus(o, models.OrderRefunded)
		w.wantRefunds(o, 1, 99_00)
		w.wantSound()
	})
}

// Staff who break off while Alipay is asked still learn that the refund is stored, and so do not ask
// for a second one.
func TestRefundBrokenOff(t *testing.T) {
	onEach(t, func(w *world) {
		o := w.twoCourses()
		w.fault(sandbox.Fault{Name: sandbox.APITimeoutBefore, Method: methodRefund, Value: "500ms", Times: 1})
		ctx, breakOff := context.WithCancel(w.t.Context())
		defer breakOff()
		var refund models.Refund
		var err error
		var asking sync.WaitGroup
		asking.Go(func() {
			refund, err = w.Refund(ctx, models.NewRefund{OrderNumber: o.OrderNumber, Amount: 10_00})
		})
		w.until("the refund on its way", func() bool {
			return w.count("SELECT COUNT(*) FROM ly_refund WHERE tries = 1") == 1
		})
		breakOff()
		asking.Wait()
		if err != nil || refund.State != models.RefundPending || refund.OutRequestNo == "" {
			w.t.Errorf("got %+v, %v; want it pending under its number", refund, err)
		}
		w.runUntilQuiet()
		w.wantRefunds(o, 1, 10_00)
		w.wantSound()
	})
}

// Alipay wants three seconds between two refunds of one trade, whoever asks for them.
func TestPauseBetweenRefundsOfATrade(t *testing.T) {
	onEach(t, func(w *world) {
		w.fault(sandbox.Fault{Name: sandbox.RefundTooSoon})
		o, other := w.twoCourses(), w.paid()
		for line := range 2 {
			_, err := w.db.CreateRefund(w.t.Context(), models.NewRefund{OrderNumber: o.OrderNumber, Line: line + 1})
			w.must(err)
		}
		w.atOnce(4, func() error { return w.RefundDue(w.t.Context()) })
		if r := w.refund(models.NewRefund{OrderNumber: other.OrderNumber, Amount: 10_00}); r.State != models.RefundDone {
			w.t.Errorf("of another order: got %+v, want it done", r)
		}
		r := w.refund(models.NewRefund{OrderNumber: other.OrderNumber})
		if r.State != models.RefundPending || r.LastError == "" {
			w.t.Errorf("the next of one order: got %+v, want it pending with the reason", r)
		}
		w.wantRefunds(o, 1, 99_00)
		w.wantRefunds(other, 1, 10_00)
		for range 2 {
			w.forward(2 * time.Second)
			w.atOnce(4, func() error { return w.RefundDue(w.t.Context()) })
		}
		w.wantRefunds(o, 2, 216_33)
		w.wantRefunds(other, 2, 99_00)
		for _, call := range w.alipay.Calls() {
			if call.SubCode != "" {
				w.t.Errorf("%s was answered %s", call.Method, call.SubCode)
			}
		}
		w.delivered()
		w.wantSound()
	})
}

// Whatever goes wrong between shop and Alipay, a refund is made once, with one number, and is done in
// the end.
func TestRefundIsMadeOnce(t *testing.T) {
	for name, faults := range map[string][]sandbox.Fault{
		"no answer, no effect":      {{Name: sandbox.APITimeoutBefore, Method: methodRefund, Value: "1ms", Times: 1}},
		"no answer, effect":         {{Name: sandbox.APITimeoutAfter, Method: methodRefund, Value: "1ms", Times: 1}},
		"no answer twice, effect":   {{Name: sandbox.APITimeoutAfter, Value: "1ms", Times: 2}},
		"unavailable":               {{Name: sandbox.APIUnavailable, Method: methodRefund, Times: 3}},
		"unavailable, effect":       {{Name: sandbox.APIUnavailable, Method: methodRefund, Value: "after", Times: 3}},
		"all down for a while":      {{Name: sandbox.APIBadGateway, Times: 6}},
		"an unsigned answer":        {{Name: sandbox.APIUnsigned, Method: methodRefund, Times: 1}},
		"a wrongly signed answer":   {{Name: sandbox.APIWrongSign, Method: methodRefund, Times: 1}},
		"fund_change N":             {{Name: sandbox.RefundFundChangeN, Times: 1}},
		"the money moves later":     {{Name: sandbox.RefundLater, Value: "3h", Times: 1}},
		"the balance is not enough": {{Name: sandbox.SellerBalance, Times: 4}},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(w *world) {
				o := w.twoCourses()
				w.fault(faults...)
				r := w.refund(models.NewRefund{OrderNumber: o.OrderNumber, Line: 2, Reason: "课程退款"})
				if r.State == models.RefundFailed || r.State == models.RefundPending && (r.LastError == "" || r.TryAt == nil) {
					w.t.Errorf("got %+v, want it done, or pending with the reason", r)
				}
				w.runUntilQuiet()
				w.wantRefunds(o, 1, 117_33)
				w.wantStatus(o, models.OrderPaid)
				n := w.count("SELECT COUNT(*) FROM ly_refund WHERE state = 'done' AND out_request_no = ?", o.OrderNumber+"R1L2")
				if n != 1 {
					w.t.Errorf("got %d refunds done as %sR1L2, want 1", n, o.OrderNumber)
				}
				w.wantSound()
			})
		})
	}
}

// Sixteen clicks at once, with jobs running beside them.
func TestSixteenRefundsAtOnce(t *testing.T) {
	onEach(t, func(w *world) {
		o := w.twoCourses()
		var clicks sync.WaitGroup
		for range 16 {
			clicks.Go(func() {
				_, err := w.Refund(w.t.Context(), models.NewRefund{OrderNumber: o.OrderNumber})
				if err != nil && !errors.Is(err, models.ErrRefundNothing) && !errors.Is(err, models.ErrNothingPaid) {
					w.t.Errorf("got %v, want it done or refused", err)
				}
			})
		}
		clicks.Go(func() {
			for range 8 {
				if err := w.RefundDue(w.t.Context()); err != nil {
					w.t.Errorf("job: %v", err)
				}
			}
		})
		clicks.Wait()
		w.runUntilQuiet()
		w.wantRefunds(o, 1, 216_33)
		w.wantStatus(o, models.OrderRefunded)
		w.wantSound()
	})
}

package payment_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/alipay"
	"luffy/models/alipay/sandbox"
	"luffy/models/payment"
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

// wantRefunds wants so many refunds of the order at Alipay, of that sum together.
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

// A payment that an older shop had begun has a row without an app; its money goes back like any other.
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

// An operator who breaks off while Alipay is asked learns that the refund is stored, and does not
// ask for a second one.
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

// Whatever goes wrong between shop and Alipay, a refund is made once, under one number, and in the
// end it is done.
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
				n := w.count("SELECT COUNT(*) FROM ly_refund WHERE state = 'done' AND out_request_no = ?", o.OrderNumber+"R1")
				if n != 1 {
					w.t.Errorf("got %d refunds done as %sR1, want 1", n, o.OrderNumber)
				}
				w.wantSound()
			})
		})
	}
}

func TestRefundRefusedForGood(t *testing.T) {
	onEach(t, func(w *world) {
		o := w.twoCourses()
		w.fault(sandbox.Fault{Name: sandbox.TradeFrozen, Times: 1})
		r := w.refund(models.NewRefund{OrderNumber: o.OrderNumber, Line: 1})
		if r.State != models.RefundFailed || !strings.Contains(r.LastError, "REASON_TRADE_BEEN_FREEZEN") || r.TryAt != nil {
			w.t.Errorf("got %+v, want it failed with Alipay's word", r)
		}
		w.runUntilQuiet()
		w.wantRefunds(o, 0, 0)
		w.forward(3 * time.Second)
		if r := w.refund(models.NewRefund{OrderNumber: o.OrderNumber, Line: 1}); r.State != models.RefundDone {
			w.t.Errorf("asked again when the trade is free: got %+v, want it done", r)
		}
		w.wantSound()
	})
}

func TestRefundAfterTheWindow(t *testing.T) {
	onEach(t, func(w *world) {
		o := w.twoCourses()
		w.forward(sandbox.DefaultRefundWindow)
		r := w.refund(models.NewRefund{OrderNumber: o.OrderNumber})
		if r.State != models.RefundFailed || !strings.Contains(r.LastError, "TRADE_HAS_FINISHED") {
			w.t.Errorf("got %+v, want it failed", r)
		}
		w.wantStatus(o, models.OrderPaid)
		w.wantSound()
	})
}

// A backup was restored, and the number of a refund that it lacks is given anew. Alipay knows the
// number as that of another sum.
func TestNumberOfALostRefund(t *testing.T) {
	for name, c := range map[string]struct {
		wanted models.NewRefund
		want   models.RefundState
		back   models.Fen
	}{
		"a line":    {models.NewRefund{Line: 1}, models.RefundDone, 109_00},
		"the whole": {models.NewRefund{}, models.RefundFailed, 10_00}, // less is left
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(w *world) {
				o := w.twoCourses()
				w.fault(sandbox.Fault{Name: sandbox.NotifyDrop, Times: 1})
				_, err := w.client.Refund(w.t.Context(), alipay.RefundRequest{
					OutTradeNo: o.OrderNumber, OutRequestNo: o.OrderNumber + "R1", Amount: 10_00, Reason: "lost",
				})
				w.must(err)
				c.wanted.OrderNumber = o.OrderNumber
				asked := w.refund(c.wanted)
				if asked.State == models.RefundDone {
					w.t.Errorf("got %+v done, though Alipay has made another", asked)
				}
				w.runUntilQuiet()
				got, err := w.db.RefundByID(w.t.Context(), asked.ID)
				if err != nil || got.State != c.want {
					w.t.Errorf("got %+v, %v; want it %s", got, err, c.want)
				}
				if trade, _ := w.alipay.Trade(o.OrderNumber); models.Fen(trade.Refunded) != c.back {
					w.t.Errorf("Alipay gave back %s, want %s", models.Fen(trade.Refunded), c.back)
				}
				w.wantStatus(o, models.OrderPaid)
				w.wantSound()
			})
		})
	}
}

// The notify of a refund by hand has the sum of all refunds, one of the shop's own included that
// took effect unheard. It is not believed until the refund query knows its own sum.
func TestRefundQueryLagsBehindTheNotify(t *testing.T) {
	onEach(t, func(w *world) {
		o := w.twoCourses()
		w.fault(
			sandbox.Fault{Name: sandbox.NotifyDrop, Times: 1},
			sandbox.Fault{Name: sandbox.APIUnavailable, Method: methodRefund, Value: "after", Times: 1},
			sandbox.Fault{Name: sandbox.RefundQueryLags, Times: 3},
		)
		w.refund(models.NewRefund{OrderNumber: o.OrderNumber, Amount: 10_00})
		w.must(w.alipay.RefundOutside(o.OrderNumber, 50_00))
		w.delivered()
		if got := w.view(o).RefundedAmount; got != 0 {
			w.t.Errorf("got %s back before the query knows of any, want none", got)
		}
		w.runUntilQuiet()
		w.forward(time.Hour)
		w.wantRefunds(o, 2, 60_00)
		w.wantSound()
	})
}

// Without an end that Alipay names, a refund that it refuses comes to staff after a day. A balance
// that is too small is waited out.
func TestRefundRefusedForDays(t *testing.T) {
	for name, c := range map[string]struct {
		fault sandbox.Fault
		want  models.RefundState
	}{
		"neither call is taken": {sandbox.Fault{Name: sandbox.APITradeNotExist}, models.RefundFailed},
		"calls are limited":     {sandbox.Fault{Name: sandbox.APICallLimited}, models.RefundPending},
		"for no known reason":   {sandbox.Fault{Name: sandbox.APITradeNotExist, Method: methodRefund}, models.RefundFailed},
		"no answer":             {sandbox.Fault{Name: sandbox.APIBadGateway}, models.RefundPending},
		"no money":              {sandbox.Fault{Name: sandbox.SellerBalance}, models.RefundPending},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(w *world) {
				o := w.twoCourses()
				w.fault(c.fault)
				asked := w.refund(models.NewRefund{OrderNumber: o.OrderNumber})
				for hour := range 26 {
					got, err := w.db.RefundByID(w.t.Context(), asked.ID)
					w.must(err)
					if want := c.want; hour < 24 && got.State != models.RefundPending || hour == 25 && got.State != want {
						w.t.Fatalf("after %d hours: got %s, want it pending for a day, then %s", hour, got.State, want)
					}
					w.forward(time.Hour)
					w.run()
				}
				w.wantClean()
			})
		})
	}
}

// What Alipay has taken on and not moved yet is not given up, whatever it answers meanwhile.
func TestAcceptedRefundIsWaitedFor(t *testing.T) {
	onEach(t, func(w *world) {
		o := w.twoCourses()
		w.fault(sandbox.Fault{Name: sandbox.RefundLater, Value: "30h", Times: 1})
		asked := w.refund(models.NewRefund{OrderNumber: o.OrderNumber})
		w.fault(sandbox.Fault{Name: sandbox.APITradeNotExist, Method: methodRefund})
		for hour := range 32 {
			got, err := w.db.RefundByID(w.t.Context(), asked.ID)
			w.must(err)
			if got.State == models.RefundFailed {
				w.t.Fatalf("given up after %d hours: %s", hour, got.LastError)
			}
			w.forward(time.Hour)
			w.run()
		}
		w.wantStatus(o, models.OrderRefunded)
		w.wantRefunds(o, 1, 216_33)
		w.wantSound()
	})
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

// Refunds by hand in Alipay's own console: their notifies are booked, whatever comes first, and fulfil nothing.
func TestConsoleRefund(t *testing.T) {
	for name, c := range map[string]struct {
		faults []sandbox.Fault // of the payment
		parts  []int64
		want   models.OrderStatus
	}{
		"a part":                      {nil, []int64{100_00}, models.OrderPaid},
		"two equal parts":             {nil, []int64{50_00, 50_00}, models.OrderPaid},
		"part by part":                {nil, []int64{100_00, 116_33}, models.OrderRefunded},
		"all":                         {nil, []int64{216_33}, models.OrderRefunded},
		"a part, told before it paid": {[]sandbox.Fault{{Name: sandbox.NotifyReorder, Times: 1}}, []int64{100_00}, models.OrderPaid},
		"told in four copies":         {[]sandbox.Fault{{Name: sandbox.NotifyDuplicate, Value: "4"}}, []int64{100_00, 16_33}, models.OrderPaid},
		// The order is unpaid as before: its money came and went.
		"all, and the payment never told": {[]sandbox.Fault{{Name: sandbox.NotifyDrop, Times: 1}}, []int64{216_33}, models.OrderTimedOut},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(w *world) {
				w.fault(c.faults...)
				o := w.order(w.stock.Plain.For(30), w.stock.Rate.For(30))
				link, err := w.Start(w.t.Context(), w.ann.ID, o.OrderNumber, payment.Phone) // wap pay notifies of full refunds, too
				w.must(err)
				w.must(w.alipay.Pay(link, ""))
				if len(c.faults) == 0 {
					w.delivered()
				}
				var back models.Fen
				for _, part := range c.parts {
					w.must(w.alipay.RefundOutside(o.OrderNumber, part))
					w.delivered()
					back += models.Fen(part)
				}
				w.forward(24 * time.Hour)
				w.runUntilQuiet()
				w.wantStatus(o, c.want)
				w.wantRefunds(o, len(c.parts), back)
				w.wantSound()
			})
		})
	}
}

// Shop and console give the same money back at the same time; Alipay lets one of them.
func TestConsoleAndShopRefundTheSame(t *testing.T) {
	onEach(t, func(w *world) {
		o := w.twoCourses()
		w.fault(sandbox.Fault{Name: sandbox.APIBadGateway, Times: 2})
		w.refund(models.NewRefund{OrderNumber: o.OrderNumber})
		w.must(w.alipay.RefundOutside(o.OrderNumber, 216_33))
		w.runUntilQuiet()
		w.forward(24 * time.Hour)
		if report, err := w.Reconcile(w.t.Context(), "2026-11-21"); err != nil || report.Open() != 0 {
			w.t.Errorf("got %+v, %v; want every difference settled", report, err)
		}
		w.wantStatus(o, models.OrderRefunded)
		w.wantRefunds(o, 1, 216_33)
		w.wantSound()
	})
}

package payment_test

import (
	"strings"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/alipay/sandbox"
)

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

// If Alipay refuses a refund for a reason that is not final, the shop gives up after a day and leaves
// it to staff. It never gives up if the seller's balance is too small.
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

// A refund that Alipay has accepted but not made yet is not given up, whatever Alipay answers meanwhile.
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

package payment_test

import (
	"net/http"
	"syscall"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest"
	"luffy/models/payment"
)

// ofOtherApp is the service of a program whose settings name another app. Alipay must not be asked by
// it, whose answers about this one's trades prove nothing.
func (w *world) ofOtherApp() *payment.Service {
	own := w.client
	defer func() { w.client = own }()
	w.client = w.newClient(&http.Client{Transport: unreachable{}})
	return w.service("2021000000000009", "https://shop.example")
}

type unreachable struct{}

func (unreachable) RoundTrip(*http.Request) (*http.Response, error) { return nil, syscall.ECONNREFUSED }

// The settings name another app, and a program with the old ones goes on beside the shop: it learns of
// what was paid and carries out what was to be refunded under the old app, however often the jobs of
// the shop look first.
func TestJobsLeaveWorkToTheOtherApp(t *testing.T) {
	onEach(t, func(w *world) {
		shop := w.ofOtherApp()
		looks := func(forward time.Duration) {
			w.t.Helper()
			w.forward(forward)
			w.must(shop.AskDue(w.t.Context()))
			w.must(w.AskDue(w.t.Context()))
			w.must(shop.RefundDue(w.t.Context()))
			w.must(w.RefundDue(w.t.Context()))
		}
		w.fault(sandbox.Fault{Name: sandbox.NotifyDrop})
		o := w.order()
		w.pay(w.start(o))
		looks(time.Minute)
		w.wantStatus(o, models.OrderPaid)
		refund, err := shop.Refund(w.t.Context(), models.NewRefund{OrderNumber: o.OrderNumber, Reason: "换课"})
		w.must(err)
		if refund.State != models.RefundPending {
			w.t.Errorf("got a refund that is %s under the new app, want it pending", refund.State)
		}
		looks(30 * time.Second)
		w.wantStatus(o, models.OrderRefunded)
		w.wantSound()
	})
}

// Without such a program the shop notes what it cannot do.
func TestWorkOfAnotherAppAlone(t *testing.T) {
	onEach(t, func(w *world) {
		o := w.order()
		w.pay(w.start(o))
		_, err := w.db.CreateRefund(w.t.Context(), models.NewRefund{OrderNumber: o.OrderNumber, Reason: "换课"})
		w.must(err)
		shop := w.ofOtherApp()
		w.forward(2 * time.Minute)
		if err := shop.RefundDue(w.t.Context()); err == nil {
			w.t.Error("got no error, want one that names app " + modelstest.AppID)
		}
		if n := w.count("SELECT COUNT(*) FROM ly_refund WHERE last_error LIKE '%app " + modelstest.AppID + "%'"); n != 1 {
			w.t.Errorf("got %d refunds with the app in their error, want 1", n)
		}
	})
}

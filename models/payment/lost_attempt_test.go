package payment_test

import (
	"slices"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/alipay"
	"luffy/models/alipay/sandbox"
	"luffy/models/payment"
)

// A backup was restored that lacks the second attempt to pay an order, and its student pays again. The
// shop gives the new attempt the name that Alipay knows; whatever became of that trade, the first
// question about it tells, and the order can be paid once.
func TestAttemptWhoseNameAlipayKnows(t *testing.T) {
	for name, c := range map[string]struct {
		happened func(w *world, link, outTradeNo string)
		again    string // how the name of the attempt after that question ends; empty if the order is paid
	}{
		"nobody came": {func(*world, string, string) {}, "_2"},
		"paid":        {func(w *world, link, _ string) { w.pay(link) }, ""},
		"closed": {func(w *world, link, outTradeNo string) {
			w.must(w.alipay.OpenTrade(link, ""))
			w.must(w.client.Close(w.t.Context(), outTradeNo))
		}, "_3"},
		"paid and given back": {func(w *world, link, outTradeNo string) {
			w.pay(link)
			w.must(w.alipay.RefundOutside(outTradeNo, 99_00))
		}, "_3"},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(w *world) {
				w.fault(sandbox.Fault{Name: sandbox.NotifyDrop})
				o := w.order()
				second := o.OrderNumber + "_2"
				w.start(o)
				w.must(w.db.ClosePayment(w.t.Context(), w.view(o).Payments[0].ID, alipay.TradeClosed))
				c.happened(w, w.start(o), second)
				w.exec("DELETE FROM ly_payment WHERE out_trade_no = ?", second)

				w.start(o)
				w.forward(time.Minute)
				w.must(w.AskDue(w.t.Context()))
				if c.again != "" {
					w.wantStatus(o, models.OrderUnpaid)
					if _, biz := w.link(w.Service, o.OrderNumber, "desktop"); biz["out_trade_no"] != o.OrderNumber+c.again {
						w.t.Errorf("got attempt %s, want %s%s", biz["out_trade_no"], o.OrderNumber, c.again)
					}
					w.pay(w.start(o))
				}
				w.runUntilQuiet()
				w.wantStatus(o, models.OrderPaid)
				w.nextMorning()
				if r := w.reconcile(); r.Open() != 0 {
					w.t.Errorf("got %d open differences, want 0: %+v", r.Open(), r.Differences)
				}
				w.wantSound()
			})
		})
	}
}

// The money of a second attempt that a restored backup lacks is found when staff ask about the order, and
// nothing is said of an attempt that never was.
func TestStaffAskAboutLostAttempts(t *testing.T) {
	onEach(t, func(w *world) {
		w.fault(sandbox.Fault{Name: sandbox.NotifyDrop})
		o := w.order()
		w.start(o)
		w.must(w.db.ClosePayment(w.t.Context(), w.view(o).Payments[0].ID, alipay.TradeClosed))
		link := w.start(o)
		w.exec("DELETE FROM ly_payment WHERE out_trade_no = ?", o.OrderNumber+"_2")
		w.wantAnswers(o, payment.Answer{OutTradeNo: o.OrderNumber, State: "no_trade_yet"})
		w.pay(link)
		w.wantAnswers(o, payment.Answer{OutTradeNo: o.OrderNumber, State: "no_trade_yet"},
			payment.Answer{OutTradeNo: o.OrderNumber + "_2", State: "paid", Outcome: models.Fulfilled})
		w.wantStatus(o, models.OrderPaid)
		w.wantSound()
	})
}

// wantAnswers asks about the order as staff do.
func (w *world) wantAnswers(o models.Order, want ...payment.Answer) {
	w.t.Helper()
	got, err := w.AskOrder(w.t.Context(), w.view(o))
	if err != nil || !slices.Equal(got, want) {
		w.t.Errorf("got %v, %v; want %v", got, err, want)
	}
}

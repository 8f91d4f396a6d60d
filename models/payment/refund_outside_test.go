package payment_test

import (
	"testing"
	"time"

	"luffy/models"
	"luffy/models/alipay"
	"luffy/models/alipay/sandbox"
	"luffy/models/payment"
)

// After a backup was restored, the shop uses the number of a refund that the backup lacks once more.
// Alipay knows that number with another sum.
func TestNumberOfALostRefund(t *testing.T) {
	for name, c := range map[string]struct {
		wanted models.NewRefund
		want   models.RefundState
		back   models.Fen
	}{
		"a sum":     {models.NewRefund{Amount: 99_00}, models.RefundDone, 109_00},
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

// The notify of a refund made in the console has the sum of all refunds. One of the shop's own, whose
// answer was lost, is among them. So nothing is booked before the refund query knows each amount.
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

// Refunds made in Alipay's own console are booked by their notifies, in whatever sequence these come.
// They never fulfil an order.
func TestConsoleRefund(t *testing.T) {
	for name, c := range map[string]struct {
		faults []sandbox.Fault // of the payment
		parts  []int64
		want   models.OrderStatus
	}{
		"a part":          {nil, []int64{100_00}, models.OrderPaid},
		"two equal parts": {nil, []int64{50_00, 50_00}, models.OrderPaid},
		"part by part":    {nil, []int64{100_00, 116_33}, models.OrderRefunded},
		"all":             {nil, []int64{216_33}, models.OrderRefunded},
		"a part, told before it paid": {
			[]sandbox.Fault{{Name: sandbox.NotifyReorder, Times: 1}}, []int64{100_00}, models.OrderPaid,
		},
		"told in four copies": {
			[]sandbox.Fault{{Name: sandbox.NotifyDuplicate, Value: "4"}}, []int64{100_00, 16_33}, models.OrderPaid,
		},
		// The order is unpaid as before: its money came and went.
		"all, and the payment never told": {
			[]sandbox.Fault{{Name: sandbox.NotifyDrop, Times: 1}}, []int64{216_33}, models.OrderTimedOut,
		},
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

// Shop and console refund the same money at the same time. Alipay makes only one of the refunds.
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

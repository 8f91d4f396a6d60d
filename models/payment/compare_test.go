package payment_test

import (
	"fmt"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/alipay"
	"luffy/models/alipay/sandbox"
)

func TestFivePlantedDifferences(t *testing.T) {
	onEach(t, func(w *world) {
		missing, wrong, refunded, twice := w.paid(), w.paid(), w.twoCourses(), w.order()
		w.paid() // sound
		w.refund(models.NewRefund{OrderNumber: refunded.OrderNumber, Line: 1})
		first := w.start(twice)
		w.must(w.db.ClosePayment(w.t.Context(), w.view(twice).Payments[0].ID, "TRADE_CLOSED"))
		w.pay(w.start(twice))
		w.pay(first)
		w.payElsewhere("OF_ANOTHER_SYSTEM")
		w.fault(
			sandbox.Fault{Name: sandbox.BillTradeMissing, OutTradeNo: missing.OrderNumber},
			sandbox.Fault{Name: sandbox.BillAmount, OutTradeNo: wrong.OrderNumber, Value: "98.00"},
			sandbox.Fault{Name: sandbox.BillRefundMissing, OutTradeNo: refunded.OrderNumber},
			sandbox.Fault{Name: sandbox.SellerBalance},
		)
		w.nextMorning()
		planted := func(open bool) []task {
			return []task{
				{models.MissingThere, missing.OrderNumber, "-", "99.00", open},
				{models.AmountDiffers, wrong.OrderNumber, "98.00", "99.00", open},
				{models.RefundMissingThere, refunded.OrderNumber, "-", "99.00", open},
				{models.MissingHere, "OF_ANOTHER_SYSTEM", "1.00", "-", true},
				{models.SecondPayment, twice.OrderNumber, "99.00", "99.00", open},
			}
		}
		r := w.reconcile()
		w.wantTasks(r, planted(true)...)
		again := w.reconcile()
		w.wantTasks(again, planted(true)...)
		if fmt.Sprint(tasksOf(r)) != fmt.Sprint(tasksOf(again)) {
			w.t.Errorf("compared twice: got %+v, then %+v", r, again)
		}
		w.alipay.ClearFaults()
		w.forward(time.Hour)
		w.runUntilQuiet()
		r = w.reconcile()
		w.wantTasks(r, planted(false)...)
		for _, d := range r.Differences {
			if d.ClosedAt != nil && d.Action == "" {
				w.t.Errorf("%s of %s is closed without a word", d.Kind, d.OutTradeNo)
			}
		}
		w.wantClean()
	})
}

// payElsewhere pays 1.00 to the same seller for an order that is not the shop's.
func (w *world) payElsewhere(outTradeNo string) {
	w.t.Helper()
	link, err := w.client.PagePayURL(alipay.PagePay{
		OutTradeNo: outTradeNo, Amount: 1_00, Subject: "elsewhere", Expires: w.alipay.Now().Add(time.Hour),
		ReturnURL: "http://127.0.0.1/", NotifyURL: "http://127.0.0.1:1/",
	})
	w.must(err)
	w.must(w.alipay.Pay(link, ""))
}

// The bill tells of what the shop has not heard of. It is booked at once, and the difference is closed.
func TestReconcileHeals(t *testing.T) {
	onEach(t, func(w *world) {
		w.fault(sandbox.Fault{Name: sandbox.NotifyDrop})
		unheard, part, gone := w.order(), w.order(w.stock.Off.For(60)), w.order(w.stock.Rate.For(30))
		for _, o := range []models.Order{unheard, part, gone} {
			w.pay(w.start(o))
		}
		w.must(w.alipay.RefundOutside(part.OrderNumber, 10_00))
		w.must(w.alipay.RefundOutside(gone.OrderNumber, int64(gone.RealPrice)))
		w.nextMorning()
		w.wantTasks(w.reconcile(),
			task{models.MissingHere, unheard.OrderNumber, "99.00", "-", false},
			task{models.MissingHere, part.OrderNumber, part.RealPrice.String(), "-", false},
			task{models.MissingHere, gone.OrderNumber, gone.RealPrice.String(), "-", false},
			task{models.RefundMissingHere, part.OrderNumber, "10.00", "-", false},
			task{models.RefundMissingHere, gone.OrderNumber, gone.RealPrice.String(), "-", false},
		)
		w.wantStatus(unheard, models.OrderPaid)
		w.wantStatus(part, models.OrderPaid)
		w.wantStatus(gone, models.OrderUnpaid)
		w.wantSound()
	})
}

// A refund without 退款批次号 in the bill stands for the shop's refund of its sum and time. If there is
// none, it is booked, once, however often the day is compared.
func TestRefundsWithoutANumberInTheBill(t *testing.T) {
	onEach(t, func(w *world) {
		o := w.twoCourses()
		w.refund(models.NewRefund{OrderNumber: o.OrderNumber, Line: 2})
		w.fault(sandbox.Fault{Name: sandbox.NotifyDrop}, sandbox.Fault{Name: sandbox.BillRefundNameless})
		for range 2 {
			w.forward(2 * time.Minute)
			w.must(w.alipay.RefundOutside(o.OrderNumber, 49_50))
		}
		w.nextMorning()
		booked := task{models.RefundMissingHere, o.OrderNumber, "49.50", "-", false}
		for range 2 {
			w.wantTasks(w.reconcile(), booked, booked)
			w.wantRefunds(o, 3, 216_33)
			w.wantStatus(o, models.OrderRefunded)
			w.wantSound()
		}
		w.alipay.ClearFaults()
		w.wantTasks(w.reconcile(), booked, booked, booked, booked) // their numbers, at last
		w.wantSound()
	})
}

// If Alipay refuses to answer about one row, the rest of the day is compared all the same.
func TestRefusedQuestionIsADifference(t *testing.T) {
	onEach(t, func(w *world) {
		w.fault(sandbox.Fault{Name: sandbox.NotifyDrop})
		unheard, part := w.order(), w.order(w.stock.Off.For(60))
		for _, o := range []models.Order{unheard, part} {
			w.pay(w.start(o))
		}
		w.must(w.alipay.RefundOutside(part.OrderNumber, 10_00))
		w.nextMorning()
		w.fault(sandbox.Fault{Name: sandbox.APICallLimited, Method: "alipay.trade.query", Times: 3})
		for _, open := range []bool{true, false} {
			w.wantTasks(w.reconcile(),
				task{models.MissingHere, unheard.OrderNumber, "99.00", "-", open},
				task{models.MissingHere, part.OrderNumber, part.RealPrice.String(), "-", open},
				task{models.RefundMissingHere, part.OrderNumber, "10.00", "-", open},
			)
		}
		w.wantSound()
	})
}

// A refund that an older shop has made is not booked again, and its row does not keep the others from
// being compared.
func TestOrderBroughtOverRefunded(t *testing.T) {
	onEach(t, func(w *world) {
		o := w.twoCourses()
		w.refund(models.NewRefund{OrderNumber: o.OrderNumber})
		for _, table := range []string{"ly_refund", "ly_payment"} {
			_, err := w.db.SQL().ExecContext(w.t.Context(), "DELETE FROM "+table)
			w.must(err)
		}
		w.paid()
		w.nextMorning()
		w.wantTasks(w.reconcile(),
			task{models.MissingHere, o.OrderNumber, "216.33", "-", false},
			task{models.RefundMissingHere, o.OrderNumber, "216.33", "-", true},
		)
	})
}

// In one second the shop and somebody in Alipay's console give the same sum back. Alipay tells of both
// only in the bill, which may leave out their numbers, and each row there is a refund of its own.
func TestBillOfTwinRefunds(t *testing.T) {
	for name, nameless := range map[string]int{"both numbers": 0, "the console's number": 1, "no number": 2} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(w *world) {
				o := w.twoCourses()
				w.fault(sandbox.Fault{Name: sandbox.NotifyDrop})
				w.refund(models.NewRefund{OrderNumber: o.OrderNumber, Amount: 50_00})
				w.forward(time.Second)
				w.must(w.alipay.RefundOutside(o.OrderNumber, 50_00))
				w.nextMorning()
				for range 2 {
					if nameless > 0 {
						w.fault(sandbox.Fault{Name: sandbox.BillRefundNameless, Times: nameless})
					}
					if r := w.reconcile(); r.Open() != 0 {
						w.t.Errorf("got open differences: %+v", r.Differences)
					}
					if back := w.view(o).RefundedAmount; back != 100_00 {
						w.t.Errorf("got %s back, want 100.00", back)
					}
				}
				w.wantSound()
			})
		})
	}
}

// A refund of the day's last second may be booked on the next day, if Alipay does not tell its time. The
// bill corrects that, so that the books of the day, and of its month, have the refunds of the bill.
func TestRefundNearMidnightHasTheDayOfTheBill(t *testing.T) {
	onEach(t, func(w *world) {
		o := w.twoCourses()
		w.forward(12*time.Hour - 2*time.Second)
		w.refund(models.NewRefund{OrderNumber: o.OrderNumber, Line: 1})
		w.exec("UPDATE ly_refund SET done_at = ?", noon.Add(12*time.Hour+time.Second))
		w.forward(11 * time.Hour)
		if r := w.reconcile(); r.Refunds != 1 || r.Open() != 0 {
			w.t.Errorf("got %d refunds and differences %+v, want one and none", r.Refunds, r.Differences)
		}
		day, err := models.ParsePeriod(billDate)
		w.must(err)
		if sums, err := w.db.SumMovements(w.t.Context(), day); err != nil || sums.Refunds != 1 {
			w.t.Errorf("got %+v, %v; want the refund on the day of the bill", sums, err)
		}
	})
}

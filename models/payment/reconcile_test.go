package payment_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/alipay"
	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest"
	"luffy/models/payment"
)

const (
	billDate   = "2026-11-21" // the day of noon
	methodBill = "alipay.data.dataservice.bill.downloadurl.query"
)

// nextMorning is eleven o'clock of the day after noon, when the bill is there.
func (w *world) nextMorning() { w.forward(23 * time.Hour) }

// reconcile compares the day of noon, which must be possible.
func (w *world) reconcile() payment.Reconciliation {
	w.t.Helper()
	report, err := w.Reconcile(w.t.Context(), billDate)
	w.must(err)
	return report
}

// task is a difference in short, as a test expects it.
type task struct {
	kind         models.DifferenceKind
	outTradeNo   string
	alipay, shop string
	open         bool
}

func tasksOf(r payment.Reconciliation) []task {
	sum := func(f *models.Fen) string {
		if f == nil {
			return "-"
		}
		return f.String()
	}
	var tasks []task
	for _, d := range r.Differences {
		tasks = append(tasks, task{d.Kind, d.OutTradeNo, sum(d.AlipayAmount), sum(d.ShopAmount), d.ClosedAt == nil})
	}
	return tasks
}

func (w *world) wantTasks(r payment.Reconciliation, want ...task) {
	w.t.Helper()
	got := tasksOf(r)
	if len(got) != len(want) {
		w.t.Errorf("got %d tasks, want %d: %+v", len(got), len(want), got)
	}
	for _, task := range want {
		if !slices.Contains(got, task) {
			w.t.Errorf("got %+v, want %+v among them", got, task)
		}
	}
}

func TestBalancedDay(t *testing.T) {
	onEach(t, func(w *world) {
		w.paid()
		o := w.twoCourses()
		w.refund(models.NewRefund{OrderNumber: o.OrderNumber, Line: 2})
		w.order() // unpaid
		w.nextMorning()
		for range 2 {
			r := w.reconcile()
			if r.Date != billDate || r.Trades != 2 || r.TradeSum != 315_33 ||
				r.Refunds != 1 || r.RefundSum != 117_33 || len(r.Differences) != 0 {
				w.t.Errorf("got %+v, want two trades of 315.33, a refund of 117.33 and no difference", r)
			}
		}
	})
}

// A bill is compared part by part; the first and the last of its rows are in different ones.
func TestBillOfManyParts(t *testing.T) {
	w := newWorld(t, modelstest.SQLite)
	for i := range 602 {
		switch i {
		case 0, 601:
			w.paid()
		default:
			w.payElsewhere(fmt.Sprintf("OTHER%d", i))
		}
	}
	w.nextMorning()
	report := w.reconcile()
	if report.Trades != 602 || len(report.Differences) != 600 {
		t.Errorf("got %d trades, %d differences, want 602, 600", report.Trades, len(report.Differences))
	}
	for _, d := range report.Differences {
		if d.Kind != models.MissingHere || !strings.HasPrefix(d.OutTradeNo, "OTHER") {
			t.Errorf("got %s of %s, want only those paid elsewhere", d.Kind, d.OutTradeNo)
		}
	}
}

func TestEmptyDay(t *testing.T) {
	onEach(t, func(w *world) {
		w.nextMorning()
		if r := w.reconcile(); r.Trades != 0 || r.Refunds != 0 || len(r.Differences) != 0 {
			w.t.Errorf("got %+v, want nothing", r)
		}
	})
}

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

// What nobody has told the shop of, the bill does: it is healed at once, and the task says how.
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

// A row of a refund without 退款批次号 is of the shop's refund of its sum and time, or is booked,
// once, however often the day is compared.
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

// What Alipay refuses to say of one row does not keep the day from being compared.
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

func TestReconcileRefusesTheDay(t *testing.T) {
	w := newWorld(t, modelstest.SQLite)
	for _, date := range []string{"2026-11-22", billDate, "2026-02-30", "21.11.2026", "2026-11", "", "yesterday"} {
		if r, err := w.Reconcile(t.Context(), date); !errors.Is(err, payment.ErrBillDate) {
			t.Errorf("%q: got %+v, %v; want ErrBillDate", date, r, err)
		}
	}
}

// A bill that is not there, or not whole, says nothing about the day and changes nothing.
func TestBillThatCannotBeUsed(t *testing.T) {
	for name, c := range map[string]struct {
		fault sandbox.Fault
		want  error // nil = any
	}{
		"not there yet":   {sandbox.Fault{Name: sandbox.BillLate}, alipay.ErrNoBill},
		"no data yet":     {sandbox.Fault{Name: sandbox.BillLate, Value: "NO_BILL_DATA"}, alipay.ErrNoBill},
		"missing columns": {sandbox.Fault{Name: sandbox.BillMissingColumns}, alipay.ErrBill},
		"cut off":         {sandbox.Fault{Name: sandbox.BillCutOff}, alipay.ErrBill},
		"half an archive": {sandbox.Fault{Name: sandbox.BillCutOff, Value: "zip"}, alipay.ErrBill},
		"not a zip":       {sandbox.Fault{Name: sandbox.BillNotZip}, alipay.ErrBill},
		"address expired": {sandbox.Fault{Name: sandbox.BillExpiredURL}, alipay.ErrUnknown},
		"Alipay is down":  {sandbox.Fault{Name: sandbox.APIBadGateway}, alipay.ErrUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(w *world) {
				w.paid()
				w.fault(c.fault)
				w.nextMorning()
				if r, err := w.Reconcile(w.t.Context(), billDate); !errors.Is(err, c.want) {
					w.t.Errorf("got %+v, %v; want %v", r, err, c.want)
				}
				if n := w.count("SELECT (SELECT COUNT(*) FROM ly_bill_difference) + (SELECT COUNT(*) FROM ly_bill_day)"); n != 0 {
					w.t.Errorf("got %d rows about the day, want none", n)
				}
			})
		})
	}
}

func TestBillWithOtherColumns(t *testing.T) {
	onEach(t, func(w *world) {
		w.paid()
		w.fault(sandbox.Fault{Name: sandbox.BillExtraColumns}, sandbox.Fault{Name: sandbox.BillReordered})
		w.nextMorning()
		if r := w.reconcile(); r.TradeSum != 99_00 || len(r.Differences) != 0 {
			w.t.Errorf("got %+v, want 99.00 and no difference", r)
		}
	})
}

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

// reconcileDue lets four replicas make one pass of the daily job each, at once.
func (w *world) reconcileDue() {
	w.t.Helper()
	w.atOnce(4, func() error { return w.ReconcileDue(w.t.Context()) })
}

// atOnce lets so many replicas make one pass of a job each.
func (w *world) atOnce(replicas int, pass func() error) {
	w.t.Helper()
	var running sync.WaitGroup
	for range replicas {
		running.Go(func() {
			if err := pass(); err != nil {
				w.t.Errorf("job: %v", err)
			}
		})
	}
	running.Wait()
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

// By the shop's books a payment came just before midnight, by Alipay's just after: it stands in the
// bill of the next day, which comes a day later. The daily job looks again by itself.
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

// A bill beside that of the day may hold a row near midnight. While it cannot be read the row is
// missing, and no more than that.
func TestBillBesideTheDayCannotBeRead(t *testing.T) {
	onEach(t, func(w *world) {
		o := w.paid()
		_, err := w.db.SQL().ExecContext(w.t.Context(),
			"UPDATE ly_payment SET paid_at = ?", noon.Add(12*time.Hour+time.Second))
		w.must(err)
		w.forward(47 * time.Hour)
		w.fault(sandbox.Fault{Name: sandbox.BillNotZip, Times: 2}) // that of the day itself is empty, and no file
		for _, open := range []bool{true, false} {
			report, err := w.Reconcile(w.t.Context(), "2026-11-22")
			w.must(err)
			w.wantTasks(report, task{models.MissingThere, o.OrderNumber, "-", "99.00", open})
		}
	})
}

// The shop was down, and learned of money that had come and gone only days later: the bill tells on
// which day it went, and in which parts.
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

// After an outage every day is made up for that the shop has sold on, and one whose bill cannot be
// read keeps none of the others waiting.
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

// wantMissing compares the metric.
func (w *world) wantMissing(when string, want int) {
	w.t.Helper()
	if b, err := w.db.Backlog(w.t.Context()); err != nil || b.BillDaysMissing != want {
		w.t.Errorf("%s: got %d days missing, %v; want %d", when, b.BillDaysMissing, err, want)
	}
}

// Of a day without a trade Alipay may have no bill, and says so, or has none three days later. There
// is nothing to compare where the shop, too, has none; else somebody must look.
func TestDayWithoutABill(t *testing.T) {
	for name, c := range map[string]struct {
		word          string
		sold          bool
		first, fourth int // days missing on the first morning, and on the fourth
	}{
		"no data, none sold":   {"NO_BILL_DATA", false, 0, 0},
		"no data, but sold":    {"NO_BILL_DATA", true, 1, 1},
		"not there, none sold": {"BILL_NOT_EXIST", false, 1, 3},
		"not there, but sold":  {"BILL_NOT_EXIST", true, 1, 4},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(w *world) {
				w.start(w.order()) // the shop is open since that day
				if c.sold {
					w.paid()
				}
				w.fault(sandbox.Fault{Name: sandbox.BillLate, Value: c.word})
				w.forward(25 * time.Hour) // 13:00, when a bill is due
				w.reconcileDue()
				w.wantMissing("first day", c.first)
				w.forward(3 * 24 * time.Hour)
				w.reconcileDue()
				w.wantMissing("fourth day", c.fourth)
				if n := w.count("SELECT COUNT(*) FROM ly_bill_difference"); n != 0 {
					w.t.Errorf("got %d differences with no bill, want none", n)
				}
				w.alipay.ClearFaults()
				w.forward(time.Hour)
				w.reconcileDue()
				w.wantMissing("once there are bills", 0)
			})
		})
	}
}

// A row that the shop has just before midnight, and Alipay just after, stands in the bill of a day
// beside the one that has none.
func TestDayWithoutABillBesideAnother(t *testing.T) {
	onEach(t, func(w *world) {
		w.forward(12 * time.Hour) // 00:00
		w.paid()
		_, err := w.db.SQL().ExecContext(w.t.Context(),
			"UPDATE ly_payment SET created_at = ?, paid_at = ?", noon, noon.Add(12*time.Hour-time.Second))
		w.must(err)
		w.forward(37 * time.Hour) // 13:00, when both bills are due
		w.fault(sandbox.Fault{Name: sandbox.BillLate, Value: "NO_BILL_DATA", Times: 1})
		if _, err := w.Reconcile(w.t.Context(), billDate); err != nil {
			w.t.Errorf("got %v, want the day compared with the bill of the next", err)
		}
		w.wantMissing("then", 1) // the next
	})
}

// Days whose bills cannot be had, however many, do not keep an older one from its turn.
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

// What an older shop had given back is not booked once more, and one such row keeps none of the
// others from being compared.
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

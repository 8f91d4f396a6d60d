package payment_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
	"luffy/models/payment"
)

const (
	billDate   = "2026-11-21" // the day of noon
	methodBill = "alipay.data.dataservice.bill.downloadurl.query"
)

// nextMorning moves the time to eleven o'clock on the day after noon, when the bill is there.
func (w *world) nextMorning() { w.forward(23 * time.Hour) }

// reconcile compares the day of noon and fails the test if that is impossible.
func (w *world) reconcile() payment.Reconciliation {
	w.t.Helper()
	report, err := w.Reconcile(w.t.Context(), billDate)
	w.must(err)
	return report
}

// task is what a test expects of a difference.
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

// A bill is compared part by part. Its first and its last row are in different parts.
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

func TestReconcileRefusesTheDay(t *testing.T) {
	w := newWorld(t, modelstest.SQLite)
	for _, date := range []string{"2026-11-22", billDate, "2026-02-30", "21.11.2026", "2026-11", "", "yesterday"} {
		if r, err := w.Reconcile(t.Context(), date); !errors.Is(err, payment.ErrBillDate) {
			t.Errorf("%q: got %+v, %v; want ErrBillDate", date, r, err)
		}
	}
}

package payment_test

import (
	"errors"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/alipay"
	"luffy/models/alipay/sandbox"
)

// A bill that is not there, or not whole, changes nothing.
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

// A row near midnight may be in the bill of the day before or after. While that bill cannot be read,
// the row counts as missing, and nothing worse happens.
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

// For a day without trades Alipay may have no bill: it says so, or there is still none three days
// later. If the shop has no trades of that day either, there is nothing to compare. Otherwise people
// must look.
func TestDayWithoutABill(t *testing.T) {
	for name, c := range map[string]struct {
		word          string
		sold          bool
		first, fourth int // days missing on the first morning, and on the fourth
	}{
		"no data, none sold":   {"NO_BILL_DATA", false, 0, 0},
		"no data, but sold":    {"NO_BILL_DATA", true, 1, 1},
		"not there, none sold": {"isp.bill_not_exist", false, 1, 3},
		"not there, but sold":  {"isp.bill_not_exist", true, 1, 4},
		"as in the documents":  {"BILL_NOT_EXIST", false, 1, 3},
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

// A payment that came before midnight by the shop's clock, and after by Alipay's, is in the bill of
// the next day. The day itself has no bill.
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

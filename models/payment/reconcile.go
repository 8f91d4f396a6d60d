package payment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"luffy/models"
	"luffy/models/alipay"
)

// Reconciliation is the result of comparing one day's bill with the shop.
type Reconciliation struct {
	Date        string
	Trades      int // payments in the bill
	TradeSum    models.Fen
	Refunds     int
	RefundSum   models.Fen
	Differences []models.BillDifference // all of the day, also those that are settled
}

// Open counts the differences that nobody has settled yet.
func (r Reconciliation) Open() int {
	n := 0
	for _, d := range r.Differences {
		if d.ClosedAt == nil {
			n++
		}
	}
	return n
}

// ErrBillDate means that the date is none, or that its day cannot have a bill yet.
var ErrBillDate = errors.New("a day before today, like 2026-11-21, is expected")

// Reconcile compares Alipay's bill of a day in Beijing with the shop, and stores each difference. It
// asks Alipay about payments that the shop has not booked, which books them. Comparing a day again
// gives the same result. Errors: ErrBillDate; alipay.ErrNoBill if there is no bill although there may
// be something to compare.
func (s *Service) Reconcile(ctx context.Context, date string) (Reconciliation, error) {
	day, err := time.ParseInLocation(time.DateOnly, date, models.Beijing)
	if err != nil || !day.AddDate(0, 0, 1).Before(s.db.Now()) {
		return Reconciliation{}, fmt.Errorf("%q: %w", date, ErrBillDate)
	}
	bill, err := s.alipay.Bill(ctx, date)
	if errors.Is(err, alipay.ErrNoBill) {
		return Reconciliation{Date: date}, s.withoutBill(ctx, day, err)
	}
	if err != nil {
		return Reconciliation{}, err
	}
	c := s.comparison(day, bill)
	if err := c.run(ctx); err != nil {
		return Reconciliation{}, err
	}
	all, err := s.db.SaveBillDifferences(ctx, date, c.found)
	if err != nil {
		return Reconciliation{}, err
	}
	report := Reconciliation{Date: date, Differences: all}
	for _, row := range bill.Rows {
		if row.Refund {
			report.Refunds++
			report.RefundSum += models.Fen(row.Amount)
		} else {
			report.Trades++
			report.TradeSum += models.Fen(row.Amount)
		}
	}
	return report, s.db.NoteBillDay(ctx, date)
}

// billPatience is how many days a bill may be late before the shop believes that there will be none.
const billPatience = 3

// withoutBill marks a day without a bill as compared, if nothing was traded on it: Alipay says so, or
// has had no bill for billPatience days, and the shop has booked nothing either. Otherwise it returns
// noBill.
func (s *Service) withoutBill(ctx context.Context, day time.Time, noBill error) error {
	if !alipay.IsNoTrades(noBill) && s.db.Now().Before(day.AddDate(0, 0, 1+billPatience)) {
		return noBill
	}
	date := day.Format(time.DateOnly)
	c := s.comparison(day, alipay.Bill{Date: date})
	if err := c.missingThere(ctx); err != nil || len(c.found) > 0 {
		return cmp.Or(err, noBill)
	}
	return s.db.NoteBillDay(ctx, date)
}

// reconcileFrom is the hour in Beijing from which yesterday's bill is asked for. It is there by nine.
const reconcileFrom = 10

// ReconcileDue compares the days that should have a bill and were not compared yet. The last few days
// are compared again while they have open differences. A day whose bill cannot be fetched does not
// hold up the others.
func (s *Service) ReconcileDue(ctx context.Context) error {
	if s.db.Now().In(models.Beijing).Hour() < reconcileFrom {
		return nil
	}
	days, err := s.db.BillDays(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, date := range days {
		if err := s.reconcileDay(ctx, date); err != nil {
			failed = append(failed, fmt.Errorf("bill of %s: %w", date, err))
		}
	}
	return errors.Join(failed...)
}

// reconcileDay compares a day, unless it is not due or another replica compares it.
func (s *Service) reconcileDay(ctx context.Context, date string) error {
	claimed, err := s.db.ClaimBillDay(ctx, date)
	if err != nil || !claimed {
		return err
	}
	report, err := s.Reconcile(ctx, date)
	if errors.Is(err, alipay.ErrNoBill) {
		s.log.WarnContext(ctx, "bill is not there yet", "date", date)
		return nil
	}
	if err != nil {
		return err
	}
	s.log.InfoContext(ctx, "bill compared", "date", date,
		"trades", report.Trades, "refunds", report.Refunds, "open", report.Open())
	return nil
}

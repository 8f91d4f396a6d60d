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

// Reconciliation is the comparison of one day's bill with the shop.
type Reconciliation struct {
	Date        string
	Trades      int // rows of the bill
	TradeSum    models.Fen
	Refunds     int
	RefundSum   models.Fen
	Differences []models.BillDifference // of the day, settled ones too
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

// ErrBillDate reports a day that cannot have a bill.
var ErrBillDate = errors.New("a day before today, like 2026-11-21, is expected")

// Reconcile compares Alipay's bill of a day in Beijing with the shop, heals what can be healed by
// asking Alipay, and stores each difference. Comparing twice gives the same. Errors: ErrBillDate;
// alipay.ErrNoBill while there is no bill and there may be something to compare.
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

// billPatience is for how many days a bill may be late that Alipay says nothing of.
const billPatience = 3

// withoutBill ends a day that has no bill, where nothing was traded by Alipay's word, or nothing is
// known of it for days, and the shop has nothing of that day either; else it returns noBill.
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

// reconcileFrom is the hour in Beijing from which yesterday's bill is asked for; it is there by nine.
const reconcileFrom = 10

// ReconcileDue compares the days that have a bill and were not compared yet, and the last ones
// again while they have open differences. A day whose bill cannot be had keeps none of the others
// waiting.
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

// reconcileDay compares a day, unless another replica does or it need not be compared.
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

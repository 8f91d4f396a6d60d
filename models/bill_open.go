package models

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
)

// OpenBillDifferences lists the differences that nobody has cleared up, those of the oldest day
// first; Backlog tells how many there are.
func (db *DB) OpenBillDifferences(ctx context.Context, limit int) ([]BillDifference, error) {
	var open []BillDifference
	err := db.with(ctx).Where("closed_at IS NULL").Order("bill_date, id").Limit(limit).Find(&open).Error
	return open, err
}

// OpenDifferencesOf lists the open differences about an order, under the names of all of its attempts,
// those of the oldest day first.
func (db *DB) OpenDifferencesOf(ctx context.Context, o OrderView) ([]BillDifference, error) {
	var open []BillDifference
	err := db.with(ctx).Where("closed_at IS NULL AND out_trade_no IN ?", o.outTradeNos()).
		Order("bill_date, id").Limit(maxListed).Find(&open).Error
	return open, err
}

// BillDifferenceByID reads a difference as it stands; ErrNotFound.
func (db *DB) BillDifferenceByID(ctx context.Context, id int64) (BillDifference, error) {
	var d BillDifference
	err := db.with(ctx).Take(&d, "id = ?", id).Error
	return d, found(err)
}

// ComparedDay is what is stored of the comparison of a day's bill.
type ComparedDay struct {
	At          *time.Time       // of the last comparison; nil when there was none
	Differences []BillDifference // of the page, the open ones first
	Open, Total int              // how many differences there are over all pages
	Page, Pages int
}

// DifferencesPerPage is the length of a page of a day's differences.
const DifferencesPerPage = 50

// ComparedDay reads what the last comparison of a day, yyyy-MM-dd, has left, and one page of its
// differences; a page past the end shows the last.
func (db *DB) ComparedDay(ctx context.Context, date string, page int) (ComparedDay, error) {
	var day ComparedDay
	var known BillDay
	err := db.with(ctx).Take(&known, "bill_date = ?", date).Error
	if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
		return day, err
	}
	var n struct{ Open, Total int }
	err = db.with(ctx).Raw(`
		SELECT COUNT(*) AS total, COUNT(CASE WHEN closed_at IS NULL THEN 1 END) AS open
		FROM ly_bill_difference WHERE bill_date = ?`, date).Scan(&n).Error
	if err != nil {
		return day, err
	}
	day.At, day.Open, day.Total = known.ComparedAt, n.Open, n.Total
	day.Page, day.Pages = clampPage(page, day.Total, DifferencesPerPage)
	err = db.with(ctx).Where("bill_date = ?", date).
		Order("CASE WHEN closed_at IS NULL THEN 0 ELSE 1 END, kind, out_trade_no, id").
		Limit(DifferencesPerPage).Offset((day.Page - 1) * DifferencesPerPage).Find(&day.Differences).Error
	return day, err
}

// MissingBillDays lists the days, yyyy-MM-dd, whose bill should have been compared by now and was
// not, the latest first; Backlog tells how many there are.
func (db *DB) MissingBillDays(ctx context.Context, limit int) ([]string, error) {
	first, last, err := db.billsDue(ctx)
	if err != nil || first.IsZero() {
		return nil, err
	}
	var dates []string
	err = db.with(ctx).Model(&BillDay{}).Where("compared_at IS NOT NULL AND bill_date BETWEEN ? AND ?",
		first.Format(time.DateOnly), last.Format(time.DateOnly)).Pluck("bill_date", &dates).Error
	if err != nil {
		return nil, err
	}
	compared := make(map[string]bool, len(dates))
	for _, date := range dates {
		compared[date] = true
	}
	var missing []string
	for day := last; !day.Before(first) && len(missing) < limit; day = day.AddDate(0, 0, -1) {
		if date := day.Format(time.DateOnly); !compared[date] {
			missing = append(missing, date)
		}
	}
	return missing, nil
}

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

// BillDifferenceByID reads a difference as it stands; ErrNotFound.
func (db *DB) BillDifferenceByID(ctx context.Context, id int64) (BillDifference, error) {
	var d BillDifference
	err := db.with(ctx).Take(&d, "id = ?", id).Error
	return d, found(err)
}

// ComparedDay is what is stored of the comparison of a day's bill.
type ComparedDay struct {
	At          *time.Time       // of the last comparison; nil when there was none
	Differences []BillDifference // the open ones first, and a bounded number
	Total       int              // how many differences there are
}

// ComparedDay reads what the last comparison of a day, yyyy-MM-dd, has left.
func (db *DB) ComparedDay(ctx context.Context, date string, limit int) (ComparedDay, error) {
	var day ComparedDay
	var known BillDay
	err := db.with(ctx).Take(&known, "bill_date = ?", date).Error
	if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
		return day, err
	}
	day.At = known.ComparedAt
	var total int64
	if err := db.with(ctx).Model(&BillDifference{}).Where("bill_date = ?", date).Count(&total).Error; err != nil {
		return day, err
	}
	day.Total = int(total)
	err = db.with(ctx).Where("bill_date = ?", date).
		Order("CASE WHEN closed_at IS NULL THEN 0 ELSE 1 END, kind, out_trade_no, id").
		Limit(limit).Find(&day.Differences).Error
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

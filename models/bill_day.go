package models

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm/clause"
)

// BillDay remembers that the bill of a day was compared.
type BillDay struct {
	BillDate   string `gorm:"primaryKey"`
	ComparedAt *time.Time
	ClaimedAt  time.Time
}

// TableName names the table.
func (BillDay) TableName() string { return "ly_bill_day" }

// billLease is how long a replica may take to compare a day, and the pause before a bill that was
// not there is asked for again.
const billLease = 30 * time.Minute

// billAgain is the pause before a day that has open differences is compared again: a row near
// midnight may stand in the bill of the day after, which is a day late.
const billAgain = 23 * time.Hour

// ClaimBillDay tells whether the caller is to compare that day now: it was not compared yet, or a
// day ago and differences are open, and nobody has tried within the last half hour.
func (db *DB) ClaimBillDay(ctx context.Context, date string) (bool, error) {
	now := db.Now()
	first := db.with(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&BillDay{BillDate: date, ClaimedAt: now})
	if first.Error != nil || first.RowsAffected == 1 {
		return first.Error == nil, first.Error
	}
	claimed := db.with(ctx).Model(&BillDay{}).
		Where("bill_date = ? AND claimed_at <= ?", date, now.Add(-billLease)).
		Where(`compared_at IS NULL OR compared_at <= ? AND EXISTS (
			SELECT 1 FROM ly_bill_difference d
			WHERE d.bill_date = ly_bill_day.bill_date AND d.closed_at IS NULL)`, now.Add(-billAgain)).
		Update("claimed_at", now)
	return claimed.RowsAffected == 1, claimed.Error
}

// NoteBillDay remembers that the day was compared.
func (db *DB) NoteBillDay(ctx context.Context, date string) error {
	now := db.Now()
	return db.with(ctx).Save(&BillDay{BillDate: date, ClaimedAt: now, ComparedAt: &now}).Error
}

// billDays is how many of the last days are listed whether they were compared or not, and
// maxBillDays how many in all.
const (
	billDays    = 3
	maxBillDays = 10
)

// BillDays lists the days to look at, yyyy-MM-dd: the last few, and of those since the first attempt
// to pay at this shop the ones that were never compared, those first that nobody has tried for
// longest. Which are to be compared now ClaimBillDay decides.
func (db *DB) BillDays(ctx context.Context) ([]string, error) {
	first, err := db.firstDay(ctx)
	if err != nil {
		return nil, err
	}
	var known []BillDay
	if err := db.with(ctx).Find(&known).Error; err != nil {
		return nil, err
	}
	tried := make(map[string]BillDay, len(known))
	for _, d := range known {
		tried[d.BillDate] = d
	}
	var days []string
	for back := 0; ; back++ {
		day := midnight(db.Now()).AddDate(0, 0, -1-back)
		if back >= billDays && (first.IsZero() || day.Before(first)) {
			break
		}
		if date := day.Format(time.DateOnly); back < billDays || tried[date].ComparedAt == nil {
			days = append(days, date)
		}
	}
	slices.SortStableFunc(days[billDays:], func(a, b string) int {
		return tried[a].ClaimedAt.Compare(tried[b].ClaimedAt)
	})
	return days[:min(len(days), maxBillDays)], nil
}

// firstDay is the midnight in Beijing that begins the day of the first attempt to pay; the zero
// time when there was none.
func (db *DB) firstDay(ctx context.Context) (time.Time, error) {
	var attempts []Payment
	err := db.with(ctx).Select("created_at").Order("id").Limit(1).Find(&attempts).Error
	if err != nil || len(attempts) == 0 {
		return time.Time{}, err
	}
	return midnight(attempts[0].CreatedAt), nil
}

// billDue is how long after its end a day is to be compared at the latest: at noon.
const billDue = 12 * time.Hour

// billsDue are the first and the last day whose bill should have been compared by now, since the
// first attempt to pay; zero times when there is none.
func (db *DB) billsDue(ctx context.Context) (first, last time.Time, err error) {
	first, err = db.firstDay(ctx)
	last = midnight(db.Now().Add(-billDue)).AddDate(0, 0, -1)
	if err != nil || first.IsZero() || last.Before(first) {
		return time.Time{}, time.Time{}, err
	}
	return first, last, nil
}

// countMissingBillDays counts the days since the first attempt to pay that should have been compared by
// now and were not.
func (db *DB) countMissingBillDays(ctx context.Context) (int, error) {
	first, last, err := db.billsDue(ctx)
	if err != nil || first.IsZero() {
		return 0, err
	}
	var compared int64
	err = db.with(ctx).Model(&BillDay{}).Where("compared_at IS NOT NULL AND bill_date BETWEEN ? AND ?",
		first.Format(time.DateOnly), last.Format(time.DateOnly)).Count(&compared).Error
	return int(last.Sub(first)/(24*time.Hour)) + 1 - int(compared), err
}

// midnight begins the day in Beijing.
func midnight(t time.Time) time.Time {
	y, m, d := t.In(Beijing).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, Beijing)
}

package models

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// throttle is how much of a limit is used up: every try moves SpentUntil one pause further into the
// future.
type throttle struct {
	Bucket     int64 `gorm:"primaryKey;autoIncrement:false"`
	SpentUntil int64 // Unix microseconds
}

// TableName names the table.
func (throttle) TableName() string { return "ly_throttle" }

// Admit counts one try against each of the limits, which all replicas share. The error is a
// TooManyError if a limit is used up; the try is then counted against the limits before that one, and
// not against those after it.
func (db *DB) Admit(ctx context.Context, limits ...Limit) error {
	for _, l := range limits {
		if err := db.admit(ctx, l); err != nil {
			return err
		}
	}
	return nil
}

// maxSkew is how far the clocks of replicas may be apart. A SpentUntil further in the future than that
// allows was written by a clock that was wrong; it is ignored, or it would keep students out for as
// long as the clock was ahead.
const maxSkew = time.Hour

// admit decides within the UPDATE, so that tries at the same moment are counted one by one.
func (db *DB) admit(ctx context.Context, l Limit) error {
	now := db.Now()
	pause := l.pause.Microseconds()
	latest := now.UnixMicro() + (l.burst-1)*pause
	wrong := latest + pause + maxSkew.Microseconds()
	g := db.with(ctx)
	for try := 1; ; try++ {
		counted := g.Exec(`
			UPDATE ly_throttle SET spent_until = CASE WHEN spent_until BETWEEN ? AND ? THEN spent_until ELSE ? END + ?
			WHERE bucket = ? AND (spent_until <= ? OR spent_until > ?)`,
			now.UnixMicro(), latest, now.UnixMicro(), pause, l.bucket(), latest, wrong)
		if counted.Error != nil || counted.RowsAffected == 1 {
			return counted.Error
		}
		var spent throttle
		err := g.Take(&spent, "bucket = ?", l.bucket()).Error
		if err == nil && spent.SpentUntil > latest && spent.SpentUntil <= wrong {
			return TooManyError{Until: time.UnixMicro(spent.SpentUntil - (l.burst-1)*pause).UTC()}
		}
		if errors.Is(err, gorm.ErrRecordNotFound) {
			err = g.Create(&throttle{Bucket: l.bucket(), SpentUntil: now.UnixMicro() + pause}).Error
			if err == nil {
				return nil
			}
		}
		// Meanwhile somebody else has created, changed or deleted the row.
		if err != nil && !errors.Is(err, gorm.ErrDuplicatedKey) || try == txTries {
			return fmt.Errorf("count a try: %w", err)
		}
	}
}

// Forgive takes back a try that Admit counted, because it succeeded.
func (db *DB) Forgive(ctx context.Context, limits ...Limit) error {
	for _, l := range limits {
		err := db.with(ctx).Exec("UPDATE ly_throttle SET spent_until = spent_until - ? WHERE bucket = ?",
			l.pause.Microseconds(), l.bucket()).Error
		if err != nil {
			return err
		}
	}
	return nil
}

// DropSpentThrottles deletes all rows that no longer limit anybody, at most swept with each statement.
func (db *DB) DropSpentThrottles(ctx context.Context) error {
	g := db.with(ctx)
	for {
		var old []int64
		err := g.Model(&throttle{}).Where("spent_until < ?", db.Now().UnixMicro()).Limit(swept).Pluck("bucket", &old).Error
		if err != nil || len(old) == 0 {
			return err
		}
		err = g.Where("bucket IN ? AND spent_until < ?", old, db.Now().UnixMicro()).Delete(&throttle{}).Error
		if err != nil {
			return err
		}
	}
}

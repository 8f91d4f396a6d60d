package models

import (
	"context"
	"database/sql"
	"time"

	"gorm.io/gorm"
)

// Already is what a student has of some courses already, to be shown before they pay for them again.
type Already struct {
	Rights map[int64]Right  // by course; courses without a purchase record are left out
	Unpaid map[int64]string // by course: the number of the latest unpaid order with it
}

// AlreadyHas looks for what the student has of an order's courses outside that order.
func (db *DB) AlreadyHas(ctx context.Context, o OrderView) (Already, error) {
	courses := make([]int64, len(o.Lines))
	for i, line := range o.Lines {
		courses[i] = line.CourseID
	}
	return readAlready(db.with(ctx), o.Order, courses, db.Now())
}

// readAlready ignores the order o itself. While o is only quoted, its ID is 0 and there is none to
// ignore.
func readAlready(g *gorm.DB, o Order, courses []int64, now time.Time) (Already, error) {
	rights, err := readRights(g, o.UserID, courses)
	if err != nil {
		return Already{}, err
	}
	has := Already{Rights: rights, Unpaid: map[int64]string{}}
	args := append([]any{o.UserID, OrderUnpaid, now, o.ID}, values(courses)...)
	err = read(g, func(rows *sql.Rows) error {
		var course int64
		var number string
		err := rows.Scan(&course, &number)
		has.Unpaid[course] = number
		return err
	}, `
		SELECT d.course_id, o.order_number FROM ly_order o JOIN ly_order_detail d ON d.order_id = o.id
		WHERE o.user_id = ? AND o.order_status = ? AND o.closing_to IS NULL AND o.expires_at > ?
		AND o.id <> ? AND d.course_id IN `+placeholders(1, len(courses))+" ORDER BY o.id LIMIT ?",
		append(args, maxListed)...)
	return has, err
}

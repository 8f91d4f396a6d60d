package models

import (
	"context"
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
	var unpaid []struct {
		CourseID    int64
		OrderNumber string
	}
	err = g.Raw(`
		SELECT d.course_id, o.order_number FROM ly_order o JOIN ly_order_detail d ON d.order_id = o.id
		WHERE o.user_id = ? AND o.order_status = ? AND o.closing_to IS NULL AND o.expires_at > ?
		AND o.id <> ? AND d.course_id IN ?
		ORDER BY o.id LIMIT ?`,
		o.UserID, OrderUnpaid, now, o.ID, courses, maxListed).Scan(&unpaid).Error
	has := Already{Rights: rights, Unpaid: make(map[int64]string, len(unpaid))}
	for _, u := range unpaid {
		has.Unpaid[u.CourseID] = u.OrderNumber
	}
	return has, err
}

package models

import (
	"context"
	"time"
)

// Summary is what the first page of the account shows.
type Summary struct {
	Credit     int64 // points owned, including those held by unpaid orders
	CreditHeld int64 // points held by unpaid orders
	Coupons    int   // usable coupons
	Courses    int   // courses that can be learnt now
	Ending     int   // those of Courses that end within EndingSoon
	Unpaid     int   // unpaid orders
	CreatedAt  time.Time
}

// Summary counts what a student has, in one statement.
func (db *DB) Summary(ctx context.Context, user int64) (Summary, error) {
	var s Summary
	now := db.Now()
	err := db.with(ctx).Raw(`
		SELECT u.credit, u.credit_held, u.created_at,
		       (SELECT COUNT(*) FROM ly_user_coupon m WHERE m.user_id = u.id AND `+couponState+` = ?) AS coupons,
		       (SELECT COUNT(*) FROM ly_order o WHERE o.user_id = u.id AND o.order_status = ?) AS unpaid,
		       mine.courses, mine.ending
		FROM ly_user u CROSS JOIN (
			SELECT COUNT(*) AS courses, COUNT(CASE WHEN forever = 0 AND latest < ? THEN 1 END) AS ending
			FROM (SELECT MAX(out_time) AS latest, COUNT(CASE WHEN out_time IS NULL THEN 1 END) AS forever
			      FROM ly_user_course WHERE user_id = ? AND revoked_at IS NULL GROUP BY course_id) rights
			WHERE forever > 0 OR latest > ?) mine
		WHERE u.id = ?`, now, CouponsUsable, OrderUnpaid, now.Add(EndingSoon), user, now, user).Take(&s).Error
	return s, found(err)
}

package models

import (
	"database/sql"
	"time"
)

// fulfilment is how an order came to be paid.
type fulfilment struct {
	at      time.Time
	buyType BuyType
	payType PayType
	tradeNo *string
}

// fulfil turns a locked order into a paid one: it uses the coupon and takes the points that the order
// holds, and grants the courses.
func (tx transaction) fulfil(o Order, f fulfilment) (Order, error) {
	err := tx.execOne(ErrNotPayable, `
		UPDATE ly_order SET order_status = ?, pay_type = ?, pay_time = ?, closing_to = NULL, check_at = NULL, hidden_at = NULL
		WHERE id = ? AND order_status = ?`, OrderPaid, f.payType, f.at, o.ID, o.OrderStatus)
	if err != nil {
		return o, err
	}
	if o.Coupon != 0 {
		if err := tx.useHeldCoupon(o); err != nil {
			return o, err
		}
	}
	if err := tx.takePoints(o); err != nil {
		return o, err
	}
	lines, tallied, err := tx.linesToGrant(o)
	if err != nil {
		return o, err
	}
	if err := tx.moveInTally(o, shelfPaid, tallied); err != nil {
		return o, err
	}
	if err := tx.grantCourses(o, f, lines); err != nil {
		return o, err
	}
	o.OrderStatus, o.PayType, o.PayTime = OrderPaid, f.payType, &f.at
	return o, nil
}

// takePoints takes the points that the order holds. It locks the student's row in any case, so that
// two orders of one student cannot both extend the same right.
func (tx transaction) takePoints(o Order) error {
	if o.Credit != 0 {
		return tx.spendHeldCredit(o)
	}
	return tx.lockStudent(o.UserID)
}

// grantCourses writes the purchase records, counts new students and removes the courses from the cart.
func (tx transaction) grantCourses(o Order, f fulfilment, lines []lineToGrant) error {
	var won []int64
	var records, courses []any
	for _, line := range lines {
		if line.right.Records == 0 {
			won = append(won, line.CourseID)
		}
		courses = append(courses, line.CourseID)
		records = append(records, o.UserID, line.CourseID, line.ID, f.tradeNo, f.buyType, f.at,
			line.right.Extended(f.at, line.ExpireDays), tx.now)
	}
	if err := tx.countStudents(won, 1); err != nil {
		return err
	}
	_, err := tx.exec(`INSERT INTO ly_user_course
		(user_id, course_id, order_detail_id, trade_no, buy_type, pay_time, out_time, created_at) VALUES `+
		placeholders(len(lines), 8), records...)
	if err != nil {
		return err
	}
	_, err = tx.exec("DELETE FROM ly_cart_item WHERE user_id = ? AND course_id IN "+placeholders(1, len(courses)),
		append([]any{o.UserID}, courses...)...)
	return err
}

// lineToGrant is an order line with the right to its course that the student already has.
type lineToGrant struct {
	ID         int64
	CourseID   int64
	ExpireDays int
	right      Right
}

// linesToGrant reads the lines of an order, sorted by course so that all transactions write their
// records in the same sequence. tallied is the last order that is counted in the student's tally. The
// student's row must be locked, so that the rights and the tally stay as they were read. The error is
// errNoLines if there are none.
func (tx transaction) linesToGrant(o Order) (lines []lineToGrant, tallied int64, err error) {
	err = tx.query(func(rows *sql.Rows) error {
		var line lineToGrant
		var record *int64 // nil when the student has no record of the course
		var end *time.Time
		if err := rows.Scan(&line.ID, &line.CourseID, &line.ExpireDays, &record, &end, &tallied); err != nil {
			return err
		}
		if n := len(lines); n == 0 || lines[n-1].ID != line.ID {
			lines = append(lines, line)
		}
		if record != nil {
			lines[len(lines)-1].right.add(end)
		}
		return nil
	}, `
		SELECT d.id, d.course_id, d.expire_days, r.id, r.out_time, u.orders_tallied
		FROM ly_order_detail d JOIN ly_user u ON u.id = ?
		LEFT JOIN ly_user_course r ON r.user_id = u.id AND r.course_id = d.course_id AND r.revoked_at IS NULL
		WHERE d.order_id = ? ORDER BY d.course_id`, o.UserID, o.ID)
	if err == nil && len(lines) == 0 {
		err = errNoLines
	}
	return lines, tallied, err
}

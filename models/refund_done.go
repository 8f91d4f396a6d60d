package models

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// FinishRefund books a refund that Alipay has carried out, with all that goes back with it. Called
// again it changes nothing.
//
// The rule: a refund of a line revokes that line's purchase record and gives its share of the
// points back. A refund of a bare sum revokes nothing. Once all that was paid has gone back, every
// record of the order is revoked, the rest of the points and the coupon return, and the order is
// 已退款.
func (db *DB) FinishRefund(ctx context.Context, id int64, doneAt time.Time) error {
	return db.inTx(ctx, func(tx transaction) error {
		order, payment, err := tx.lockForRefund(id)
		if err != nil {
			return err
		}
		var refund Refund
		if err := tx.Take(&refund, "id = ?", id).Error; err != nil {
			return err
		}
		switch refund.State {
		case RefundDone:
			return nil
		case RefundFailed:
			return tx.finishRefused(order, payment, refund, doneAt)
		default:
			return tx.finishRefund(order, payment, refund, doneAt)
		}
	})
}

// lockForRefund locks the order that a refund is of, then reads its payment.
func (tx transaction) lockForRefund(id int64) (Order, Payment, error) {
	var payment Payment
	err := tx.Raw(`
		SELECT p.* FROM ly_payment p JOIN ly_refund f ON f.payment_id = p.id
		WHERE f.id = ?`, id).Take(&payment).Error
	if err != nil {
		return Order{}, payment, found(err)
	}
	var order Order
	if err := lockRows(tx.DB).Take(&order, "id = ?", payment.OrderID).Error; err != nil {
		return order, payment, err
	}
	return order, payment, tx.Take(&payment, "id = ?", payment.ID).Error
}

func (tx transaction) finishRefund(o Order, p Payment, r Refund, doneAt time.Time) error {
	done := columns{"state": RefundDone, "done_at": doneAt.UTC(), "try_at": nil, "last_error": ""}
	if p.State == PaymentPaid {
		points, err := tx.takeBack(o, r, doneAt.UTC())
		if err != nil {
			return err
		}
		done["points"] = points
	}
	err := exactlyOne(tx.Model(&Refund{}).Where("id = ? AND state <> ?", r.ID, RefundDone).Updates(done), ErrNotPayable)
	if err != nil || p.State == PaymentPaid {
		return err
	}
	return tx.noteReturned(p)
}

// takeBack undoes what the refunded money had bought, and gives the points that go back with it.
func (tx transaction) takeBack(o Order, r Refund, at time.Time) (points int64, err error) {
	full := o.RefundedAmount+r.Amount >= o.RealPrice
	values := columns{"refunded_amount": gorm.Expr("refunded_amount + ?", r.Amount)}
	if full {
		values["order_status"], values["refunded_at"] = OrderRefunded, at
	}
	changed := tx.Model(&Order{}).Where("id = ? AND order_status = ?", o.ID, OrderPaid).Updates(values)
	if err := exactlyOne(changed, ErrNotPayable); err != nil {
		return 0, err
	}
	if full {
		if err := tx.returnCoupon(o); err != nil {
			return 0, err
		}
	}
	if points, err = tx.returnPoints(o, r, full); err != nil {
		return points, err
	}
	to := shelfPartly // also locks the student's row: what revoke reads of the rights stays true
	if full {
		to = shelfRefunded
	}
	if err := tx.reshelve(o, to); err != nil {
		return points, err
	}
	return points, tx.revoke(o, r, full)
}

// returnCoupon frees the coupon that the order used. Its end stays as it was.
func (tx transaction) returnCoupon(o Order) error {
	if o.Coupon == 0 {
		return nil
	}
	return tx.Model(&UserCoupon{}).Where("id = ? AND order_id = ?", o.Coupon, o.ID).
		Updates(columns{"order_id": nil, "used_at": nil}).Error
}

// returnPoints gives back a line's share of the order's points, rounded down, and with the last
// refund all that is left of them.
func (tx transaction) returnPoints(o Order, r Refund, full bool) (int64, error) {
	var points int64
	if o.Credit > 0 && (full || r.OrderDetailID != nil) {
		var earlier int64
		err := tx.Raw("SELECT COALESCE(SUM(points), 0) FROM ly_refund WHERE payment_id = ?",
			r.PaymentID).Scan(&earlier).Error
		if err != nil {
			return 0, err
		}
		points = o.Credit - earlier
		if !full {
			var line OrderDetail
			if err := tx.Take(&line, "id = ?", *r.OrderDetailID).Error; err != nil {
				return 0, err
			}
			points = min(points, o.pointsOf(line))
		}
	}
	if points == 0 {
		return 0, nil
	}
	return points, tx.addCredit(Credit{
		UserID: o.UserID, Opera: CreditBack, Number: points, OrderID: &o.ID, Reference: fmt.Sprintf("refund:%d", r.ID),
	})
}

// pointsOf is a line's share of the points that the order used, rounded down.
func (o Order) pointsOf(line OrderDetail) int64 {
	if o.Credit == 0 {
		return 0
	}
	return int64(mulDiv(Fen(o.Credit), line.SalePrice, o.TotalPrice-o.DiscountAmount))
}

// revoke ends the purchase records that the refund is of. A student's request for one of them has
// its refund with that.
func (tx transaction) revoke(o Order, r Refund, full bool) error {
	g := tx.Model(&UserCourse{}).Where(
		"order_detail_id IN (?) AND revoked_at IS NULL", tx.Model(&OrderDetail{}).Select("id").Where("order_id = ?", o.ID))
	switch {
	case full:
	case r.OrderDetailID != nil:
		g = g.Where("order_detail_id = ?", *r.OrderDetailID)
	default:
		return nil
	}
	var records []UserCourse
	if err := g.Order("course_id").Find(&records).Error; err != nil || len(records) == 0 {
		return err
	}
	ids, courses, lines := make([]int64, len(records)), make([]int64, len(records)), make([]int64, len(records))
	for i, record := range records {
		ids[i], courses[i], lines[i] = record.ID, record.CourseID, *record.OrderDetailID
	}
	if err := tx.Model(&UserCourse{}).Where("id IN ?", ids).Update("revoked_at", tx.now).Error; err != nil {
		return err
	}
	if err := tx.grantRequests(r, lines...); err != nil {
		return err
	}
	return tx.loseCourses(o.UserID, courses)
}

// loseCourses shortens what the revoked records had extended, and counts the students lost.
func (tx transaction) loseCourses(user int64, courses []int64) error {
	rights, err := readRights(tx.DB, user, courses)
	if err != nil {
		return err
	}
	var lost []int64
	for _, course := range courses {
		if rights[course].Records == 0 {
			lost = append(lost, course)
			continue
		}
		if err := tx.chainAnew(user, course); err != nil {
			return err
		}
	}
	return tx.countStudents(lost, -1)
}

// chainAnew sets the ends of a student's remaining records of a course as if the revoked one had
// never extended them.
func (tx transaction) chainAnew(user, course int64) error {
	var records []struct {
		ID         int64
		PayTime    time.Time
		OutTime    *time.Time
		ExpireDays *int // nil for presents, whose end stands
	}
	err := tx.Raw(`
		SELECT r.id, r.pay_time, r.out_time, d.expire_days FROM ly_user_course r
		LEFT JOIN ly_order_detail d ON d.id = r.order_detail_id
		WHERE r.user_id = ? AND r.course_id = ? AND r.revoked_at IS NULL ORDER BY r.id`, user, course).Scan(&records).Error
	if err != nil {
		return err
	}
	var chain Right
	for _, r := range records {
		end := r.OutTime
		if r.ExpireDays != nil {
			end = chain.Extended(r.PayTime, *r.ExpireDays)
		}
		chain.add(end)
		if err := tx.Model(&UserCourse{}).Where("id = ?", r.ID).Update("out_time", end).Error; err != nil {
			return err
		}
	}
	return nil
}

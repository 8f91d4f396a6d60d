package models

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// FinishRefund books a refund that Alipay has carried out, and takes back what the money had bought;
// doing it again changes nothing. Errors: ErrNotFound. What is taken back:
//
//   - With a refund of a line, that line's purchase record is revoked, and its share of the points
//     returns.
//   - With a refund of a bare sum, nothing.
//   - With the refund that completes the sum paid, every purchase record of the order is revoked, the
//     rest of the points and the coupon return, and the order is 已退款.
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

// lockForRefund locks the order of a refund and then reads the payment.
func (tx transaction) lockForRefund(id int64) (Order, Payment, error) {
	var orderID int64
	err := tx.query(func(rows *sql.Rows) error { return rows.Scan(&orderID) },
		"SELECT p.order_id FROM ly_payment p JOIN ly_refund f ON f.payment_id = p.id WHERE f.id = ?", id)
	if err != nil {
		return Order{}, Payment{}, err
	}
	order, err := tx.lockOrder("o.id = ?", orderID)
	if err != nil {
		return order, Payment{}, err
	}
	var p Payment
	err = tx.query(func(rows *sql.Rows) error { return rows.Scan(p.places()...) },
		"SELECT "+paymentColumns+" FROM ly_payment p JOIN ly_refund f ON f.payment_id = p.id WHERE f.id = ?", id)
	return order, p, err
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

// takeBack takes back what the refunded money had bought, and returns how many points returned.
func (tx transaction) takeBack(o Order, r Refund, at time.Time) (points int64, err error) {
	if o.RefundedAmount+r.Amount >= o.RealPrice {
		return tx.takeBackAll(o, r, at)
	}
	return tx.takeBackPart(o, r)
}

func (tx transaction) takeBackAll(o Order, r Refund, at time.Time) (points int64, err error) {
	if err := tx.addRefunded(o, r, columns{"order_status": OrderRefunded, "refunded_at": at}); err != nil {
		return 0, err
	}
	if err := tx.returnCoupon(o); err != nil {
		return 0, err
	}
	if points, err = tx.pointsLeft(o, r); err != nil {
		return 0, err
	}
	if err := tx.returnPoints(o, r, points); err != nil {
		return points, err
	}
	// This locks the student's row, so that the rights stay as revoke reads them.
	if err := tx.reshelve(o, shelfRefunded); err != nil {
		return points, err
	}
	return points, tx.revoke(o, r, tx.grantedBy(o))
}

func (tx transaction) takeBackPart(o Order, r Refund) (points int64, err error) {
	if err := tx.addRefunded(o, r, columns{}); err != nil {
		return 0, err
	}
	if r.OrderDetailID == nil {
		return 0, tx.reshelve(o, shelfPartly)
	}
	if points, err = tx.pointsOfRefund(o, r); err != nil {
		return 0, err
	}
	if err := tx.returnPoints(o, r, points); err != nil {
		return points, err
	}
	// This locks the student's row, so that the rights stay as revoke reads them.
	if err := tx.reshelve(o, shelfPartly); err != nil {
		return points, err
	}
	return points, tx.revoke(o, r, tx.grantedBy(o).Where("order_detail_id = ?", *r.OrderDetailID))
}

// addRefunded adds the refund to what the paid order has given back, and writes other values with it.
func (tx transaction) addRefunded(o Order, r Refund, values columns) error {
	values["refunded_amount"] = gorm.Expr("refunded_amount + ?", r.Amount)
	changed := tx.Model(&Order{}).Where("id = ? AND order_status = ?", o.ID, OrderPaid).Updates(values)
	return exactlyOne(changed, ErrNotPayable)
}

// returnCoupon frees the coupon that the order used. It does not prolong it.
func (tx transaction) returnCoupon(o Order) error {
	if o.Coupon == 0 {
		return nil
	}
	return tx.Model(&UserCoupon{}).Where("id = ? AND order_id = ?", o.Coupon, o.ID).
		Updates(columns{"order_id": nil, "used_at": nil}).Error
}

// pointsLeft are the points of the order that have not returned with earlier refunds.
func (tx transaction) pointsLeft(o Order, r Refund) (int64, error) {
	if o.Credit == 0 {
		return 0, nil
	}
	var earlier int64
	err := tx.Raw("SELECT COALESCE(SUM(points), 0) FROM ly_refund WHERE payment_id = ?",
		r.PaymentID).Scan(&earlier).Error
	return o.Credit - earlier, err
}

// pointsOfRefund is the share of the refund's line in the order's points, at most those that are left.
func (tx transaction) pointsOfRefund(o Order, r Refund) (int64, error) {
	if o.Credit == 0 {
		return 0, nil
	}
	left, err := tx.pointsLeft(o, r)
	if err != nil {
		return 0, err
	}
	var line OrderDetail
	err = tx.Take(&line, "id = ?", *r.OrderDetailID).Error
	return min(left, o.pointsOf(line)), err
}

func (tx transaction) returnPoints(o Order, r Refund, points int64) error {
	if points == 0 {
		return nil
	}
	return tx.addCredit(Credit{
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

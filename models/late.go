package models

import (
	"errors"
	"slices"
)

// confirmLate grants a closed order that was paid after all, if its coupon and points are still free and its courses still sold at its
// prices; otherwise the whole sum goes back.
func (tx tx) confirmLate(o Order, p Payment, trade PaidTrade) (Outcome, error) {
	err := tx.attempt(grantLate(o, p, trade))
	for _, gone := range []error{ErrWithdrawn, ErrPriceChanged, ErrCoupon, ErrPoints} {
		if errors.Is(err, gone) {
			return OrderClosed, tx.sendBack(p, trade, RefundLate)
		}
	}
	return FulfilledLate, err
}

func grantLate(o Order, p Payment, trade PaidTrade) func(tx) error {
	return func(tx tx) error {
		if err := tx.stillSold(o); err != nil {
			return err
		}
		if err := tx.hold(o); err != nil {
			return err
		}
		return tx.settleAndFulfil(o, p, trade)
	}
}

// stillSold tells whether every line of the order could be bought today at its price: nil, ErrWithdrawn or ErrPriceChanged.
func (tx tx) stillSold(o Order) error {
	var lines []OrderDetail
	if err := tx.Where("order_id = ?", o.ID).Find(&lines).Error; err != nil {
		return err
	}
	ids := make([]int64, len(lines))
	for i, line := range lines {
		ids[i] = line.CourseID
	}
	var courses []Course
	if err := tx.Where("id IN ? AND published = ?", ids, true).Find(&courses).Error; err != nil {
		return err
	}
	book, err := openOffers(tx.DB, ids, tx.now)
	if err != nil {
		return err
	}
	for _, line := range lines {
		i := slices.IndexFunc(courses, func(c Course) bool { return c.ID == line.CourseID })
		if i < 0 {
			return ErrWithdrawn
		}
		offer, err := book.offer(courses[i], line.Expire)
		if err != nil {
			return err
		}
		if offer.SalePrice != line.SalePrice {
			return ErrPriceChanged
		}
	}
	return nil
}

// sendBack notes money that the order cannot take, together with the refund that returns all of it.
func (tx tx) sendBack(p Payment, trade PaidTrade, cause RefundCause) error {
	if err := tx.settlePayment(p, trade, PaymentSurplus); err != nil {
		return err
	}
	return tx.addRefund(&Refund{
		PaymentID: p.ID, Amount: p.Amount, Cause: cause, Reason: cause.String(), RequestedBy: "luffy",
	}, p)
}

// holdWrong keeps a sum that was not asked for until staff have given it back at Alipay. The row takes the sum that came, because that
// is what must go back; the order still says what was asked for.
func (tx tx) holdWrong(p Payment, trade PaidTrade) error {
	if err := tx.settlePayment(p, trade, PaymentHeld); err != nil {
		return err
	}
	return tx.Model(&Payment{}).Where("id = ?", p.ID).Update("amount", trade.Amount).Error
}

// noteGone books a trade whose money came and went without the shop: nothing is granted for it.
func (tx tx) noteGone(o Order, p Payment, trade PaidTrade) error {
	if err := tx.settlePayment(p, trade, PaymentSurplus); err != nil {
		return err
	}
	p.State = PaymentSurplus
	return tx.bookOutside(o, p, nil, RefundNews{Amount: p.Amount, At: tx.now})
}

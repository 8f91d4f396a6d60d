package models

import (
	"errors"
	"fmt"

	"gorm.io/gorm"
)

// The errors that callers can tell apart. Any other error is a fault of the database, and its text
// never reaches a page.
var (
	// ErrNotFound: there is no such row, or it is another student's.
	ErrNotFound = errors.New("not found")
	// ErrTaken: the name is in use.
	ErrTaken = errors.New("already taken")
	// ErrCartFull: the cart holds as many courses as it can.
	ErrCartFull = errors.New("cart is full")
	// ErrEmptyCart: nothing in the cart is selected.
	ErrEmptyCart = errors.New("no course is selected")
	// ErrWithdrawn: a course or its term is no longer sold.
	ErrWithdrawn = errors.New("course or term no longer sold")
	// ErrPriceChanged: the courses, terms or prices are not those that the student saw.
	ErrPriceChanged = errors.New("prices changed since the page was made")
	// ErrCoupon: the coupon is not the student's, not usable for this order, or held by another order.
	ErrCoupon = errors.New("coupon cannot be used")
	// ErrPoints: fewer points are free than asked for, or more than the order can take.
	ErrPoints = errors.New("points cannot be used")
	// ErrTooMuch: the order costs more than Alipay takes in one trade.
	ErrTooMuch = errors.New("more than one trade can take")
	// ErrNotPayable: the order is not waiting for payment any more.
	ErrNotPayable = errors.New("order is not waiting for payment")
	// ErrNotEnded: the order is unpaid or paid; it would have to be closed or refunded.
	ErrNotEnded = errors.New("order is neither closed nor refunded")
	// ErrPastDeadline: the time to pay the order is over.
	ErrPastDeadline = errors.New("the time to pay the order is over")
)

// found turns the ORM's error for "no row" into ErrNotFound.
func found(err error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return ErrNotFound
	}
	return err
}

// exactlyOne returns the error of a guarded UPDATE: notOne if it did not change exactly one row,
// because somebody else had changed that row before.
func exactlyOne(result *gorm.DB, notOne error) error {
	if result.Error != nil {
		return result.Error
	}
	if result.RowsAffected != 1 {
		return fmt.Errorf("%d rows instead of one: %w", result.RowsAffected, notOne)
	}
	return nil
}

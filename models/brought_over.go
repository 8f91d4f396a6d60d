package models

import (
	"context"
	"errors"
)

// errNoLines means that an order has no lines: its courses were deleted, and the lines with them.
var errNoLines = errors.New("the order has no lines")

// incomplete tells whether err means that an order does not hold its coupon or its points, or has no
// lines. This happens only to orders that were brought over from an older shop.
func incomplete(err error) bool {
	return errors.Is(err, ErrCoupon) || errors.Is(err, ErrPoints) || errors.Is(err, errNoLines)
}

// completeOrClose makes an unpaid order hold its coupon and points again. If they are no longer free, or
// if it has no lines, it closes the order, so that its money is treated like any late payment.
func (db *DB) completeOrClose(ctx context.Context, outTradeNo string) error {
	return db.inTx(ctx, func(tx transaction) error {
		order, _, err := tx.lockForPayment(outTradeNo)
		if err != nil || order.OrderStatus != OrderUnpaid {
			return err // if nil, another caller was faster
		}
		err = tx.nested(func(tx transaction) error {
			if err := tx.release(order); err != nil {
				return err
			}
			if _, _, err := tx.linesToGrant(order); err != nil {
				return err
			}
			return tx.hold(order)
		})
		if incomplete(err) {
			return tx.closeOrder(order, OrderTimedOut)
		}
		return err
	})
}

// adoptPayment stores an attempt of which the order has no row: the first of an order that an older
// shop made, which used the order number as out_trade_no and stored no attempts, or one that a restored
// backup lacks. An order's price never changes, so every attempt of it is of the same sum. The AppID
// stays empty, because nobody recorded the app. ErrNotFound means that the shop gives no such names.
func (tx transaction) adoptPayment(o Order, outTradeNo string) (Payment, error) {
	if attemptOf(outTradeNo) == 0 {
		return Payment{}, ErrNotFound
	}
	return tx.insertPayment(Payment{
		OrderID: o.ID, OutTradeNo: outTradeNo, Amount: o.RealPrice, State: PaymentOpen,
		ExpiresAt: o.ExpiresAt, CreatedAt: tx.now,
	})
}

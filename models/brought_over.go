package models

import (
	"context"
	"errors"
)

// lacksHold tells that an order could not take the coupon or the points that it should hold. Only
// one that was brought over from an older shop may lack them.
func lacksHold(err error) bool { return errors.Is(err, ErrCoupon) || errors.Is(err, ErrPoints) }

// holdOrClose lets an unpaid order hold its coupon and points anew. Where they are not to be had any
// more it is closed, and its money goes back like any that comes late.
func (db *DB) holdOrClose(ctx context.Context, outTradeNo string) error {
	return db.inTx(ctx, func(tx transaction) error {
		order, _, err := tx.lockForPayment(outTradeNo)
		if err != nil || order.OrderStatus != OrderUnpaid {
			return err // another caller was faster
		}
		err = tx.attempt(func(tx transaction) error {
			if err := tx.release(order); err != nil {
				return err
			}
			return tx.hold(order)
		})
		if lacksHold(err) {
			return tx.closeOrder(order, OrderTimedOut)
		}
		return err
	})
}

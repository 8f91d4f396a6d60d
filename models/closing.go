package models

import (
	"context"
	"database/sql"
	"slices"
	"time"
)

// Closing is an unpaid order on its way to a closed state, with the attempts that must be closed at
// Alipay first. An order brought over from an older shop may have no stored attempt; then Open holds
// one named by the order's number, because nothing is closed before Alipay was asked.
type Closing struct {
	Order Order
	Open  []Payment
}

// closingLease is how long one process may take to close an order before another takes over.
// closingPause is the longest pause before an order that could not be closed is tried again.
const (
	closingLease = time.Minute
	closingPause = 15 * time.Minute
)

// BeginCancel puts a student's own unpaid order on the way to 已取消. From then on no new attempt to
// pay it is opened. Errors: ErrNotFound; ErrNotPayable if the order is no longer unpaid.
func (db *DB) BeginCancel(ctx context.Context, user int64, number string) (Closing, error) {
	var closing Closing
	err := db.inTx(ctx, func(tx transaction) error {
		order, err := tx.lockOwnOrder(user, number)
		if err != nil {
			return err
		}
		if order.OrderStatus != OrderUnpaid {
			return ErrNotPayable
		}
		closing, err = tx.beginClosing(order, OrderCancelled)
		return err
	})
	return closing, err
}

// ClaimDue takes up to limit orders whose time to pay is over, or whose closing was begun and not
// finished; those that have waited longest come first. Several replicas may call it at once: each
// order goes to one of them. An order that is not closed by then comes up again after nextCheck. Only
// the orders that it takes are locked, so payments of other orders do not wait for it.
func (db *DB) ClaimDue(ctx context.Context, limit int) ([]Closing, error) {
	if waits, err := db.anyDue(ctx, "ly_order", "due_at", "ly_order_due_at"); err != nil || !waits {
		return nil, err
	}
	var due []Closing
	err := db.inTx(ctx, func(tx transaction) (err error) {
		due, err = tx.claimDue(limit)
		return err
	})
	return due, err
}

func (tx transaction) claimDue(limit int) ([]Closing, error) {
	var orders []Order
	err := tx.query(func(rows *sql.Rows) error {
		var o Order
		err := rows.Scan(o.places()...)
		orders = append(orders, o)
		return err
	}, "SELECT "+orderColumns+" FROM "+tx.queue("ly_order", "o", "ly_order_due_at")+
		" WHERE o.due_at <= ? ORDER BY o.due_at LIMIT ?"+tx.forUpdateSkip(), tx.now, limit)
	if err != nil {
		return nil, err
	}
	due := make([]Closing, len(orders))
	for i, order := range orders {
		var err error
		if due[i], err = tx.beginClosing(order, OrderTimedOut); err != nil {
			return nil, err
		}
	}
	return due, nil
}

// beginClosing keeps a target state that was set before: an order that its student cancelled does not
// become timed out.
func (tx transaction) beginClosing(o Order, to OrderStatus) (Closing, error) {
	if o.ClosingTo == nil {
		o.ClosingTo = &to
	}
	err := tx.execOne(ErrNotPayable, "UPDATE ly_order SET closing_to = ?, check_at = ? WHERE id = ? AND order_status = ?",
		*o.ClosingTo, o.nextCheck(tx.now), o.ID, OrderUnpaid)
	if err != nil {
		return Closing{}, err
	}
	open, err := tx.attemptsToClose(o)
	return Closing{Order: o, Open: open}, err
}

func (tx transaction) attemptsToClose(o Order) ([]Payment, error) {
	all, err := paymentsOf(tx.DB, o.ID)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		first, err := tx.adoptPayment(o, o.OrderNumber)
		return []Payment{first}, err
	}
	return slices.DeleteFunc(all, func(p Payment) bool { return p.State != PaymentOpen }), nil
}

// nextCheck is when an order that is claimed now is claimed again, unless it is closed by then. The
// pause grows with the time that the order is overdue, from closingLease to closingPause, because an
// order that could not be closed for long waits for Alipay.
func (o Order) nextCheck(now time.Time) time.Time {
	return now.Add(min(max(closingLease, now.Sub(o.ExpiresAt)), closingPause))
}

// FinishClosing closes an order whose attempts Alipay has closed or does not know, and gives its
// coupon and points back. ErrNotPayable means that the order was paid or closed meanwhile.
func (db *DB) FinishClosing(ctx context.Context, order int64) error {
	return db.inTx(ctx, func(tx transaction) error {
		o, err := tx.lockOrder("o.id = ?", order)
		if err != nil {
			return err
		}
		if o.OrderStatus != OrderUnpaid || o.ClosingTo == nil {
			return ErrNotPayable
		}
		return tx.closeOrder(o, *o.ClosingTo)
	})
}

// closeOrder ends a locked unpaid order.
func (tx transaction) closeOrder(o Order, as OrderStatus) error {
	err := tx.execOne(ErrNotPayable, `
		UPDATE ly_order SET order_status = ?, closed_as = ?, closed_at = ?, closing_to = NULL, check_at = NULL
		WHERE id = ? AND order_status = ?`, as, as, tx.now, o.ID, OrderUnpaid)
	if err != nil {
		return err
	}
	if err := tx.release(o); err != nil {
		return err
	}
	return tx.reshelve(o, shelfClosed)
}

// release frees the coupon and the points that hold reserved for the order.
func (tx transaction) release(o Order) error {
	if o.Coupon != 0 {
		err := tx.Model(&UserCoupon{}).Where("id = ? AND order_id = ? AND used_at IS NULL", o.Coupon, o.ID).
			Update("order_id", nil).Error
		if err != nil {
			return err
		}
	}
	if o.Credit != 0 {
		return tx.releaseCredit(o.UserID, o.Credit)
	}
	return nil
}

// ClosePayment marks an open attempt as closed, with Alipay's trade_status.
func (db *DB) ClosePayment(ctx context.Context, payment int64, status string) error {
	return db.with(ctx).Model(&Payment{}).Where("id = ? AND state = ?", payment, PaymentOpen).
		Updates(columns{"state": PaymentClosed, "trade_status": status, "ask_at": nil}).Error
}

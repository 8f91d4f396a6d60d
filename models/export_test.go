package models

import (
	"context"

	"gorm.io/gorm"
)

// MySQLConfigs shows tests the driver's settings for each host.
var MySQLConfigs = mysqlConfigs

// TxTries is how often a transaction is tried.
const TxTries = txTries

// InTx lets tests run statements of their own in a transaction of the shop.
func (db *DB) InTx(ctx context.Context, fn func(*gorm.DB) error) error {
	return db.inTx(ctx, func(tx transaction) error { return fn(tx.DB) })
}

// HoldDue claims due orders and calls meanwhile before the claim is committed.
func (db *DB) HoldDue(ctx context.Context, limit int, meanwhile func([]Closing)) error {
	return db.inTx(ctx, func(tx transaction) error {
		due, err := tx.claimDue(limit)
		if err == nil {
			meanwhile(due)
		}
		return err
	})
}

// HoldAsks is HoldDue for ClaimAsks.
func (db *DB) HoldAsks(ctx context.Context, app string, limit int, meanwhile func([]Payment)) error {
	return db.inTx(ctx, func(tx transaction) error {
		due, err := tx.claimAsks(app, limit)
		if err == nil {
			meanwhile(due)
		}
		return err
	})
}

// Fulfil makes an order paid as it was read earlier.
func (db *DB) Fulfil(ctx context.Context, o Order) error {
	return db.inTx(ctx, func(tx transaction) error {
		_, err := tx.fulfil(o, fulfilment{at: tx.now, buyType: BuyPaid, payType: PayAlipay})
		return err
	})
}

// Book books a trade of an attempt as it was read earlier.
func (db *DB) Book(ctx context.Context, p Payment, trade PaidTrade) error {
	return db.inTx(ctx, func(tx transaction) error { return tx.bookPayment(p, trade, PaymentPaid) })
}

// BeginClosing begins to close an order as it was read earlier.
func (db *DB) BeginClosing(ctx context.Context, o Order) error {
	return db.inTx(ctx, func(tx transaction) error {
		_, err := tx.beginClosing(o, OrderTimedOut)
		return err
	})
}

// CloseOrder closes an order as it was read earlier.
func (db *DB) CloseOrder(ctx context.Context, o Order) error {
	return db.inTx(ctx, func(tx transaction) error { return tx.closeOrder(o, OrderTimedOut) })
}

// BookRefund books a refund that is done, with order, payment and refund as they were read earlier.
func (db *DB) BookRefund(ctx context.Context, o Order, p Payment, r Refund) error {
	return db.inTx(ctx, func(tx transaction) error { return tx.finishRefund(o, p, r, tx.now) })
}

// Invariants names every check of Audit.
func Invariants() []string {
	names := make([]string, len(audits))
	for i, a := range audits {
		names[i] = a.check
	}
	return names
}

// Tally makes the tally of a student's orders, even if there are not thousands of them.
func (db *DB) Tally(ctx context.Context, user int64) error { return db.tally(ctx, user) }

// FillHashing takes every place where passwords are hashed, until leave is called.
func FillHashing() (leave func()) {
	for range cap(hashing) {
		hashing <- struct{}{}
	}
	return func() {
		for range cap(hashing) {
			<-hashing
		}
	}
}

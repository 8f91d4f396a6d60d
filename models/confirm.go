package models

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// PaidTrade is one paid trade as Alipay reported it. The caller has verified the message and that
// app and seller are ours.
type PaidTrade struct {
	OutTradeNo string
	TradeNo    string
	Amount     Fen
	PaidAt     time.Time
	Refunded   bool // Alipay has given all of it back already
}

// Outcome tells what became of a paid trade.
type Outcome string

// The outcomes.
const (
	Fulfilled     Outcome = "fulfilled"      // this call made the order paid
	FulfilledLate Outcome = "fulfilled_late" // this call made a closed order paid
	AlreadyDone   Outcome = "already_done"   // the same trade had fulfilled the order before
	UnknownOrder  Outcome = "unknown_order"  // no attempt has this out_trade_no
	WrongAmount   Outcome = "wrong_amount"   // not the sum of the attempt: held for staff
	SecondTrade   Outcome = "second_trade"   // the order was paid by another trade: the sum goes back
	AnotherTrade  Outcome = "another_trade"  // the attempt was paid by another trade: a difference for staff
	OrderClosed   Outcome = "order_closed"   // a closed order that cannot be granted: the sum goes back
	GoneBack      Outcome = "gone_back"      // refunded in full before the shop heard of the trade
)

// Verdict is what the event log says of an outcome.
func (o Outcome) Verdict() Verdict {
	switch o {
	case Fulfilled, FulfilledLate:
		return VerdictAccepted
	case AlreadyDone:
		return VerdictDuplicate
	case UnknownOrder:
		return VerdictRefused
	case GoneBack:
		return VerdictNoted
	default:
		return VerdictHeld
	}
}

// Confirm is the only way for an order to become paid. It is one transaction, which locks the order
// and its payment attempt and decides the outcome. If the outcome is Fulfilled or FulfilledLate, it
// then changes, and thereby locks, in this sequence:
//
//  1. the payment: paid by this trade
//  2. the order: paid
//  3. the coupon: used
//  4. the points: taken; this also locks the student and their tally of orders
//  5. each course's number of students
//  6. the purchase records: one for each line
//  7. the cart: without the courses bought
//
// Whatever the outcome, it last stores the event, with the outcome as its reason. Confirming the same
// trade again changes nothing else.
func (db *DB) Confirm(ctx context.Context, trade PaidTrade, event PaymentEvent) (Outcome, error) {
	event.fit()
	outcome, err := db.confirm(ctx, trade, event)
	if !incomplete(err) {
		return outcome, err
	}
	if err := db.completeOrClose(ctx, trade.OutTradeNo); err != nil {
		return "", err
	}
	return db.confirm(ctx, trade, event)
}

func (db *DB) confirm(ctx context.Context, trade PaidTrade, event PaymentEvent) (outcome Outcome, err error) {
	err = db.inTx(ctx, func(tx transaction) (err error) {
		if outcome, err = tx.confirm(trade); err != nil {
			return err
		}
		event.Verdict, event.Reason = outcome.Verdict(), string(outcome)
		_, err = tx.exec(insertEvent, event.values()...)
		return err
	})
	return outcome, err
}

func (tx transaction) confirm(trade PaidTrade) (Outcome, error) {
	order, payment, err := tx.lockForPayment(trade.OutTradeNo)
	if errors.Is(err, ErrNotFound) {
		return UnknownOrder, nil
	}
	if err == nil && payment.State == PaymentHeld && trade.Amount == order.RealPrice {
		payment, err = tx.letGo(order, payment, trade)
	}
	if err != nil {
		return "", err
	}
	switch {
	case payment.TradeNo != nil && *payment.TradeNo == trade.TradeNo:
		return repeated(order, payment), nil
	case payment.TradeNo != nil:
		return AnotherTrade, tx.noteSecond(payment, trade)
	case trade.Amount != payment.Amount:
		return WrongAmount, tx.holdWrong(payment, trade)
	case order.OrderStatus == OrderPaid, order.OrderStatus == OrderRefunded:
		return tx.confirmPaid(order, payment, trade)
	case trade.Refunded:
		return GoneBack, tx.noteGone(order, payment, trade)
	case order.OrderStatus == OrderUnpaid:
		return Fulfilled, tx.bookAndFulfil(order, payment, trade)
	default:
		return tx.confirmLate(order, payment, trade)
	}
}

// confirmPaid decides about a trade of an order that is paid already. Its money goes back, unless no
// payment of the order is booked as paid. Then this is the trade that paid it: an older shop booked
// the trade, and brought the order over without it.
func (tx transaction) confirmPaid(o Order, p Payment, trade PaidTrade) (Outcome, error) {
	var paidBy int64
	err := tx.Model(&Payment{}).Where("order_id = ? AND state = ?", o.ID, PaymentPaid).Count(&paidBy).Error
	switch {
	case err != nil:
		return "", err
	case paidBy == 0:
		return AlreadyDone, tx.bookPayment(p, trade, PaymentPaid)
	case trade.Refunded:
		return GoneBack, tx.noteGone(o, p, trade)
	default:
		return SecondTrade, tx.sendBack(p, trade, RefundSecond)
	}
}

// repeated is the outcome of a trade that was booked before.
func repeated(o Order, p Payment) Outcome {
	switch {
	case p.State == PaymentPaid:
		return AlreadyDone
	case p.State == PaymentHeld:
		return WrongAmount
	case o.OrderStatus == OrderPaid, o.OrderStatus == OrderRefunded:
		return SecondTrade
	case o.OrderStatus == OrderUnpaid:
		return GoneBack
	default:
		return OrderClosed
	}
}

func (tx transaction) bookAndFulfil(o Order, p Payment, trade PaidTrade) error {
	if err := tx.bookPayment(p, trade, PaymentPaid); err != nil {
		return err
	}
	_, err := tx.fulfil(o, fulfilment{
		at: trade.PaidAt.UTC(), buyType: BuyPaid, payType: PayAlipay, tradeNo: &trade.TradeNo,
	})
	return err
}

// lockForPayment locks the order and its attempt in one statement, the order first as everywhere.
// ErrNotFound means that there is no such attempt.
func (tx transaction) lockForPayment(outTradeNo string) (Order, Payment, error) {
	number, ok := orderNumberOf(outTradeNo)
	if !ok {
		return Order{}, Payment{}, ErrNotFound
	}
	var order Order
	var payment struct {
		ID      *int64 // nil when no row has this out_trade_no
		Amount  *Fen
		State   *PaymentState
		TradeNo *string
	}
	err := tx.query(func(rows *sql.Rows) error {
		return rows.Scan(append(order.places(), &payment.ID, &payment.Amount, &payment.State, &payment.TradeNo)...)
	}, "SELECT "+orderColumns+`, p.id, p.amount, p.state, p.trade_no
		FROM ly_order o LEFT JOIN ly_payment p ON p.out_trade_no = ? AND p.order_id = o.id
		WHERE o.order_number = ?`+tx.forUpdate(), outTradeNo, number)
	switch {
	case err != nil:
		return Order{}, Payment{}, err
	case order.ID == 0:
		return Order{}, Payment{}, ErrNotFound
	case payment.ID == nil:
		adopted, err := tx.adoptPayment(order, outTradeNo)
		return order, adopted, err
	}
	return order, Payment{
		ID: *payment.ID, OrderID: order.ID, OutTradeNo: outTradeNo, Amount: *payment.Amount,
		State: *payment.State, TradeNo: payment.TradeNo,
	}, nil
}

func (tx transaction) bookPayment(p Payment, trade PaidTrade, state PaymentState) error {
	return tx.execOne(ErrNotPayable,
		`UPDATE ly_payment SET state = ?, trade_no = ?, paid_at = ?, ask_at = NULL WHERE id = ? AND trade_no IS NULL`,
		state, trade.TradeNo, trade.PaidAt.UTC(), p.ID)
}

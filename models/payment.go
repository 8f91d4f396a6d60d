package models

import (
	"context"
	"database/sql"
	"time"

	"gorm.io/gorm"
)

// PaymentState is the word in ly_payment.state.
type PaymentState string

// The states of an attempt to pay.
const (
	PaymentOpen   PaymentState = "open"   // the student may pay at Alipay
	PaymentPaid   PaymentState = "paid"   // its trade fulfilled the order
	PaymentClosed PaymentState = "closed" // it cannot be paid any more
	PaymentHeld   PaymentState = "held"   // a wrong sum was paid; staff must look

	PaymentSurplus  PaymentState = "surplus"  // it was paid, but the order cannot take it; it goes back in full
	PaymentReturned PaymentState = "returned" // a surplus or a held payment that has gone back in full
)

// Payment is one attempt to pay an order at Alipay.
type Payment struct {
	ID         int64
	OrderID    int64
	OutTradeNo string
	AppID      string // empty for one that an older shop began
	Amount     Fen    // what Alipay was asked for; of a held payment, what was paid instead
	Subject    string
	State      PaymentState
	TradeNo    *string
	// TradeStatus is Alipay's last answer about it: a trade_status, or TRADE_NOT_EXIST if Alipay knows
	// no such trade. It is empty before Alipay was asked.
	TradeStatus string
	ExpiresAt   time.Time // after it the link is dead
	CreatedAt   time.Time
	QueriedAt   *time.Time // when Alipay was last asked about it
	PaidAt      *time.Time // by Alipay's clock
	Asks        int        // how often a job has asked
	AskAt       *time.Time // when a job asks next; nil if nothing is left to learn
	RefundAt    *time.Time // when the next refund of it may be asked for; nil if there was none yet
}

// TableName names the table.
func (Payment) TableName() string { return "ly_payment" }

// paymentColumns are the columns of ly_payment p, in the sequence of Payment.places.
const paymentColumns = `p.id, p.order_id, p.out_trade_no, p.app_id, p.amount, p.subject,
	p.state, p.trade_no, p.trade_status, p.expires_at, p.created_at,
	p.queried_at, p.paid_at, p.asks, p.ask_at, p.refund_at`

// places are the fields that sql.Rows.Scan fills from paymentColumns.
func (p *Payment) places() []any {
	return []any{
		&p.ID, &p.OrderID, &p.OutTradeNo, &p.AppID, &p.Amount, &p.Subject,
		&p.State, &p.TradeNo, &p.TradeStatus, &p.ExpiresAt, &p.CreatedAt,
		&p.QueriedAt, &p.PaidAt, &p.Asks, &p.AskAt, &p.RefundAt,
	}
}

// readPayments reads attempts; what follows FROM joins or is ly_payment p.
func readPayments(g *gorm.DB, from string, args ...any) ([]Payment, error) {
	var all []Payment
	err := read(g, func(rows *sql.Rows) error {
		var p Payment
		err := rows.Scan(p.places()...)
		all = append(all, p)
		return err
	}, "SELECT "+paymentColumns+" FROM "+from, args...)
	return all, err
}

// paymentsOf are the attempts to pay an order, the first one first.
func paymentsOf(g *gorm.DB, order int64) ([]Payment, error) {
	return readPayments(g, "ly_payment p WHERE p.order_id = ? ORDER BY p.id", order)
}

// Attempt says who wants to pay which order, and what the trade is called at Alipay.
type Attempt struct {
	UserID      int64
	OrderNumber string
	AppID       string
	Subject     func(Order) string
	// Margin is how long before the order's deadline the last payment may be begun. It does not apply
	// to an order whose whole time is less than two margins, as in some tests.
	Margin time.Duration
}

// OpenAttempt returns the attempt with which the student can pay the order now: the open one,
// unchanged, or a new one. Errors: ErrNotFound (also for another student's order), ErrNotPayable,
// ErrPastDeadline.
func (db *DB) OpenAttempt(ctx context.Context, a Attempt) (Payment, error) {
	var payment Payment
	err := db.inTx(ctx, func(tx transaction) error {
		order, err := tx.lockOwnOrder(a.UserID, a.OrderNumber)
		if err != nil {
			return err
		}
		switch {
		case order.OrderStatus != OrderUnpaid, order.ClosingTo != nil:
			return ErrNotPayable
		case !tx.now.Before(order.lastStart(a.Margin)):
			return ErrPastDeadline
		}
		payment, err = tx.openAttempt(order, a)
		return err
	})
	return payment, err
}

// lastStart is the time before which a payment of the order must be begun.
func (o Order) lastStart(margin time.Duration) time.Time {
	if o.ExpiresAt.Sub(o.CreatedAt) < 2*margin {
		return o.ExpiresAt
	}
	return o.ExpiresAt.Add(-margin)
}

func (tx transaction) openAttempt(o Order, a Attempt) (Payment, error) {
	earlier, err := paymentsOf(tx.DB, o.ID)
	if err != nil {
		return Payment{}, err
	}
	for _, p := range earlier {
		switch {
		case p.State == PaymentHeld:
			return Payment{}, ErrNotPayable // Alipay already has money for the order, of a wrong sum
		case p.State == PaymentOpen && p.AppID == a.AppID:
			return p, nil
		}
	}
	p := Payment{
		OrderID: o.ID, OutTradeNo: NextAttempt(o.OrderNumber, earlier), AppID: a.AppID, Amount: o.RealPrice,
		Subject: a.Subject(o), State: PaymentOpen, ExpiresAt: o.ExpiresAt, CreatedAt: tx.now,
	}
	return tx.insertPayment(p)
}

// NextAttempt is the out_trade_no of the attempt that follows the earlier ones of an order.
func NextAttempt(order string, earlier []Payment) string {
	last := 0
	for _, p := range earlier {
		last = max(last, attemptOf(p.OutTradeNo))
	}
	return outTradeNo(order, last+1)
}

// insertPayment stores a new open attempt, about which a job is going to ask.
func (tx transaction) insertPayment(p Payment) (Payment, error) {
	p.AskAt = new(nextAsk(p, 0))
	var err error
	p.ID, err = tx.insert(`INSERT INTO ly_payment
		(order_id, out_trade_no, app_id, amount, subject, state, expires_at, created_at, ask_at)
		VALUES `+placeholders(1, 9),
		p.OrderID, p.OutTradeNo, p.AppID, p.Amount, p.Subject, p.State, p.ExpiresAt, p.CreatedAt, p.AskAt)
	return p, err
}

// Standing is an attempt with the state of its order.
type Standing struct {
	Payment     Payment
	OrderNumber string
	OrderStatus OrderStatus
}

// PaymentByOutTradeNo reads an attempt; ErrNotFound if there is none of that name. An attempt of one of
// the shop's orders may have no row: an older shop stored none, and a restored backup lacks the latest.
// The one that is returned for it, with ID 0, is like the row that Confirm would make.
func (db *DB) PaymentByOutTradeNo(ctx context.Context, outTradeNo string) (Standing, error) {
	var s Standing
	number, ok := orderNumberOf(outTradeNo)
	if !ok {
		return s, ErrNotFound
	}
	p := &s.Payment
	err := db.query(ctx, func(rows *sql.Rows) error {
		return rows.Scan(&p.ID, &p.OrderID, &p.Amount, &p.State, &p.TradeNo, &p.QueriedAt, &s.OrderNumber, &s.OrderStatus)
	}, `
		SELECT COALESCE(p.id, 0), o.id, COALESCE(p.amount, o.real_price), COALESCE(p.state, ?), p.trade_no, p.queried_at,
		       o.order_number, o.order_status
		FROM ly_order o LEFT JOIN ly_payment p ON p.out_trade_no = ?
		WHERE o.order_number = ? AND (p.id IS NOT NULL OR ?)`,
		PaymentOpen, outTradeNo, number, attemptOf(outTradeNo) > 0)
	if err == nil && p.OrderID == 0 {
		err = ErrNotFound
	}
	p.OutTradeNo = outTradeNo
	return s, err
}

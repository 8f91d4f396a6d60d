package models

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"slices"
	"time"
)

// PayType is the code in ly_order.pay_type.
type PayType int8

// How an order was paid.
const (
	PayNone   PayType = 0 // not yet, or nothing to pay
	PayAlipay PayType = 1
)

// Order is a student's order. TotalPrice - DiscountAmount - CouponAmount - CreditAmount = RealPrice.
type Order struct {
	ID             int64
	OrderNumber    string
	UserID         int64
	OrderTitle     string
	TotalPrice     Fen // list prices
	DiscountAmount Fen
	CouponAmount   Fen
	CreditAmount   Fen // what the points are worth
	RealPrice      Fen // what Alipay is asked for
	OrderStatus    OrderStatus
	PayType        PayType
	Credit         int64   // points: held while unpaid, taken once paid
	Coupon         int64   // id of the student's coupon, 0 for none; held while unpaid, used once paid
	CouponName     string  // of the day of purchase; empty for none
	CheckoutToken  *string // of the checkout page that made it; one page makes one order
	CreatedAt      time.Time
	ExpiresAt      time.Time // the deadline to pay
	PayTime        *time.Time
	ClosedAt       *time.Time // when it was cancelled or timed out; stays when late money grants it
	RefundedAmount Fen
	ClosingTo      *OrderStatus // the state an unpaid order is on its way to (取消中); nil for most
	CheckAt        *time.Time   // when a job looks at it again; nil means at ExpiresAt
	ClosedAs       *OrderStatus // OrderCancelled or OrderTimedOut: what it was closed as at ClosedAt
	RefundedAt     *time.Time   // when all of it had gone back
	HiddenAt       *time.Time   // when its student took it out of My Orders
}

// TableName names the seed's table.
func (Order) TableName() string { return "ly_order" }

// orderColumns are those of ly_order o in the sequence of places.
const orderColumns = `o.id, o.order_number, o.user_id, o.order_title,
	o.total_price, o.discount_amount, o.coupon_amount, o.credit_amount, o.real_price,
	o.order_status, o.pay_type, o.credit, o.coupon, o.coupon_name, o.checkout_token,
	o.created_at, o.expires_at, o.pay_time, o.closed_at,
	o.refunded_amount, o.closing_to, o.check_at, o.closed_as, o.refunded_at, o.hidden_at`

// places are where a row of orderColumns goes without the ORM.
func (o *Order) places() []any {
	return []any{
		&o.ID, &o.OrderNumber, &o.UserID, &o.OrderTitle,
		&o.TotalPrice, &o.DiscountAmount, &o.CouponAmount, &o.CreditAmount, &o.RealPrice,
		&o.OrderStatus, &o.PayType, &o.Credit, &o.Coupon, &o.CouponName, &o.CheckoutToken,
		&o.CreatedAt, &o.ExpiresAt, &o.PayTime, &o.ClosedAt,
		&o.RefundedAmount, &o.ClosingTo, &o.CheckAt, &o.ClosedAs, &o.RefundedAt, &o.HiddenAt,
	}
}

// GrantedLate tells an order that had been closed when its money came, and was granted then.
func (o Order) GrantedLate() bool { return o.PayTime != nil && o.ClosedAt != nil }

// Ended tells an order that is closed or refunded: nothing of it goes on, and its student may take
// it out of My Orders.
func (o Order) Ended() bool { return o.OrderStatus != OrderUnpaid && o.OrderStatus != OrderPaid }

// OrderDetail is one line of an order. Name, picture, term and prices are those of the day of purchase.
type OrderDetail struct {
	ID           int64
	OrderID      int64
	CourseID     int64
	Position     int
	Expire       int64 // id of the term, ForEver for none
	ExpireText   string
	ExpireDays   int // 0 = for ever
	CourseName   string
	CourseImg    string
	Price        Fen // list price
	DiscountName string
	SalePrice    Fen // after the running discount
	RealPrice    Fen // this line's share of the order's RealPrice
}

// TableName names the seed's table.
func (OrderDetail) TableName() string { return "ly_order_detail" }

// newOrderNumber makes 26 digits: the time in Beijing, the student and a random part, so that a
// number can be read but not guessed.
func newOrderNumber(now time.Time, user int64) string {
	random, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // crypto/rand never fails on the systems Go supports
	}
	return fmt.Sprintf("%s%06d%06d", now.In(Beijing).Format("20060102150405"), user%1_000_000, random)
}

// OrderNumberLength is the length of every order number. An out_trade_no begins with one.
const OrderNumberLength = 26

// OrderView is an order as its own page shows it.
type OrderView struct {
	Order
	Lines    []LineView `gorm:"-"`
	Payments []Payment  `gorm:"-"`
	Refunds  []Refund   `gorm:"-"` // of all its payments, oldest first
}

// LineView is an order line with the state of its purchase record.
type LineView struct {
	OrderDetail
	OutTime *time.Time  // end of the purchase record; nil = for ever or none
	Granted bool        // there is a purchase record and it is not revoked
	Revoked bool        // there is one and it is revoked
	Renewed bool        // it has ended or ends soon, but another purchase keeps the course open
	Request RequestView `gorm:"embedded;embeddedPrefix:request_"`
}

// Order reads a student's own order; ErrNotFound for another's. It takes three statements, one more
// once Alipay has taken money for it and one more where a right ends.
func (db *DB) Order(ctx context.Context, user int64, number string) (OrderView, error) {
	g := db.with(ctx)
	var view OrderView
	err := g.Take(&view.Order, "order_number = ? AND user_id = ?", number, user).Error
	if err != nil {
		return view, found(err)
	}
	err = g.Raw(`
		SELECT d.*, r.out_time, `+recordState+`, `+requestState+`, COALESCE(q.reason, '') AS request_reason,
		       q.created_at AS request_created_at, q.decided_at AS request_decided_at
		FROM ly_order_detail d LEFT JOIN ly_user_course r ON r.order_detail_id = d.id`+requestJoin+`
		WHERE d.order_id = ? ORDER BY d.position`, view.ID).Scan(&view.Lines).Error
	if err == nil {
		err = db.tellRenewed(ctx, user, view)
	}
	if err != nil {
		return view, err
	}
	err = g.Where("order_id = ?", view.ID).Order("id").Find(&view.Payments).Error
	if err != nil || !slices.ContainsFunc(view.Payments, func(p Payment) bool { return p.TradeNo != nil }) {
		return view, err
	}
	err = g.Raw(`
		SELECT f.* FROM ly_refund f JOIN ly_payment p ON p.id = f.payment_id
		WHERE p.order_id = ? ORDER BY f.id`, view.ID).Scan(&view.Refunds).Error
	return view, err
}

// OpenPayment is the attempt that may still be paid, if there is one.
func (v OrderView) OpenPayment() (Payment, bool) { return v.paymentIn(PaymentOpen) }

// PaidBy is the attempt that paid the order, if one did.
func (v OrderView) PaidBy() (Payment, bool) { return v.paymentIn(PaymentPaid) }

// HeldPayment is an attempt for which Alipay has another sum than the order asks for, if there is one.
func (v OrderView) HeldPayment() (Payment, bool) { return v.paymentIn(PaymentHeld) }

func (v OrderView) paymentIn(state PaymentState) (Payment, bool) {
	i := slices.IndexFunc(v.Payments, func(p Payment) bool { return p.State == state })
	if i < 0 {
		return Payment{}, false
	}
	return v.Payments[i], true
}

// recordState is what a line's purchase record r, joined where there is one, says of it.
const recordState = "(r.id IS NOT NULL AND r.revoked_at IS NULL) AS granted, (r.revoked_at IS NOT NULL) AS revoked"

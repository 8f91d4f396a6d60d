package models

import (
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
	Coupon         int64   // UserCoupon.ID, 0 for none; held while unpaid, used once paid
	CouponName     string  // as it was when the order was made; empty for none
	CheckoutToken  *string // of the checkout page that made it; one page makes one order
	CreatedAt      time.Time
	ExpiresAt      time.Time // the deadline to pay
	PayTime        *time.Time
	ClosedAt       *time.Time // when it was cancelled or timed out; stays even if a late payment grants it
	RefundedAmount Fen
	ClosingTo      *OrderStatus // the state an unpaid order is on its way to (取消中); nil for most
	CheckAt        *time.Time   // when a job looks at it again; nil means at ExpiresAt
	ClosedAs       *OrderStatus // OrderCancelled or OrderTimedOut: what it was closed as at ClosedAt
	RefundedAt     *time.Time   // when everything paid had gone back
	HiddenAt       *time.Time   // when its student took it out of My Orders
	RefundAsked    bool         // its student has asked for a refund and has not taken that back
}

// TableName names the seed's table.
func (Order) TableName() string { return "ly_order" }

// orderColumns are the columns of ly_order o, in the sequence of Order.places.
const orderColumns = `o.id, o.order_number, o.user_id, o.order_title,
	o.total_price, o.discount_amount, o.coupon_amount, o.credit_amount, o.real_price,
	o.order_status, o.pay_type, o.credit, o.coupon, o.coupon_name, o.checkout_token,
	o.created_at, o.expires_at, o.pay_time, o.closed_at,
	o.refunded_amount, o.closing_to, o.check_at, o.closed_as, o.refunded_at, o.hidden_at, o.refund_asked`

// places are the fields that sql.Rows.Scan fills from orderColumns.
func (o *Order) places() []any {
	return []any{
		&o.ID, &o.OrderNumber, &o.UserID, &o.OrderTitle,
		&o.TotalPrice, &o.DiscountAmount, &o.CouponAmount, &o.CreditAmount, &o.RealPrice,
		&o.OrderStatus, &o.PayType, &o.Credit, &o.Coupon, &o.CouponName, &o.CheckoutToken,
		&o.CreatedAt, &o.ExpiresAt, &o.PayTime, &o.ClosedAt,
		&o.RefundedAmount, &o.ClosingTo, &o.CheckAt, &o.ClosedAs, &o.RefundedAt, &o.HiddenAt, &o.RefundAsked,
	}
}

// GrantedLate tells whether the order was already closed when its payment came, and was granted all
// the same.
func (o Order) GrantedLate() bool { return o.PayTime != nil && o.ClosedAt != nil }

// Ended tells whether the order is closed or refunded. Its student may then take it out of My Orders.
func (o Order) Ended() bool { return o.OrderStatus != OrderUnpaid && o.OrderStatus != OrderPaid }

// OrderDetail is one line of an order. Name, picture, term and prices are as they were when the order
// was made.
type OrderDetail struct {
	ID           int64
	OrderID      int64
	CourseID     int64
	Position     int
	Expire       int64 // ID of the term, or ForEver
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

package views

import (
	"strings"
	"time"

	"luffy/models"
)

// Order is an order as its student sees it: in My Orders, on its own page and on the result page.
// Names, pictures, terms and prices are as they were when the order was made.
type Order struct {
	Number    string
	Status    models.OrderStatus
	Hidden    bool // deleted from My Orders by its student
	Closing   bool // 取消中: unpaid, but it can neither be paid nor cancelled any more
	Held      bool // unpaid, but Alipay took another sum for it
	OrderedAt time.Time
	Deadline  time.Time // until when an unpaid order can be paid
	PaidAt    time.Time
	ClosedAt  time.Time // when it was cancelled, timed out or refunded
	PayWay    string    // 支付宝, 免费领取 …; empty until paid
	TradeNo   string    // Alipay's trade number; empty until known
	Lines     []OrderLine
	Refund    RefundTerms // of a paid order

	ListTotal     models.Fen
	DiscountSaved models.Fen // positive, like all sums below
	CouponName    string     // empty if it is not known
	CouponSaved   models.Fen
	Points        int64
	PointsSaved   models.Fen
	Total         models.Fen // real_price: to pay, or paid
	Refunded      models.Fen // part or all of Total
}

// OrderLine is one course of an order.
type OrderLine struct {
	CourseID  int64
	Name      string
	Picture   string
	Term      string // 一个月有效 …
	ListPrice models.Fen
	Price     models.Fen // this line's share of the order's Total
	Discount  string     // the discount's name; empty for none
	Access    Access
	Until     time.Time // end of the right; zero with a right is for ever
	Request   LineRequest
}

// Access says what an order line lets the student do today.
type Access int

// The kinds of access.
const (
	AccessNone      Access = iota // not paid, closed or not yet fulfilled
	AccessLive                    // the course can be learnt
	AccessEnding                  // the course can be learnt, but the right ends within days
	AccessRenewed                 // the course can be learnt, because another purchase continues this one
	AccessExpired                 // the term is over
	AccessWithdrawn               // refunded or revoked
)

// Learnable reports whether 去学习 leads to the course.
func (a Access) Learnable() bool { return a == AccessLive || a == AccessEnding || a == AccessRenewed }

// noted reports whether the page says something about this access.
func (a Access) noted() bool { return a != AccessNone && a != AccessLive }

// renewPath is where a course stands to be bought again.
func renewPath(courseID int64) string { return "/courses/" + id(courseID) + "#buy-title" }

// payable reports whether 去付款 is offered. The server decides again when the button is pressed.
func (o *Order) payable(now time.Time) bool { return o.cancellable(now) && !o.Held }

// cancellable reports whether 取消订单 is offered, like 去付款.
func (o *Order) cancellable(now time.Time) bool {
	return o.Status == models.OrderUnpaid && !o.Closing && (o.Deadline.IsZero() || now.Before(o.Deadline))
}

// PayBy is how an order can be paid in the browser that shows it.
type PayBy struct {
	Other       string // form value of the cashier that was not chosen for this browser; empty for none
	OtherName   string // text of the button to that cashier
	OpenOutside string // address to open in another browser, if this one cannot open Alipay's pages; else empty
}

// ended reports whether the order is closed or refunded. It can then be bought again, or deleted from My
// Orders.
func (o *Order) ended() bool { return o.Status != models.OrderUnpaid && o.Status != models.OrderPaid }

// learnable lists the lines that can be learnt now.
func (o *Order) learnable() []OrderLine {
	var lines []OrderLine
	for _, line := range o.Lines {
		if line.Access.Learnable() {
			lines = append(lines, line)
		}
	}
	return lines
}

// charged reports whether the order was paid, even if it cost nothing or was refunded since.
func (o *Order) charged() bool {
	return o.Status == models.OrderPaid || o.Status == models.OrderRefunded
}

// couponLabel is the label of the coupon's row. The row is needed for the sums to add up, even if the
// coupon's name is not known.
func (o *Order) couponLabel() string {
	if o.CouponName == "" {
		return "优惠券"
	}
	return "优惠券（" + o.CouponName + "）"
}

// shareLabel is the label of a line's share of the total: paid, to be paid, or no longer to be paid.
func (o *Order) shareLabel() string {
	switch {
	case o.charged():
		return "实付"
	case o.ended():
		return "原应付"
	default:
		return "应付"
	}
}

// totalLabel is the label of the order's total.
func (o *Order) totalLabel() string { return o.shareLabel() + "金额" }

// partlyRefunded reports whether a part of what was paid has gone back.
func (o *Order) partlyRefunded() bool { return o.Status == models.OrderPaid && o.Refunded > 0 }

// statusText is the state's name for the student.
func (o *Order) statusText() string {
	switch {
	case o.Closing:
		return "取消中"
	case o.partlyRefunded():
		return "部分退款"
	default:
		return o.Status.String()
	}
}

// closedLabel is the label of ClosedAt: 取消时间, 超时取消时间 or 退款时间.
func (o *Order) closedLabel() string { return strings.TrimPrefix(o.Status.String(), "已") + "时间" }

func (o *Order) path() string { return "/orders/" + o.Number }

// statusCode is the state's name in the style sheet.
func (o *Order) statusCode() string {
	switch o.Status {
	case models.OrderUnpaid:
		return "wait"
	case models.OrderPaid:
		return "good"
	default:
		return "closed"
	}
}

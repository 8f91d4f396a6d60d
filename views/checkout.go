package views

import (
	"slices"
	"time"

	"luffy/models"
)

// Checkout is the page GET /checkout, shown again by POST /orders with status 422 when the order
// cannot be made as asked.
type Checkout struct {
	Page
	Token    string // one token makes one order; hidden field token
	Seal     string // models.Quote.Seal of what this page shows; hidden field quote
	Lines    []CheckoutLine
	Lost     []string // names of courses that were selected and can no longer be bought, or not for that term
	Coupons  []Coupon // usable ones; the choice "none" is added by the page
	Unusable []UnusableCoupon
	Points   Points

	ListTotal     models.Fen
	DiscountSaved models.Fen // positive, like the two below
	CouponSaved   models.Fen
	PointsSaved   models.Fen
	ToPay         models.Fen

	PriceChanged bool       // between the student's page and now
	OldTotal     models.Fen // of the courses, before coupon and points, as on the student's page; 0 when unknown
	NewTotal     models.Fen // the same sum now
	Refunds      models.RefundRule
	TooMuch      bool        // the sum is above the limit of one payment, so nothing can be ordered
	Errors       FieldErrors // fields: coupon, points, and "" for the order as a whole
}

// CheckoutLine is one course that the order will hold.
type CheckoutLine struct {
	Name      string
	Picture   string
	Term      string // 一个月有效 …
	ListPrice models.Fen
	Price     models.Fen // after the discount
	Discount  string     // the discount's name; empty when Price is the list price
	Owned     Ownership  // warns that the purchase extends a right
	Renewed   time.Time  // end of the right after the purchase; zero is for ever
	Unpaid    string     // number of another unpaid order with the same course; empty for none
}

// Coupon is a coupon that this order may use; field coupon holds the ID, 0 uses none.
type Coupon struct {
	ID       int64
	Name     string
	Saves    models.Fen
	Ends     time.Time
	Selected bool
}

// UnusableCoupon is a coupon that this order may not use.
type UnusableCoupon struct {
	Name   string
	Reason string // why not, such as 满 500 元可用
	HeldBy string // number of the unpaid order that holds it; empty for other reasons
}

// Points is the points field.
type Points struct {
	Value    string     // as typed, so that a wrong entry can be corrected
	Balance  int64      // points the student can still use
	Max      int64      // the most this order takes; 0 hides the field
	MaxWorth models.Fen // what Max saves
}

// otherOrder is another unpaid order with the courses, by their names in 《》, that it shares with a page.
type otherOrder struct{ number, courses string }

// otherOrders lists the other unpaid orders that hold courses of lines, in the order of the lines.
func otherOrders(lines []CheckoutLine) []otherOrder {
	var all []otherOrder
	for _, l := range lines {
		if l.Unpaid == "" {
			continue
		}
		i := slices.IndexFunc(all, func(o otherOrder) bool { return o.number == l.Unpaid })
		if i < 0 {
			all = append(all, otherOrder{number: l.Unpaid})
			i = len(all) - 1
		}
		all[i].courses += "《" + l.Name + "》"
	}
	return all
}

// warned reports whether the page warns that a course would be paid for twice.
func (c Checkout) warned() bool {
	return slices.ContainsFunc(c.Lines, func(l CheckoutLine) bool { return l.Owned.Live || l.Unpaid != "" })
}

// choices tells whether the student can choose anything that changes the sum.
func (c Checkout) choices() bool { return len(c.Coupons) > 0 || c.Points.Max > 0 }

func (c Checkout) noCoupon() bool {
	for _, coupon := range c.Coupons {
		if coupon.Selected {
			return false
		}
	}
	return true
}

// unused is what the best coupon could take off while none is chosen.
func (c Checkout) unused() models.Fen {
	var best models.Fen
	if c.CouponSaved == 0 {
		for _, coupon := range c.Coupons {
			best = max(best, coupon.Saves)
		}
	}
	return best
}

// couponText is what the coupon takes off or, while none is chosen, what the best one could.
func (c Checkout) couponText() string {
	if best := c.unused(); best > 0 {
		return "未使用，可省 " + best.Yuan()
	}
	return offOrUnused(c.CouponSaved)
}

func (c Checkout) submitText() string {
	if c.ToPay == 0 {
		return "免费领取"
	}
	return "提交订单并支付"
}

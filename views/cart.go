package views

import (
	"time"

	"luffy/models"
)

// Cart is the page GET /cart.
type Cart struct {
	Page
	Lines         []CartLine
	SelectedCount int
	ListTotal     models.Fen // of the selected lines, before discounts
	DiscountSaved models.Fen // what the discounts take off ListTotal, as a positive sum
	Total         models.Fen // of the selected lines
	TooMuch       string     // why so much cannot be ordered at once; empty when it can
	CouponHint    string     // what a coupon would do; empty without one
}

// buyable counts the courses that can be ticked as they are.
func (c Cart) buyable() int {
	n := 0
	for _, line := range c.Lines {
		if !line.Withdrawn && !line.TermGone {
			n++
		}
	}
	return n
}

// CartLine is one course in the cart.
type CartLine struct {
	CourseID     int64
	Name         string
	Picture      string
	Terms        []Term // exactly one Selected, none when TermGone; empty when Withdrawn
	Selected     bool
	Withdrawn    bool // 已下架: shown, but it cannot be bought
	TermGone     bool // the term is no longer sold and another must be chosen
	ListPrice    models.Fen
	Price        models.Fen // after the discount
	Discount     string     // the discount's name; empty when Price is the list price
	DiscountEnds time.Time
	Changed      bool // the price differs from OldPrice, which the student last saw
	OldPrice     models.Fen
	Owned        Ownership
}

// formID names the form of the line's choices for its tick, which stands before it.
func (l CartLine) formID() string { return "choice-" + id(l.CourseID) }

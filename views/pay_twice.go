package views

import "slices"

// PayTwice is the page GET /orders/:number/pay.
type PayTwice struct {
	Page
	Order Order          // unpaid
	Lines []CheckoutLine // those of its courses that the student has or is about to have
}

// wasted reports whether some of the money would buy nothing new, so that the page advises against
// paying; a right that is only extended is no waste.
func (p PayTwice) wasted() bool {
	return slices.ContainsFunc(p.Lines, func(l CheckoutLine) bool { return l.Owned.Forever() || l.Unpaid != "" })
}

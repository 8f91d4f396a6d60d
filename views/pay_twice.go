package views

// PayTwice is the page GET /orders/:number/pay.
type PayTwice struct {
	Page
	Order Order          // unpaid
	Lines []CheckoutLine // those of its courses that the student has or is about to have
}

package views

// Cancel is the page GET /orders/:number/cancel.
type Cancel struct {
	Page
	Order Order // unpaid
}

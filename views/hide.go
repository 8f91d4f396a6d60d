package views

// Hide is the page GET /orders/:number/hide.
type Hide struct {
	Page
	Order Order // closed or refunded
}

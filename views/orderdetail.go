package views

import "time"

// OrderDetail is the page GET /orders/:number.
type OrderDetail struct {
	Page
	Order    Order
	Notices  []string     // the same as in Result
	Timeline []OrderEvent // oldest first
	Pay      PayBy
	Now      time.Time // the server's clock
}

// OrderEvent is one step of an order's time line.
type OrderEvent struct {
	At   time.Time
	Text string // 提交订单, 支付成功 …
}

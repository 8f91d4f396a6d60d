package models

// OrderStatus is the code in ly_order.order_status.
type OrderStatus int8

// The states of an order. A partly refunded order stays OrderPaid, with a refunded amount.
const (
	OrderUnpaid    OrderStatus = 0
	OrderPaid      OrderStatus = 1
	OrderCancelled OrderStatus = 2
	OrderTimedOut  OrderStatus = 3
	OrderRefunded  OrderStatus = 4
)

// String is the word that students read.
func (s OrderStatus) String() string {
	switch s {
	case OrderUnpaid:
		return "未支付"
	case OrderPaid:
		return "已支付"
	case OrderCancelled:
		return "已取消"
	case OrderTimedOut:
		return "超时取消"
	case OrderRefunded:
		return "已退款"
	default:
		return "状态未知"
	}
}

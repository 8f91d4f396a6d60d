package models

import (
	"strconv"
	"strings"
)

// shelf is the group of My Orders that an order belongs to: the column ly_order.shelf, which the
// database computes. A tab shows one shelf or several.
type shelf int8

// The shelves. An order is on exactly one; a hidden order is on none that a tab shows.
const (
	shelfHidden   shelf = -1 // NULL in the database
	shelfUnpaid   shelf = 0
	shelfPaid     shelf = 1
	shelfClosed   shelf = 2
	shelfPartly   shelf = 3 // paid, and a part went back or a refund was asked for
	shelfRefunded shelf = 4
)

// shelf computes in Go what the database computes for ly_order.shelf.
func (o Order) shelf() shelf {
	switch {
	case o.HiddenAt != nil:
		return shelfHidden
	case o.OrderStatus == OrderPaid && (o.RefundedAmount > 0 || o.RefundAsked):
		return shelfPartly
	case o.OrderStatus == OrderTimedOut:
		return shelfClosed
	default:
		return shelf(o.OrderStatus)
	}
}

// OrderTab is a tab of My Orders. Its text is the value of ?status=.
type OrderTab string

// The tabs.
const (
	TabAll    OrderTab = "all"
	TabUnpaid OrderTab = "unpaid"
	TabPaid   OrderTab = "paid"
	TabClosed OrderTab = "closed"
	TabRefund OrderTab = "refund"
)

// String is the tab's name on the page.
func (t OrderTab) String() string {
	switch t {
	case TabUnpaid:
		return "待付款"
	case TabPaid:
		return "已完成"
	case TabClosed:
		return "已取消"
	case TabRefund:
		return "退款"
	default:
		return "全部"
	}
}

// ParseOrderTab reads ?status=; anything unknown means TabAll.
func ParseOrderTab(s string) OrderTab {
	switch tab := OrderTab(s); tab {
	case TabUnpaid, TabPaid, TabClosed, TabRefund:
		return tab
	default:
		return TabAll
	}
}

// shelves are the shelves that the tab shows. A paid order whose refund was asked for, and a partly
// refunded one, is under 已完成 and under 退款; so is one whose refund was refused, for there its student
// looks for the answer.
func (t OrderTab) shelves() []shelf {
	switch t {
	case TabUnpaid:
		return []shelf{shelfUnpaid}
	case TabPaid:
		return []shelf{shelfPaid, shelfPartly}
	case TabClosed:
		return []shelf{shelfClosed}
	case TabRefund:
		return []shelf{shelfPartly, shelfRefunded}
	default:
		return []shelf{shelfUnpaid, shelfPaid, shelfClosed, shelfPartly, shelfRefunded}
	}
}

// onAnyOf is the SQL condition that ly_order o is on one of the shelves.
func onAnyOf(shelves []shelf) string {
	numbers := make([]string, len(shelves))
	for i, s := range shelves {
		numbers[i] = strconv.Itoa(int(s))
	}
	return "o.shelf IN (" + strings.Join(numbers, ", ") + ")"
}

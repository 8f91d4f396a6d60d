package models

import (
	"strconv"
	"strings"
)

// shelf is the part of My Orders on which an order lies; ly_order.shelf, which the database
// computes. Each tab shows one or two.
type shelf int8

// The shelves. An order is on one, or on none once it is hidden.
const (
	shelfHidden   shelf = -1 // NULL in the database
	shelfUnpaid   shelf = 0
	shelfPaid     shelf = 1
	shelfClosed   shelf = 2
	shelfPartly   shelf = 3 // paid, and a part went back
	shelfRefunded shelf = 4
)

// shelf is what the database computes of the order.
func (o Order) shelf() shelf {
	switch {
	case o.HiddenAt != nil:
		return shelfHidden
	case o.OrderStatus == OrderPaid && o.RefundedAmount > 0:
		return shelfPartly
	case o.OrderStatus == OrderTimedOut:
		return shelfClosed
	default:
		return shelf(o.OrderStatus)
	}
}

// OrderTab is a group of orders on My Orders, as its address names it.
type OrderTab string

// The tabs.
const (
	TabAll    OrderTab = "all"
	TabUnpaid OrderTab = "unpaid"
	TabPaid   OrderTab = "paid"
	TabClosed OrderTab = "closed"
	TabRefund OrderTab = "refund"
)

// String gives the tab's name on the page.
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

// ParseOrderTab reads a tab from an address; what is unknown means TabAll.
func ParseOrderTab(s string) OrderTab {
	switch tab := OrderTab(s); tab {
	case TabUnpaid, TabPaid, TabClosed, TabRefund:
		return tab
	default:
		return TabAll
	}
}

// shelves are what the tab shows. A paid order of which a part went back is under 已完成 and under 退款.
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

// onAnyOf is the condition that ly_order o lies on one of the shelves.
func onAnyOf(shelves []shelf) string {
	numbers := make([]string, len(shelves))
	for i, s := range shelves {
		numbers[i] = strconv.Itoa(int(s))
	}
	return "o.shelf IN (" + strings.Join(numbers, ", ") + ")"
}

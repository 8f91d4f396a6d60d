package views

import (
	"cmp"
	"net/url"
	"strconv"
	"time"
)

// MyOrders is the page GET /myorder/.
type MyOrders struct {
	Page
	Tab     OrderTab
	Counts  map[OrderTab]int64 // over all pages, whatever the search
	Query   string             // the words searched for; empty for none
	Orders  []Order            // newest first
	PageNo  int                // from 1
	Pages   int                // 1 when everything fits
	Matches int64              // orders in this tab that match Query, over all pages
	Now     time.Time          // the server's clock, from which deadlines are counted down
}

// OrderTab is a value of ?status=.
type OrderTab string

// The tabs of My Orders.
const (
	TabAll    OrderTab = "all"
	TabUnpaid OrderTab = "unpaid"
	TabPaid   OrderTab = "paid"
	TabClosed OrderTab = "closed" // cancelled or timed out
	TabRefund OrderTab = "refund" // wholly or partly refunded
)

var orderTabs = []OrderTab{TabAll, TabUnpaid, TabPaid, TabClosed, TabRefund}

// String gives the tab's Chinese name.
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

// noOrders reports a student who never ordered, as against a tab or a search without a match.
func (m MyOrders) noOrders() bool { return len(m.Orders) == 0 && m.Counts[TabAll] == 0 }

// href is the address of My Orders with another tab, search or page; it leaves out what is the default.
func (m MyOrders) href(tab OrderTab, query string, page int) string {
	q := url.Values{}
	if tab != TabAll && tab != "" {
		q.Set("status", string(tab))
	}
	if query != "" {
		q.Set("q", query)
	}
	if page > 1 {
		q.Set("page", strconv.Itoa(page))
	}
	if len(q) == 0 {
		return "/myorder/"
	}
	return "/myorder/?" + q.Encode()
}

// tab is the chosen tab; an empty one is 全部.
func (m MyOrders) tab() OrderTab { return cmp.Or(m.Tab, TabAll) }

func (m MyOrders) title() string {
	if m.tab() == TabAll {
		return "我的订单"
	}
	return "我的订单：" + m.Tab.String()
}

package views

import (
	"cmp"
	"net/url"
	"strconv"
	"time"

	"luffy/models"
)

// MyOrders is the page GET /myorder/.
type MyOrders struct {
	Page
	Tab     models.OrderTab
	Counts  map[models.OrderTab]int // over all pages, whatever the search
	Query   string                  // the words searched for; empty for none
	Orders  []Order                 // newest first
	PageNo  int                     // from 1
	Pages   int                     // 1 when everything fits
	Matches int                     // orders in this tab that match Query, over all pages
	Now     time.Time               // the server's clock, from which deadlines are counted down
}

var orderTabs = []models.OrderTab{models.TabAll, models.TabUnpaid, models.TabPaid, models.TabClosed, models.TabRefund}

// noOrders reports whether the student has never ordered anything; a tab or a search may be empty all
// the same.
func (m MyOrders) noOrders() bool { return len(m.Orders) == 0 && m.Counts[models.TabAll] == 0 }

// href is the address of My Orders with this tab, search and page, without defaults.
func (m MyOrders) href(tab models.OrderTab, query string, page int) string {
	q := url.Values{}
	if tab != models.TabAll && tab != "" {
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

// back and onward are the addresses of the neighbouring pages, which continue from the orders shown
// here.
func (m MyOrders) back() string {
	address := m.href(m.tab(), m.Query, m.PageNo-1)
	if m.PageNo > 2 && len(m.Orders) > 0 {
		address += "&newer=" + m.Orders[0].Number
	}
	return address
}

func (m MyOrders) onward() string {
	address := m.href(m.tab(), m.Query, m.PageNo+1)
	if n := len(m.Orders); n > 0 {
		address += "&older=" + m.Orders[n-1].Number
	}
	return address
}

// tab is the chosen tab; an empty one is 全部.
func (m MyOrders) tab() models.OrderTab { return cmp.Or(m.Tab, models.TabAll) }

// title is different for every tab, search and page, because browser tabs and bookmarks show only it.
func (m MyOrders) title() string {
	title := "我的订单"
	if m.tab() != models.TabAll {
		title += "：" + m.Tab.String()
	}
	if m.Query != "" {
		title += "，搜索“" + m.Query + "”"
	}
	return title + pageTitle(m.PageNo)
}

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

// noOrders reports a student who never ordered, as against a tab or a search without a match.
func (m MyOrders) noOrders() bool { return len(m.Orders) == 0 && m.Counts[models.TabAll] == 0 }

// href is the address of My Orders with another tab, search or page; it leaves out what is the default.
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

// back and onward are the addresses of the neighbouring pages, which go on from the orders shown here.
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

// title tells each list from the others, as tabs and bookmarks show nothing else of it.
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

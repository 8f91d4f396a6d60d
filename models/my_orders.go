package models

import (
	"cmp"
	"context"
	"database/sql"
)

// OrdersPerPage is the length of a page of My Orders.
const OrdersPerPage = 10

// OrderFilter chooses a page of a student's orders.
type OrderFilter struct {
	UserID int64
	Tab    OrderTab // empty means TabAll
	Search string   // part of an order number or of a course's name; empty for all
	Page   int      // from 1; one past the end shows the last
	// Older asks for the orders placed just before the one with this number, Newer for those just after.
	// The links to the next and the previous page set one of them, so that no order is skipped or
	// shown twice when others come into the tab or leave it. If both are empty, or nothing is found,
	// Page decides alone.
	Older, Newer string
}

// OrderList is a page of a student's orders.
type OrderList struct {
	Orders  []OrderView
	Counts  map[OrderTab]int // over all pages, whatever the search
	Matches int              // how many orders of the tab the search finds, over all pages
	Page    int
	Pages   int // at least 1
}

// MyOrders reads a page of a student's orders, newest first, without those they have hidden. However
// many orders and lines there are, it takes
//
//   - one statement if all orders fit on one page, as with most students, and two otherwise,
//   - one more with a search,
//   - one more for a student with a tally, and
//   - one more if a right on the page has ended or ends soon.
//
// A visit that has to count thousands of orders one by one also stores their tally.
func (db *DB) MyOrders(ctx context.Context, f OrderFilter) (OrderList, error) {
	f.Tab = cmp.Or(f.Tab, TabAll)
	list, err := db.listOrders(ctx, f)
	if err != nil {
		return list, err
	}
	return list, db.tellRenewed(ctx, f.UserID, list.Orders...)
}

// listOrders reads the newest orders first, if these are asked for. If they are all there are,
// nothing needs to be counted.
func (db *DB) listOrders(ctx context.Context, f OrderFilter) (OrderList, error) {
	if !f.newest() {
		return db.countedOrders(ctx, f)
	}
	orders, err := db.readOrderPage(ctx, f.first(OrdersPerPage+1))
	if err != nil || len(orders) <= OrdersPerPage {
		return OrderList{
			Orders: orders, Counts: tabCounts(shelved(orders)), Matches: len(orders), Page: 1, Pages: 1,
		}, err
	}
	list, err := db.countTabs(ctx, f)
	list.Orders = orders[:OrdersPerPage]
	return list, err
}

// countedOrders counts the orders before it reads a page, to know which page is the last.
func (db *DB) countedOrders(ctx context.Context, f OrderFilter) (OrderList, error) {
	list, err := db.countTabs(ctx, f)
	if err != nil || list.Matches == 0 {
		return list, err
	}
	if f.Older != "" || f.Newer != "" {
		list.Orders, err = db.readOrderPage(ctx, f.beside())
	}
	if err == nil && len(list.Orders) == 0 {
		list.Orders, err = db.readOrderPage(ctx, f.numbered(list.Page, list.Matches))
	}
	return list, err
}

// countTabs returns the list without its orders.
func (db *DB) countTabs(ctx context.Context, f OrderFilter) (OrderList, error) {
	onShelf, counted, err := db.countOrders(ctx, f.UserID)
	if err == nil && counted > tallyFrom {
		err = db.tally(ctx, f.UserID)
	}
	if err != nil {
		return OrderList{}, err
	}
	list := OrderList{Counts: tabCounts(onShelf)}
	list.Matches = list.Counts[f.Tab]
	if f.Search != "" {
		where, args := f.where(f.Tab.shelves()...)
		count := func(rows *sql.Rows) error { return rows.Scan(&list.Matches) }
		err = db.query(ctx, count, "SELECT COUNT(*) FROM ly_order o WHERE "+where, args...)
	}
	list.Page, list.Pages = clampPage(f.Page, list.Matches, OrdersPerPage)
	return list, err
}

// newest tells whether the first page of 全部 is asked for, as by most visits.
func (f OrderFilter) newest() bool {
	return f == OrderFilter{UserID: f.UserID, Tab: TabAll, Page: f.Page} && f.Page <= 1
}

// shelved counts the orders on each shelf.
func shelved(orders []OrderView) map[shelf]int {
	onShelf := map[shelf]int{}
	for _, o := range orders {
		onShelf[o.shelf()]++
	}
	return onShelf
}

// tabCounts sums up the shelves of each tab.
func tabCounts(onShelf map[shelf]int) map[OrderTab]int {
	counts := map[OrderTab]int{}
	for _, tab := range []OrderTab{TabAll, TabUnpaid, TabPaid, TabClosed, TabRefund} {
		for _, shelf := range tab.shelves() {
			counts[tab] += onShelf[shelf]
		}
	}
	return counts
}

package models

import (
	"cmp"
	"context"
	"strings"

	"gorm.io/gorm"
)

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

// where is the tab's condition on ly_order o; empty means every order. A paid order of which a part went back is under 已完成 and
// under 退款.
func (t OrderTab) where() (string, []any) {
	switch t {
	case TabUnpaid:
		return "o.order_status = ?", []any{OrderUnpaid}
	case TabPaid:
		return "o.order_status = ?", []any{OrderPaid}
	case TabClosed:
		return "o.order_status IN (?, ?)", []any{OrderCancelled, OrderTimedOut}
	case TabRefund:
		return "(o.order_status = ? OR (o.order_status = ? AND o.refunded_amount > 0))", []any{OrderRefunded, OrderPaid}
	default:
		return "", nil
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

// OrdersPerPage is the length of a page of My Orders.
const OrdersPerPage = 10

// OrderFilter chooses a page of a student's orders.
type OrderFilter struct {
	UserID int64
	Tab    OrderTab // empty means TabAll
	Search string   // part of an order number or of a course's name; empty for all
	Page   int      // from 1; one past the end shows the last
}

// OrderList is a page of a student's orders.
type OrderList struct {
	Orders  []OrderView
	Counts  map[OrderTab]int // over all pages, whatever the search
	Matches int              // orders of the tab that the search finds, over all pages
	Page    int
	Pages   int // at least 1
}

// MyOrders reads a page of a student's orders, newest first. It takes two statements, three with a search, however many orders or
// lines there are.
func (db *DB) MyOrders(ctx context.Context, f OrderFilter) (OrderList, error) {
	g := db.with(ctx)
	f.Tab = cmp.Or(f.Tab, TabAll)
	counts, err := countOrders(g, f.UserID)
	if err != nil {
		return OrderList{}, err
	}
	list := OrderList{Counts: counts, Matches: counts[f.Tab]}
	where, args := f.where()
	if f.Search != "" {
		if err := g.Raw("SELECT COUNT(*) FROM ly_order o WHERE "+where, args...).Scan(&list.Matches).Error; err != nil {
			return list, err
		}
	}
	list.Pages = max(1, (list.Matches+OrdersPerPage-1)/OrdersPerPage)
	list.Page = min(max(f.Page, 1), list.Pages)
	if list.Matches == 0 {
		return list, nil
	}
	list.Orders, err = readOrderPage(g, where, append(args, OrdersPerPage, (list.Page-1)*OrdersPerPage))
	return list, err
}

// readOrderPage reads orders with their lines. It is the shop's most asked page, so its columns go straight into their places: the
// ORM's reflection took a third of the page's time.
func readOrderPage(g *gorm.DB, where string, args []any) ([]OrderView, error) {
	rows, err := g.Raw(`
		SELECT o.id, o.order_number, o.total_price, o.discount_amount, o.coupon_amount, o.credit_amount, o.real_price,
		       o.order_status, o.credit, o.created_at, o.expires_at, o.pay_time, o.closed_at, o.refunded_amount, o.closing_to,
		       d.course_id, d.expire_text, d.course_name, d.course_img, d.price, d.discount_name, d.real_price, r.out_time,
		       `+recordState+`, `+requestState+`
		FROM (SELECT o.id FROM ly_order o WHERE `+where+` ORDER BY o.id DESC LIMIT ? OFFSET ?) page
		JOIN ly_order o ON o.id = page.id
		JOIN ly_order_detail d ON d.order_id = o.id
		LEFT JOIN ly_user_course r ON r.order_detail_id = d.id`+requestJoin+`
		ORDER BY o.id DESC, d.position`, args...).Rows()
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var orders []OrderView
	for rows.Next() {
		var o Order
		var l LineView
		err := rows.Scan(&o.ID, &o.OrderNumber, &o.TotalPrice, &o.DiscountAmount, &o.CouponAmount, &o.CreditAmount, &o.RealPrice,
			&o.OrderStatus, &o.Credit, &o.CreatedAt, &o.ExpiresAt, &o.PayTime, &o.ClosedAt, &o.RefundedAmount, &o.ClosingTo,
			&l.CourseID, &l.ExpireText, &l.CourseName, &l.CourseImg, &l.Price, &l.DiscountName, &l.RealPrice, &l.OutTime,
			&l.Granted, &l.Revoked, &l.Request.State, &l.Request.Answer, &l.Request.RefundState)
		if err != nil {
			return nil, err
		}
		if n := len(orders); n == 0 || orders[n-1].ID != o.ID {
			orders = append(orders, OrderView{Order: o})
		}
		last := &orders[len(orders)-1]
		last.Lines = append(last.Lines, l)
	}
	return orders, rows.Err()
}

func countOrders(g *gorm.DB, user int64) (map[OrderTab]int, error) {
	var groups []struct {
		OrderStatus    OrderStatus
		N              int
		PartlyRefunded int
	}
	err := g.Raw(`
		SELECT order_status, COUNT(*) AS n, COUNT(CASE WHEN order_status = ? AND refunded_amount > 0 THEN 1 END) AS partly_refunded
		FROM ly_order WHERE user_id = ? GROUP BY order_status`, OrderPaid, user).Scan(&groups).Error
	counts := map[OrderTab]int{}
	for _, group := range groups {
		counts[TabAll] += group.N
		counts[tabOf(group.OrderStatus)] += group.N
		counts[TabRefund] += group.PartlyRefunded
	}
	return counts, err
}

func tabOf(s OrderStatus) OrderTab {
	switch s {
	case OrderUnpaid:
		return TabUnpaid
	case OrderPaid:
		return TabPaid
	case OrderRefunded:
		return TabRefund
	default:
		return TabClosed
	}
}

// where is the condition on ly_order o.
func (f OrderFilter) where() (string, []any) {
	where, args := "o.user_id = ?", []any{f.UserID}
	if tab, values := f.Tab.where(); tab != "" {
		where += " AND " + tab
		args = append(args, values...)
	}
	if f.Search != "" {
		pattern := "%" + likeEscaper.Replace(f.Search) + "%"
		where += ` AND (o.order_number LIKE ? ESCAPE '!' OR EXISTS (
			SELECT 1 FROM ly_order_detail s WHERE s.order_id = o.id AND s.course_name LIKE ? ESCAPE '!'))`
		args = append(args, pattern, pattern)
	}
	return where, args
}

var likeEscaper = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

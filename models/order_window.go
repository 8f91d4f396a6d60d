package models

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// window is a contiguous part of a student's orders, sorted by ID.
type window struct {
	index       string // the index of ly_order along which the window is read
	beside      string // joins ly_order o to its neighbour c; empty if the window has no neighbour
	parts       []part // one for each shelf
	direction   string // ASC or DESC, by ID
	skip, limit int
}

// The indexes of a student's orders by ID, of all together and of each shelf, and that of order
// numbers, for a search for a whole number. The window forces its index: with outdated statistics the
// database chooses another one and reads everything that the student ever ordered.
const (
	byUser   = "ly_order_user"
	byShelf  = "ly_order_user_shelf"
	byNumber = "ly_order_number"
)

// part is a condition on ly_order o.
type part struct {
	where string
	args  []any
}

// first is the window of the newest orders of the tab, up to a limit. 全部, which most students look at,
// is read in one part: merging five shelves takes half as long again.
func (f OrderFilter) first(limit int) window {
	w := window{index: byShelf, parts: f.parts(), direction: "DESC", limit: limit}
	if f.Tab == TabAll {
		where, args := f.where()
		w.index, w.parts = byUser, []part{{where, args}}
	}
	if f.forNumber() {
		w.index = byNumber
	}
	return w
}

// numbered is the window of the page with that number. Pages in the later half are read from the end,
// so that the last page costs as much as the first.
func (f OrderFilter) numbered(page, matches int) window {
	w := f.first(OrdersPerPage)
	w.skip = (page - 1) * OrdersPerPage
	w.limit = min(OrdersPerPage, matches-w.skip)
	if behind := matches - w.skip - w.limit; behind < w.skip {
		w.direction, w.skip = "ASC", behind
	}
	return w
}

// beside is the window next to an order. It uses a join, because with a subquery MariaDB reads
// everything that the student ever ordered.
func (f OrderFilter) beside() window {
	w := window{index: byShelf, beside: "o.id < c.id", parts: f.parts(), direction: "DESC", limit: OrdersPerPage}
	number := f.Older
	if number == "" {
		w.beside, w.direction, number = "o.id > c.id", "ASC", f.Newer
	}
	for i, p := range w.parts {
		w.parts[i] = part{p.where + " AND c.order_number = ? AND c.user_id = ?", append(p.args, number, f.UserID)}
	}
	return w
}

// orders is SQL for the window's orders, as o. Each shelf is read along its index no further than
// needed.
func (w window) orders(dialect string) (from string, args []any) {
	table := "ly_order o" + along(dialect, w.index)
	if w.beside != "" {
		table = "ly_order c JOIN " + table + " ON " + w.beside
	}
	if len(w.parts) == 1 {
		only := w.parts[0]
		from = fmt.Sprintf("(SELECT o.* FROM %s WHERE %s ORDER BY o.id %s LIMIT ? OFFSET ?) o",
			table, only.where, w.direction)
		return from, append(slices.Clone(only.args), w.limit, w.skip)
	}
	var parts []string
	for i, p := range w.parts {
		first := fmt.Sprintf("SELECT o.id FROM %s WHERE %s ORDER BY o.id %s LIMIT ?", table, p.where, w.direction)
		parts = append(parts, fmt.Sprintf("SELECT id FROM (%s) shelf%d", first, i))
		args = append(append(args, p.args...), w.skip+w.limit)
	}
	page := fmt.Sprintf("SELECT id FROM (%s) shelves ORDER BY id %s LIMIT ? OFFSET ?",
		strings.Join(parts, " UNION ALL "), w.direction)
	return "(" + page + ") page JOIN ly_order o ON o.id = page.id", append(args, w.limit, w.skip)
}

// readOrderPage reads the window's orders with their lines. It serves the shop's most requested page,
// so it bypasses the ORM, whose reflection took a third of the page's time. It sorts the orders itself,
// because the database would sort them in a temporary table.
func (db *DB) readOrderPage(ctx context.Context, w window) ([]OrderView, error) {
	from, args := w.orders(db.dialect)
	var ids []int64
	var orders []OrderView
	var o OrderView
	var l LineView
	places := []any{
		&o.ID, &o.OrderNumber, &o.TotalPrice, &o.DiscountAmount, &o.CouponAmount, &o.CreditAmount, &o.RealPrice,
		&o.OrderStatus, &o.Credit, &o.CreatedAt, &o.ExpiresAt, &o.PayTime, &o.ClosedAt,
		&o.RefundedAt, &o.RefundedAmount, &o.RefundAsked, &o.ClosingTo, &o.CouponName, &o.Held,
		&l.Position, &l.CourseID, &l.ExpireText, &l.CourseName, &l.CourseImg,
		&l.Price, &l.DiscountName, &l.RealPrice,
		&l.OutTime, &l.Granted, &l.Revoked, &l.Request.State, &l.Request.Answer, &l.Request.RefundState,
	}
	err := db.query(ctx, func(rows *sql.Rows) error {
		if err := rows.Scan(places...); err != nil {
			return err
		}
		i := slices.Index(ids, o.ID)
		if i < 0 {
			i, ids, orders = len(ids), append(ids, o.ID), append(orders, o)
		}
		orders[i].Lines = append(orders[i].Lines, l)
		return nil
	}, `
		SELECT o.id, o.order_number, o.total_price, o.discount_amount, o.coupon_amount, o.credit_amount, o.real_price,
		       o.order_status, o.credit, o.created_at, o.expires_at, o.pay_time, o.closed_at,
		       o.refunded_at, o.refunded_amount, o.refund_asked, o.closing_to, o.coupon_name, `+orderHeld+`,
		       d.position, d.course_id, d.expire_text, d.course_name, d.course_img,
		       d.price, d.discount_name, d.real_price,
		       r.out_time, `+recordState+`, `+requestState+`
		FROM `+from+`
		JOIN ly_order_detail d ON d.order_id = o.id
		LEFT JOIN ly_user_course r ON r.order_detail_id = d.id`+requestJoin, args...)
	newestFirst(orders)
	return orders, err
}

// orderHeld is SQL for OrderView.Held of ly_order o. Only an unpaid order's payments are looked up.
const orderHeld = `(o.order_status = 0 AND EXISTS (
	SELECT 1 FROM ly_payment h WHERE h.order_id = o.id AND h.state = '` + string(PaymentHeld) + `')) AS held`

func newestFirst(orders []OrderView) {
	slices.SortFunc(orders, func(a, b OrderView) int { return cmp.Compare(b.ID, a.ID) })
	for _, o := range orders {
		slices.SortFunc(o.Lines, func(a, b LineView) int { return cmp.Compare(a.Position, b.Position) })
	}
}

// parts are the filter's conditions by shelf.
func (f OrderFilter) parts() []part {
	var parts []part
	for _, shelf := range f.Tab.shelves() {
		where, args := f.where(shelf)
		parts = append(parts, part{where, args})
	}
	return parts
}

// forNumber tells whether the search is for a whole order number. It is then not compared with the
// names of courses.
func (f OrderFilter) forNumber() bool {
	return len(f.Search) == OrderNumberLength && digitsOnly(f.Search)
}

// where is the condition on ly_order o for the student's orders on these shelves, or on all if none is
// named.
func (f OrderFilter) where(shelves ...shelf) (where string, args []any) {
	where, args = "o.user_id = ? AND o.hidden_at IS NULL", []any{f.UserID}
	if len(shelves) > 0 {
		where = "o.user_id = ? AND " + onAnyOf(shelves)
	}
	pattern := "%" + likeEscaper.Replace(f.Search) + "%"
	switch {
	case f.Search == "":
	case f.forNumber():
		where += " AND o.order_number = ?"
		args = append(args, f.Search)
	case digitsOnly(f.Search):
		where += " AND (o.order_number LIKE ? ESCAPE '!' OR " + namesCourse + ")"
		args = append(args, pattern, pattern)
	default: // no order number contains it; without the OR the database finds the lines two to three times as fast
		where += " AND " + namesCourse
		args = append(args, pattern)
	}
	return where, args
}

// namesCourse is SQL for: a line of ly_order o has a course with such a name.
const namesCourse = `EXISTS (
	SELECT 1 FROM ly_order_detail s WHERE s.order_id = o.id AND s.course_name LIKE ? ESCAPE '!')`

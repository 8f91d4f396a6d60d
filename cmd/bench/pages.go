package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"time"

	"github.com/PuerkitoBio/goquery"

	"luffy/models"
)

// The student who reads My Orders.
const (
	readerName     = "reader"
	readerPassword = "reader-password"
)

// measurePages prints (c) pages of My Orders beside bare handlers with the same queries and the same
// bytes, and (d) the statements of one page.
func (b *bench) measurePages(ctx context.Context) error {
	request, err := b.readerPage(ctx)
	if err != nil {
		return err
	}
	page, err := b.caller.call(ctx, request)
	if err != nil {
		return err
	}
	plain, prepared := make([][]sample, len(b.conns)), make([][]sample, len(b.conns))
	for i, conns := range b.conns {
		taken, err := b.comparePages(ctx, conns, request, b.barePage(page, b.plain), b.barePage(page, b.prepare()))
		if err != nil {
			return err
		}
		plain[i], prepared[i] = []sample{taken[0], taken[1]}, []sample{taken[0], taken[2]}
	}
	title := fmt.Sprintf("(c) pages of My Orders a second, 10 orders of 3 courses, %d bytes", len(page))
	b.printTable(title, plain)
	b.printTable(title+", against bare SQL that prepares", prepared)
	return b.countStatements(ctx, b.reader, request)
}

// comparePages measures the shop's page and those of the handlers.
func (b *bench) comparePages(
	ctx context.Context, conns int, request []byte, bare ...http.Handler,
) (taken []sample, err error) {
	of := func(c *caller) func() (sample, error) {
		return func() (sample, error) { return b.pagesOf(ctx, c, conns, request) }
	}
	measurements := []func() (sample, error){of(b.caller)}
	for _, handler := range bare {
		server := httptest.NewServer(handler)
		defer server.Close()
		caller := newCaller(server)
		defer func() { err = errors.Join(err, caller.close()) }()
		measurements = append(measurements, of(caller))
	}
	return inTurns(b.rounds, measurements...)
}

// pagesOf asks for the page over and over.
func (b *bench) pagesOf(ctx context.Context, c *caller, conns int, request []byte) (sample, error) {
	return drive(conns, 0, b.pages, func(int) error { _, err := c.call(ctx, request); return err })
}

// readerPage is the request for My Orders of a student who has a full page of orders.
func (b *bench) readerPage(ctx context.Context) ([]byte, error) {
	if err := b.addPaidOrders(ctx, b.reader, models.OrdersPerPage-b.ordersOf(ctx, b.reader)); err != nil {
		return nil, err
	}
	cookie, err := b.logIn(ctx)
	if err != nil {
		return nil, err
	}
	return get("/myorder/", cookie), nil
}

// countStatements asks the database server how many statements a page took.
func (b *bench) countStatements(ctx context.Context, user int64, request []byte) error {
	fmt.Println("\n(d) SQL statements of one page of My Orders, session and counts included")
	for _, orders := range []int{models.OrdersPerPage, 10_000} {
		if err := b.addPaidOrders(ctx, user, orders-b.ordersOf(ctx, user)); err != nil {
			return err
		}
		// The first visit of a student with thousands of new orders stores their tally.
		if _, err := b.caller.call(ctx, request); err != nil {
			return err
		}
		before, err := b.questions(ctx)
		if err != nil {
			return err
		}
		if _, err := b.caller.call(ctx, request); err != nil {
			return err
		}
		after, err := b.questions(ctx)
		if err != nil {
			return err
		}
		fmt.Printf("%8d orders: %d\n", orders, after-before-1) // the second question counts itself
	}
	return nil
}

func (b *bench) questions(ctx context.Context) (int, error) {
	var name string
	var n int
	err := b.sql.QueryRowContext(ctx, "SHOW GLOBAL STATUS LIKE 'Questions'").Scan(&name, &n)
	return n, err
}

func (b *bench) ordersOf(ctx context.Context, user int64) (n int) {
	if err := b.sql.QueryRowContext(ctx, "SELECT COUNT(*) FROM ly_order WHERE user_id = ?", user).Scan(&n); err != nil {
		return 0
	}
	return n
}

// addPaidOrders gives the student paid orders of three courses with their purchase records.
func (b *bench) addPaidOrders(ctx context.Context, user int64, n int) error {
	if n <= 0 {
		return nil
	}
	made, err := b.addOrders(ctx, n, false)
	if err != nil {
		return err
	}
	first, last := made[0].id, made[len(made)-1].id
	return b.exec(ctx, []string{
		fmt.Sprintf(`UPDATE ly_order SET user_id = %d, order_status = 1, pay_time = created_at
			WHERE id BETWEEN %d AND %d`, user, first, last),
		fmt.Sprintf(`INSERT INTO ly_user_course
			(user_id, course_id, order_detail_id, trade_no, buy_type, pay_time, out_time, created_at)
			SELECT %d, course_id, id, order_id, 1,
			       UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL 90 DAY, UTC_TIMESTAMP(6)
			FROM ly_order_detail WHERE order_id BETWEEN %d AND %d`, user, first, last),
	})
}

// logIn goes through the login form and returns the session's cookie.
func (b *bench) logIn(ctx context.Context) (*http.Cookie, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.shop.URL+"/login", nil)
	if err != nil {
		return nil, err
	}
	resp, err := b.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	doc, err := goquery.NewDocumentFromReader(resp.Body)
	if err != nil {
		return nil, err
	}
	form := url.Values{
		"username": {readerName},
		"password": {readerPassword},
		"_csrf":    {doc.Find("input[name=_csrf]").AttrOr("value", "")},
	}
	body := bytes.NewReader([]byte(form.Encode()))
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, b.shop.URL+"/login", body)
	if err != nil {
		return nil, err
	}
	post.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, c := range resp.Cookies() {
		post.AddCookie(c)
	}
	answer, err := b.client.Do(post)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	for _, c := range answer.Cookies() {
		if c.Name == "luffy_session" {
			return c, nil
		}
	}
	return nil, fmt.Errorf("login answered %d without a session", answer.StatusCode)
}

// reading is a way to run a query.
type reading func(ctx context.Context, text string, args ...any) (*sql.Rows, error)

// plain runs a query as it is.
func (b *bench) plain(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	return b.sql.QueryContext(ctx, text, args...)
}

// prepare returns a reading that prepares each query once.
func (b *bench) prepare() reading {
	var known sync.Map
	return func(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
		if _, ok := known.Load(text); !ok {
			statement, err := b.sql.PrepareContext(ctx, text)
			if err != nil {
				return nil, err
			}
			known.Store(text, statement)
		}
		statement, _ := known.Load(text)
		return statement.(*sql.Stmt).QueryContext(ctx, args...)
	}
}

// barePage asks for what the page shows in three queries, the counts of the tabs for themselves, reads
// every column, and writes the page's bytes.
func (b *bench) barePage(page []byte, read reading) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, q := range []statement{
			{`SELECT s.id_hash, s.user_id, s.data, s.created_at, s.expires_at, u.username,
			         (SELECT COUNT(*) FROM ly_cart_item c WHERE c.user_id = s.user_id)
			  FROM ly_session s LEFT JOIN ly_user u ON u.id = s.user_id
			  WHERE s.user_id = ? AND s.expires_at > ?`, []any{b.reader, time.Now().UTC()}},
			{"SELECT shelf, COUNT(*) FROM ly_order WHERE user_id = ? GROUP BY shelf", []any{b.reader}},
			{`SELECT o.id, o.order_number, o.total_price,
			         o.discount_amount, o.coupon_amount, o.credit_amount, o.real_price,
			         o.order_status, o.credit, o.created_at, o.expires_at, o.pay_time, o.closed_at,
			         o.refunded_at, o.refunded_amount, o.closing_to, o.coupon_name,
			         d.position, d.course_id, d.expire_text, d.course_name, d.course_img,
			         d.price, d.discount_name, d.real_price,
			         r.out_time, r.id IS NOT NULL AND r.revoked_at IS NULL, r.revoked_at IS NOT NULL,
			         q.state, q.answer, f.state
			  FROM (SELECT * FROM ly_order WHERE user_id = ? ORDER BY id DESC LIMIT 10) o
			  JOIN ly_order_detail d ON d.order_id = o.id
			  LEFT JOIN ly_user_course r ON r.order_detail_id = d.id
			  LEFT JOIN ly_refund_request q ON q.order_detail_id = d.id
			  LEFT JOIN ly_refund f ON f.id = q.refund_id`, []any{b.reader}},
		} {
			if err := readAll(r.Context(), read, q); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write(page)
	})
}

func readAll(ctx context.Context, read reading, q statement) error {
	rows, err := read(ctx, q.text, q.args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values := make([]any, len(columns))
	for i := range values {
		values[i] = new(sql.RawBytes)
	}
	for rows.Next() {
		if err := rows.Scan(values...); err != nil {
			return err
		}
	}
	return rows.Err()
}

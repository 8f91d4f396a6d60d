package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/PuerkitoBio/goquery"

	"luffy/models"
)

// The student who reads My Orders.
const (
	readerName     = "reader"
	readerPassword = "reader-password"
)

// readerPage is the request for My Orders of a student who has a full page of orders.
func (b *bench) readerPage(ctx context.Context) ([]byte, error) {
	if err := b.addPaidOrders(ctx, models.OrdersPerPage); err != nil {
		return nil, err
	}
	cookie, err := b.logIn(ctx)
	if err != nil {
		return nil, err
	}
	return get("/myorder/", cookie), nil
}

// addPaidOrders gives the reader paid orders of three courses, with their purchase records, until there
// are n of them.
func (b *bench) addPaidOrders(ctx context.Context, n int) error {
	var have int
	err := b.sql.QueryRowContext(ctx, "SELECT COUNT(*) FROM ly_order WHERE user_id = ?", b.reader).Scan(&have)
	if err != nil || have >= n {
		return err
	}
	made, err := b.addOrders(ctx, n-have, distinctCourses)
	if err != nil {
		return err
	}
	first, last := made[0].id, made[len(made)-1].id
	return b.exec(ctx, []string{
		fmt.Sprintf(`UPDATE ly_order SET user_id = %d, order_status = 1, pay_time = created_at
			WHERE id BETWEEN %d AND %d`, b.reader, first, last),
		fmt.Sprintf(`INSERT INTO ly_user_course
			(user_id, course_id, order_detail_id, trade_no, buy_type, pay_time, out_time, created_at)
			SELECT %d, course_id, id, order_id, 1,
			       UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL 90 DAY, UTC_TIMESTAMP(6)
			FROM ly_order_detail WHERE order_id BETWEEN %d AND %d`, b.reader, first, last),
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

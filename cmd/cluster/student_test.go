package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/PuerkitoBio/goquery"
)

// student is a buyer with a browser of their own, who tries again what the shop could not do.
type student struct {
	site   *site
	name   string
	client *http.Client
	points string // taken off each order; with none nothing of the student's row changes when they pay
	again  int    // how often the shop could not do what was asked
}

func newStudent(s *site, name string) (*student, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	client := &http.Client{Jar: jar, Timeout: 30 * time.Second, CheckRedirect: stay}
	return &student{site: s, name: name, client: client, points: "0"}, nil
}

// patience is for how long a step is tried; a database cluster takes some seconds to do without a
// node, and a while to copy to two.
const patience = 3 * time.Minute

// reply is a page, or where to go instead.
type reply struct {
	status int
	to     string
	page   *goquery.Document
}

// insist sends a request until the shop answers it, with whatever it was meant to be answered by.
func (s *student) insist(ctx context.Context, make func() (*http.Request, error)) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		r, err := s.try(ctx, make)
		if err == nil && r.status < http.StatusInternalServerError {
			return r, nil
		}
		s.again++
		select {
		case <-ctx.Done():
			return r, fmt.Errorf("%s: status %d, %w", s.name, r.status, errors.Join(err, ctx.Err()))
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func (s *student) try(ctx context.Context, make func() (*http.Request, error)) (reply, error) {
	request, err := make()
	if err != nil {
		return reply{}, err
	}
	response, err := s.client.Do(request.WithContext(ctx))
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	page, err := goquery.NewDocumentFromReader(response.Body)
	return reply{response.StatusCode, response.Header.Get("Location"), page}, err
}

func (s *student) open(ctx context.Context, address string) (reply, error) {
	return s.insist(ctx, func() (*http.Request, error) { return http.NewRequest(http.MethodGet, address, nil) })
}

// send posts a form with the token that the shop's cookie holds.
func (s *student) send(ctx context.Context, path string, form url.Values) (reply, error) {
	return s.insist(ctx, func() (*http.Request, error) {
		at, err := url.Parse(s.site.url)
		if err != nil {
			return nil, err
		}
		for _, cookie := range s.client.Jar.Cookies(at) {
			if cookie.Name == "luffy_csrf" {
				form.Set("_csrf", cookie.Value)
			}
		}
		request, err := http.NewRequest(http.MethodPost, s.site.url+path, strings.NewReader(form.Encode()))
		if err == nil {
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		return request, err
	})
}

func (s *student) logIn(ctx context.Context) error {
	if _, err := s.open(ctx, s.site.url+"/login"); err != nil {
		return err
	}
	r, err := s.send(ctx, "/login", url.Values{"username": {s.name}, "password": {password}})
	if err == nil && r.to != "/" {
		err = fmt.Errorf("%s: login: status %d to %q", s.name, r.status, r.to)
	}
	return err
}

// order puts the course into the cart and makes an order of it; link leads to Alipay.
func (s *student) order(ctx context.Context, course int64) (link string, err error) {
	r, err := s.send(ctx, "/cart/items", url.Values{"course": {strconv.FormatInt(course, 10)}, "expire": {"0"}})
	if err != nil || r.to != "/cart" {
		return "", fmt.Errorf("%s: cart: status %d to %q, %w", s.name, r.status, r.to, err)
	}
	for range 5 { // the cart changes once more when an earlier order turns out to be paid
		if r, err = s.checkOut(ctx); r.status != http.StatusUnprocessableEntity {
			break
		}
	}
	if err != nil {
		return "", err
	}
	if !strings.HasPrefix(r.to, s.site.alipayURL) {
		return "", fmt.Errorf("%s: order: status %d to %q, %q", s.name, r.status, r.to, r.page.Find(".problems").Text())
	}
	return r.to, nil
}

func (s *student) checkOut(ctx context.Context) (reply, error) {
	r, err := s.open(ctx, s.site.url+"/checkout")
	if err != nil || r.status != http.StatusOK {
		return r, err
	}
	form := url.Values{"coupon": {"0"}, "points": {s.points}, "anyway": {"1"}}
	for _, name := range []string{"token", "quote"} {
		form.Set(name, r.page.Find(`form.checkout input[name="`+name+`"]`).AttrOr("value", ""))
	}
	return s.send(ctx, "/orders", form)
}

// pay pays at the cashier and comes back to the shop, which must show the order's result.
func (s *student) pay(ctx context.Context, link string) error {
	cashier, err := s.open(ctx, link)
	if err != nil {
		return err
	}
	if err := s.site.alipay.Pay(cashier.to, ""); err != nil {
		return err
	}
	back, err := s.open(ctx, cashier.to+"/return")
	if err != nil {
		return err
	}
	result, err := s.open(ctx, back.to)
	if err != nil || !strings.HasSuffix(result.to, "/result") {
		return fmt.Errorf("%s: return: status %d to %q, %w", s.name, result.status, result.to, err)
	}
	page, err := s.open(ctx, s.site.url+result.to)
	if err != nil || page.status != http.StatusOK {
		return fmt.Errorf("%s: %s: status %d, %w", s.name, result.to, page.status, err)
	}
	return nil
}

// orderNumberIn gives the order that a link to Alipay is for.
func orderNumberIn(link string) (string, error) {
	u, err := url.Parse(link)
	if err != nil {
		return "", err
	}
	_, after, _ := strings.Cut(u.Query().Get("biz_content"), `"out_trade_no":"`)
	number, _, _ := strings.Cut(after, `"`)
	return number, nil
}

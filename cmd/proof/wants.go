package main

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"luffy/models"
)

// longest is how long a page may take on a busy machine. The shop itself allows fifteen seconds.
const longest = 25 * time.Second

func (v *victim) see(ctx context.Context, path string) answer {
	return v.within(ctx, path, func(ctx context.Context) (answer, error) { return v.student.get(ctx, path) })
}

func (v *victim) send(ctx context.Context, path string) answer {
	form := url.Values{"course": {"3"}, "expire": {"0"}}
	return v.within(ctx, path, func(ctx context.Context) (answer, error) { return v.student.post(ctx, path, form) })
}

// within expects an answer in time that says nothing about the database.
func (v *victim) within(ctx context.Context, path string, ask func(context.Context) (answer, error)) answer {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	a, err := ask(ctx)
	if err != nil {
		v.find("%s: %w", path, err)
	}
	page := randomText.ReplaceAllString(a.body, "")
	for _, word := range []string{
		"SQL", "SELECT", "ly_order", "ly_cart", "connection", "driver", "read-only", "Disk", "Deadlock",
		"Lock wait", "context", "Error 1", "EOF",
	} {
		if strings.Contains(page, word) {
			v.find("%s: the page says %q:\n%s", path, word, a.body)
		}
	}
	return a
}

// randomText matches the random parts of a page, which may contain any word.
var randomText = regexp.MustCompile(`name="(_csrf|token|quote)" value="[^"]*"`)

func (v *victim) want(ctx context.Context, path string, status int) {
	a := v.see(ctx, path)
	if a.status != status {
		v.find("%s: got status %d, want %d", path, a.status, status)
	}
	if status == http.StatusServiceUnavailable && path != "/readyz" && !strings.Contains(a.body, "<h1") {
		v.find("%s: got no page: %s", path, a.body)
	}
}

// wantSent sends a form that changes something and expects that status.
func (v *victim) wantSent(ctx context.Context, path string, status int) {
	if a := v.send(ctx, path); a.status != status {
		v.find("the form %s: got status %d, want %d", path, a.status, status)
	}
}

// wantPages requests all pages at once: if the database is silent, each takes as long as the shop
// allows.
func (v *victim) wantPages(ctx context.Context, c trouble) {
	var asked []func()
	for _, path := range []string{"/", "/myorder/", "/cart", "/orders/" + v.order.order.OrderNumber} {
		asked = append(asked, func() { v.want(ctx, path, c.reads) })
	}
	asked = append(asked,
		func() { v.wantSent(ctx, "/cart/items", http.StatusServiceUnavailable) },
		func() {
			v.want(ctx, "/readyz", c.ready)
			v.want(ctx, "/healthz", http.StatusOK)
		})
	together(asked...)
}

// together runs all of them at once and waits for them.
func together(all ...func()) {
	var running sync.WaitGroup
	for _, do := range all {
		running.Go(do)
	}
	running.Wait()
}

// wantNotify pays the order and expects exactly that answer to the notify, before Alipay's patience is
// over.
func (v *victim) wantNotify(ctx context.Context, want string) {
	if err := payAndTell(ctx, v.world, v.order); err != nil {
		v.find("%w", err)
		return
	}
	if d := v.alipay.Deliveries(v.order.order.OrderNumber)[0]; string(d.Response) != want {
		v.find("notify: got status %d, %q after %s (%s), want %q", d.Status, d.Response, d.Took, d.Why, want)
	}
}

// wantKept expects every payment to be booked for which Alipay was answered success: Alipay will
// not send it again.
func (v *victim) wantKept(ctx context.Context) {
	for _, p := range v.orders() {
		for _, d := range v.alipay.Deliveries(p.order.OrderNumber) {
			if d.Accepted {
				v.wantPaid(ctx, p)
			}
		}
	}
}

func (v *victim) wantPaid(ctx context.Context, p *purchase) {
	status, err := v.count(ctx, "SELECT order_status FROM ly_order WHERE order_number = ?", p.order.OrderNumber)
	switch {
	case err != nil:
		v.find("%s: %w", p.order.OrderNumber, err)
	case status != int64(models.OrderPaid):
		v.find("%s: got order status %d, want it paid", p.order.OrderNumber, status)
	}
}

// wantRecovery expects the same process to finish everything that was left, and every payment to be
// booked once.
func (v *victim) wantRecovery(ctx context.Context) {
	err := until(ctx, "a page", func() bool {
		a, err := v.student.get(ctx, "/myorder/")
		return err == nil && a.status == http.StatusOK
	})
	if err != nil {
		v.find("%w", err)
		return
	}
	v.want(ctx, "/readyz", http.StatusOK)
	v.wantSent(ctx, "/cart/items", http.StatusSeeOther)
	if err := v.untilQuiet(ctx); err != nil {
		v.find("%w", err)
		return
	}
	if err := v.judge(ctx); err != nil {
		v.find("%w", err)
	}
	for _, p := range v.orders() {
		v.wantPaid(ctx, p)
	}
	select {
	case <-v.shop.ended:
		v.find("the program has ended")
	default:
	}
}

package main

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/alipay/sandbox"
)

// load is a number of students who buy, and now and then cancel, until they are told to stop.
type load struct {
	t         *testing.T
	courses   []int64
	stop      context.CancelFunc
	all       []*student
	students  sync.WaitGroup
	paid      atomic.Int64
	cancelled atomic.Int64
}

const shoppers = 8

func (s *shop) startLoad() *load {
	s.t.Helper()
	ctx, stop := context.WithCancel(s.t.Context())
	l := &load{t: s.t, courses: s.soldCourses(), stop: stop}
	for i := range shoppers {
		student := s.logIn(fmt.Sprintf("shopper%d", i))
		student.points = strconv.Itoa(i % 2)
		l.all = append(l.all, student)
		l.students.Go(func() {
			for n := i; ctx.Err() == nil; n++ {
				if err := l.shop(student, n); err != nil {
					s.t.Error(err)
					return
				}
			}
		})
	}
	s.t.Cleanup(func() {
		stop()
		l.students.Wait() // when the test has ended early, its context has, and so have their requests
	})
	return l
}

// shop makes one order. It is not cut off in the middle: what is begun is to be finished.
func (l *load) shop(s *student, n int) error {
	ctx := l.t.Context()
	link, err := s.order(ctx, l.courses[n%len(l.courses)])
	if err != nil {
		return err
	}
	if n%7 != 6 {
		l.paid.Add(1)
		return s.pay(ctx, link)
	}
	number, err := orderNumberIn(link)
	if err != nil {
		return err
	}
	_, err = s.send(ctx, "/orders/"+number+"/cancel", url.Values{})
	l.cancelled.Add(1)
	return err
}

// more waits until so many further orders were paid: the shop goes on.
func (l *load) more(orders int64) {
	l.t.Helper()
	goal := l.paid.Load() + orders
	deadline := time.After(2 * time.Minute)
	for l.paid.Load() < goal && !l.t.Failed() {
		select {
		case <-deadline:
			l.t.Fatalf("payments do not go on: %d more are missing", goal-l.paid.Load())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// payTwins lets students pay two orders of one course at the same moment, so that each replica
// takes one of them. A course must win each of the students once.
func (s *shop) payTwins() {
	s.t.Helper()
	course := s.soldCourses()[0]
	var links []string
	for i := range 2 * shoppers {
		name := fmt.Sprintf("twin%d", i)
		s.run("user", "add", name)
		twin := s.logIn(name)
		for range 2 {
			link, err := twin.order(s.t.Context(), course)
			must(s.t, err)
			links = append(links, link)
		}
		// Or both would change its row.
		_, err := twin.send(s.t.Context(), fmt.Sprintf("/cart/items/%d/delete", course), url.Values{})
		must(s.t, err)
	}
	var payments sync.WaitGroup
	for _, link := range links {
		payments.Go(func() {
			if err := s.alipay.Pay(link, ""); err != nil {
				s.t.Error(err)
			}
		})
	}
	payments.Wait()
}

func (l *load) end() {
	l.t.Helper()
	l.stop()
	l.students.Wait()
	again := 0
	for _, student := range l.all {
		again += student.again
	}
	l.t.Logf("%d orders paid, %d cancelled; %d requests had to be made again", l.paid.Load(), l.cancelled.Load(), again)
	if l.cancelled.Load() == 0 {
		l.t.Error("nobody cancelled an order")
	}
}

// wantSettled waits until every trade has come to its end in the shop, with the notifies that got
// no answer sent again, as Alipay would in four minutes. Then the books must be right: each trade
// that was paid has fulfilled one order or has gone back.
func wantSettled(t *testing.T, s *site, address string) {
	t.Helper()
	db, err := models.Open(t.Context(), models.Options{URL: address})
	must(t, err)
	defer db.Close()
	deadline := time.After(2 * time.Minute)
	for unsettled(t, s, db) != "" {
		for _, event := range s.alipay.Events() {
			if event.State == sandbox.EventQueued && event.Attempts > 0 {
				must(t, s.alipay.Resend(event.NotifyID))
			}
		}
		select {
		case <-deadline:
			t.Fatalf("not settled: %s", unsettled(t, s, db))
		case <-time.After(200 * time.Millisecond):
		}
	}
	findings, err := db.Audit(t.Context())
	must(t, err)
	for _, finding := range findings {
		t.Errorf("audit: %s", finding)
	}
}

// unsettled names a trade of which shop and Alipay do not say the same; it is empty when there is none.
func unsettled(t *testing.T, s *site, db *models.DB) string {
	t.Helper()
	for _, trade := range s.alipay.Trades() {
		if trade.PaidAt.IsZero() {
			continue
		}
		standing, err := db.PaymentByOutTradeNo(t.Context(), trade.OutTradeNo)
		must(t, err)
		fulfilled := standing.Payment.State == models.PaymentPaid && standing.OrderStatus == models.OrderPaid &&
			trade.Refunded == 0
		returned := standing.Payment.State == models.PaymentReturned && trade.Refunded == trade.Total
		if !fulfilled && !returned {
			words := []string{trade.OutTradeNo, trade.Status, string(standing.Payment.State), standing.OrderStatus.String()}
			return strings.Join(words, " ")
		}
	}
	return ""
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

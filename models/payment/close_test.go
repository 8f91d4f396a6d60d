package payment_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest"
	"luffy/models/payment"
)

const (
	methodQuery  = "alipay.trade.query"
	methodClose  = "alipay.trade.close"
	methodRefund = "alipay.trade.refund"
)

// closers are the two ways in which an order is closed.
var closers = map[string]struct {
	close func(*world, models.Order)
	want  models.OrderStatus
}{
	"cancelled": {func(w *world, o models.Order) {
		if _, err := w.Cancel(w.t.Context(), o.UserID, o.OrderNumber); err != nil && !errors.Is(err, models.ErrNotPayable) {
			w.t.Errorf("cancel: %v", err)
		}
	}, models.OrderCancelled},
	"timed out": {func(w *world, o models.Order) {
		// The job runs a little early, so that the link still lives and can be paid at every moment
		// of the closing.
		_, err := w.db.SQL().ExecContext(w.t.Context(), "UPDATE ly_order SET check_at = created_at WHERE id = ?", o.ID)
		w.must(err)
		if err := w.CloseDue(w.t.Context()); err != nil {
			w.t.Logf("close: %v", err)
		}
	}, models.OrderTimedOut},
}

// The buyer pays at each point of the close sequence in turn, and no notify tells of it. The payment
// wins, and money and state agree.
func TestPaidAtEveryPointOfTheClosing(t *testing.T) {
	for name, c := range map[string]struct {
		faults []sandbox.Fault
		before func(w *world, link string) // the closing
		after  func(w *world, link string)
	}{
		"before the question": {before: func(w *world, link string) { w.pay(link) }},
		"between question and close": {
			faults: []sandbox.Fault{{Name: sandbox.QueryThenPay, Times: 1}},
			before: func(w *world, link string) { w.must(w.alipay.OpenTrade(link, "")) },
		},
		"just before the close": {
			faults: []sandbox.Fault{{Name: sandbox.ClosePaysFirst, Times: 1}},
			before: func(w *world, link string) { w.must(w.alipay.OpenTrade(link, "")) },
		},
		"after a question before the login": {
			faults: []sandbox.Fault{
				{Name: sandbox.APITradeNotExist, Method: methodQuery, Times: 1}, {Name: sandbox.QueryThenPay, Times: 1},
			},
			before: func(w *world, link string) { w.must(w.alipay.OpenTrade(link, "")) },
		},
		"after a close before the login": {
			faults: []sandbox.Fault{
				{Name: sandbox.APITradeNotExist, Method: methodClose, Times: 1}, {Name: sandbox.CloseThenPay, Times: 1},
			},
			before: func(w *world, link string) { w.must(w.alipay.OpenTrade(link, "")) },
		},
		"after the closing, before the link's end": {
			after: func(w *world, link string) { w.forward(5 * time.Minute); w.pay(link) },
		},
		"after a close that got no answer": {
			faults: []sandbox.Fault{{Name: sandbox.APIUnavailable, Method: methodClose, Times: 1}},
			before: func(w *world, link string) { w.must(w.alipay.OpenTrade(link, "")) },
			after:  func(w *world, link string) { w.pay(link) },
		},
		"after a question that got no answer": {
			faults: []sandbox.Fault{{Name: sandbox.APIBadGateway, Method: methodQuery, Times: 1}},
			before: func(w *world, link string) { w.must(w.alipay.OpenTrade(link, "")) },
			after:  func(w *world, link string) { w.pay(link) },
		},
	} {
		for how, closer := range closers {
			t.Run(name+", "+how, func(t *testing.T) {
				onEach(t, func(w *world) {
					w.fault(sandbox.Fault{Name: sandbox.NotifyDrop})
					w.fault(c.faults...)
					o := w.order()
					link := w.start(o)
					if c.before != nil {
						c.before(w, link)
					}
					closer.close(w, o)
					if c.after != nil {
						c.after(w, link)
					}
					if trade, exists := w.alipay.Trade(o.OrderNumber); !exists || trade.PaidAt.IsZero() {
						w.t.Fatalf("the buyer has not paid: %+v", trade)
					}
					w.runUntilQuiet()
					w.wantPaidOnce(o)
				})
			})
		}
	}
}

// If nobody pays, the order is closed, whatever the simulator knows of it and whatever goes wrong.
func TestClosingOfAnUnpaidOrder(t *testing.T) {
	open := func(w *world, link string) { w.must(w.alipay.OpenTrade(link, "")) }
	for name, c := range map[string]struct {
		faults []sandbox.Fault
		before func(w *world, link string)
	}{
		"nobody came":       {before: func(*world, string) {}},
		"a buyer logged in": {before: open},
		"no answer":         {[]sandbox.Fault{{Name: sandbox.APIBadGateway, Times: 2}}, open},
		"closed, no answer": {
			[]sandbox.Fault{{Name: sandbox.APITimeoutAfter, Method: methodClose, Value: "1ms", Times: 1}}, open,
		},
		"unsigned answers":  {[]sandbox.Fault{{Name: sandbox.APIUnsigned, Times: 2}}, open},
		"an unsigned error": {[]sandbox.Fault{{Name: sandbox.APIErrorResponse, Times: 1}}, open},
	} {
		for how, closer := range closers {
			t.Run(name+", "+how, func(t *testing.T) {
				onEach(t, func(w *world) {
					w.fault(c.faults...)
					o := w.order()
					link := w.start(o)
					c.before(w, link)
					closer.close(w, o)
					w.runUntilQuiet()
					w.wantStatus(o, closer.want)
					if err := w.alipay.Pay(link, ""); err == nil {
						w.t.Error("the link can still be paid")
					}
					w.wantSound()
				})
			})
		}
	}
}

// A buyer has reached the cashier, and Alipay has no real trade of it yet, so its answers have no trade_no.
func TestClosingBeforeTheRealTrade(t *testing.T) {
	onEach(t, func(w *world) {
		w.fault(sandbox.Fault{Name: sandbox.QueryNoTradeNo})
		o := w.order()
		link := w.start(o)
		w.must(w.alipay.OpenTrade(link, ""))
		if got, err := w.Cancel(w.t.Context(), w.ann.ID, o.OrderNumber); err != nil || got != payment.EndedClosed {
			w.t.Errorf("got %q, %v; want it closed", got, err)
		}
		w.wantStatus(o, models.OrderCancelled)
		if err := w.alipay.Pay(link, ""); err == nil {
			w.t.Error("the link can still be paid")
		}
		w.wantSound()
	})
}

// An order without a stored attempt may have been paid all the same: an older shop made it, or the
// attempt was lost because a backup was restored. Alipay is asked before the order is closed.
func TestClosingWithoutAnAttempt(t *testing.T) {
	for how, closer := range closers {
		for name, c := range map[string]struct {
			buyer func(w *world, link string)
			want  models.OrderStatus
		}{
			"paid":        {func(w *world, link string) { w.pay(link) }, models.OrderPaid},
			"nobody came": {func(*world, string) {}, closer.want},
		} {
			t.Run(name+", "+how, func(t *testing.T) {
				onEach(t, func(w *world) {
					w.fault(sandbox.Fault{Name: sandbox.NotifyDrop})
					o := w.order()
					link := w.start(o)
					_, err := w.db.SQL().ExecContext(t.Context(), "DELETE FROM ly_payment")
					w.must(err)
					c.buyer(w, link)
					closer.close(w, o)
					w.wantStatus(o, c.want)
					w.runUntilQuiet()
					w.wantStatus(o, c.want)
					w.wantSound()
				})
			})
		}
	}
}

// The settings name another app than the attempt's. While the link can be paid, the answer that there
// is no such trade proves nothing; a trade in the answer is believed.
func TestClosingUnderAnotherApp(t *testing.T) {
	strange := sandbox.Fault{Name: sandbox.APITradeNotExist, Method: methodQuery}
	for name, c := range map[string]struct {
		faults []sandbox.Fault
		pay    bool
		wait   time.Duration
		ended  payment.Ended
		want   models.OrderStatus
	}{
		"no such trade": {[]sandbox.Fault{strange}, false, time.Second, payment.EndedLater, models.OrderUnpaid},
		"no such trade, the link dead": {[]sandbox.Fault{strange}, false, modelstest.TTL + time.Minute,
			payment.EndedClosed, models.OrderCancelled},
		"paid": {nil, true, time.Second, payment.EndedPaid, models.OrderPaid},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(w *world) {
				w.fault(sandbox.Fault{Name: sandbox.NotifyDrop})
				o := w.order()
				link := w.start(o)
				_, err := w.db.SQL().ExecContext(t.Context(), "UPDATE ly_payment SET app_id = '2021000000000009'")
				w.must(err)
				if c.pay {
					w.pay(link)
				}
				w.fault(c.faults...)
				w.forward(c.wait)
				if ended, err := w.Cancel(t.Context(), o.UserID, o.OrderNumber); err != nil || ended != c.ended {
					t.Errorf("got %q, %v; want %q", ended, err, c.ended)
				}
				w.wantStatus(o, c.want)
			})
		})
	}
}

func TestPayingAtTheLinksEnd(t *testing.T) {
	onEach(t, func(w *world) {
		w.fault(sandbox.Fault{Name: sandbox.NotifyDrop})
		early, late := w.order(), w.order()
		links := [2]string{w.start(early), w.start(late)}
		w.forward(modelstest.TTL - time.Second)
		w.pay(links[0])
		w.forward(time.Second)
		if err := w.alipay.Pay(links[1], ""); err == nil {
			w.t.Error("paid at the deadline: got no refusal")
		}
		w.run()
		w.wantStatus(early, models.OrderPaid)
		w.wantStatus(late, models.OrderTimedOut)
		w.runUntilQuiet()
		w.wantSound()
	})
}

func TestCancelTellsHowItEnded(t *testing.T) {
	onEach(t, func(w *world) {
		for name, c := range map[string]struct {
			lead func(o models.Order)
			want payment.Ended
		}{
			"nobody came": {func(models.Order) {}, payment.EndedClosed},
			"paid, and not heard of": {func(o models.Order) {
				w.fault(sandbox.Fault{Name: sandbox.NotifyDrop, Times: 1})
				w.pay(w.start(o))
			}, payment.EndedPaid},
			"no answer": {func(o models.Order) {
				w.start(o)
				w.fault(sandbox.Fault{Name: sandbox.APIBadGateway, Times: 1})
			}, payment.EndedLater},
		} {
			o := w.order()
			c.lead(o)
			if got, err := w.Cancel(w.t.Context(), w.ann.ID, o.OrderNumber); err != nil || got != c.want {
				w.t.Errorf("%s: got %q, %v; want %q", name, got, err, c.want)
			}
			if _, err := w.Cancel(w.t.Context(), w.ann.ID+1, o.OrderNumber); !errors.Is(err, models.ErrNotFound) {
				w.t.Errorf("%s, by another student: got %v, want ErrNotFound", name, err)
			}
		}
		w.runUntilQuiet()
		w.wantSound()
	})
}

// Alipay is down while many orders time out. Nothing is lost: when it is back, each order is closed
// once.
func TestAlipayDownWhileOrdersTimeOut(t *testing.T) {
	onEach(t, func(w *world) {
		w.fault(sandbox.Fault{Name: sandbox.NotifyDrop})
		paid, unpaid := w.order(), w.order()
		link := w.start(paid)
		w.start(unpaid)
		w.pay(link)
		w.fault(sandbox.Fault{Name: sandbox.APIBadGateway})
		w.forward(modelstest.TTL)
		for range 10 {
			w.run()
			w.forward(time.Minute)
		}
		w.wantStatus(paid, models.OrderUnpaid)
		w.wantStatus(unpaid, models.OrderUnpaid)
		w.alipay.ClearFaults()
		w.runUntilQuiet()
		w.wantStatus(paid, models.OrderPaid)
		w.wantStatus(unpaid, models.OrderTimedOut)
		w.wantSound()
	})
}

// Four replicas close the same twelve orders, every third of which was paid.
func TestReplicasCloseTogether(t *testing.T) {
	onEach(t, func(w *world) {
		w.fault(sandbox.Fault{Name: sandbox.NotifyDrop})
		w.must(w.db.PutInCart(w.t.Context(), models.CartItem{UserID: w.ann.ID, CourseID: w.stock.Plain.ID, Selected: true}))
		for i := range 12 {
			link := w.start(modelstest.PlaceOrder(w.t, w.db, w.ann, models.Choice{}))
			if i%3 == 0 {
				w.pay(link)
			}
		}
		w.forward(modelstest.TTL)
		passes := make(chan error, 4)
		for range cap(passes) {
			go func() { passes <- w.CloseDue(context.WithoutCancel(w.t.Context())) }()
		}
		for range cap(passes) {
			w.must(<-passes)
		}
		paid := w.count("SELECT COUNT(*) FROM ly_order WHERE order_status = 1")
		closed := w.count("SELECT COUNT(*) FROM ly_order WHERE order_status = 3")
		if paid != 4 || closed != 8 {
			w.t.Errorf("got %d paid and %d closed, want 4 and 8", paid, closed)
		}
		w.wantSound()
	})
}

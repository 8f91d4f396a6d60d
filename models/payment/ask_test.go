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

// ask asks as a page does and waits for the answer.
func (w *world) ask(p models.Payment) {
	w.t.Helper()
	w.AskSoon(w.t.Context(), p)
	w.asked()
}

func TestAskSoon(t *testing.T) {
	onEachUntold(t, func(w *world) {
		attempt := w.attempt()
		w.ask(attempt)
		w.wantEvents("query noted no_trade_yet")
		p, _ := w.orderOf(attempt).OpenPayment()
		if p.TradeStatus != "TRADE_NOT_EXIST" || p.QueriedAt == nil || !p.QueriedAt.Equal(w.alipay.Now()) {
			w.t.Errorf("got status %q asked at %v, want TRADE_NOT_EXIST now", p.TradeStatus, p.QueriedAt)
		}
		trade := w.payAttempt(attempt)
		w.ask(attempt) // within the floor
		w.wantEvents("query noted no_trade_yet")
		w.advance(2 * time.Second)
		w.ask(attempt)
		w.wantEvents("query noted no_trade_yet", "query accepted fulfilled")
		order := w.orderOf(attempt)
		if paid, ok := order.PaidBy(); !ok || *paid.TradeNo != trade.TradeNo || !order.PayTime.Equal(trade.PaidAt) {
			w.t.Errorf("got paid %v %+v at %v, want trade %s at %v", ok, paid, order.PayTime, trade.TradeNo, trade.PaidAt)
		}
	})
}

// Only a signed answer counts. Any other leaves the attempt as it was, to be asked about again.
func TestAskUnproven(t *testing.T) {
	for _, fault := range []string{
		sandbox.APIUnavailable, sandbox.APIErrorResponse, sandbox.APIGBKError,
		sandbox.APIBadGateway, sandbox.APIUnsigned, sandbox.APIWrongSign,
	} {
		t.Run(fault, func(t *testing.T) {
			w := untold(t, modelstest.SQLite)
			attempt := w.attempt()
			w.payAttempt(attempt)
			w.fault(sandbox.Fault{Name: fault, Times: 1})
			w.ask(attempt)
			w.wantEvents()
			if p, open := w.orderOf(attempt).OpenPayment(); !open || p.TradeStatus != "" {
				t.Errorf("got open %v, status %q; want the attempt as it was", open, p.TradeStatus)
			}
			w.advance(2 * time.Second)
			w.ask(attempt)
			w.wantEvents("query accepted fulfilled")
		})
	}
}

// The answer counts even after the visitor has left, and the shop waits for it before it stops.
func TestAskOutlivesRequest(t *testing.T) {
	w := untold(t, modelstest.SQLite)
	attempt := w.attempt()
	w.payAttempt(attempt)
	w.fault(sandbox.Fault{Name: sandbox.APISlowBody, Value: "2s", Times: 1})
	request, leave := context.WithCancel(t.Context())
	w.AskSoon(request, attempt)
	leave()
	impatient, give := context.WithTimeout(t.Context(), time.Millisecond)
	defer give()
	if err := w.Wait(impatient); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v while a question runs, want %v", err, context.DeadlineExceeded)
	}
	w.asked()
	w.wantEvents("query accepted fulfilled")
}

// An answer is booked even if it comes when the time for the question is over, the browser has left or
// the shop has been told to stop.
func TestAnswerAtTheLastMoment(t *testing.T) {
	for name, question := range map[string]func(context.Context, *world, *payment.Service, models.Payment) error{
		"a return": func(ctx context.Context, _ *world, s *payment.Service, p models.Payment) error {
			_, err := s.Return(ctx, returnOf(p).signed())
			return err
		},
		"a cancelling": func(ctx context.Context, w *world, s *payment.Service, p models.Payment) error {
			_, err := s.Cancel(ctx, w.ann.ID, p.OutTradeNo)
			return err
		},
		"a question of the job": func(ctx context.Context, w *world, s *payment.Service, _ models.Payment) error {
			w.advance(time.Minute)
			_ = s.AskDue(ctx) // claims no more, because its time is over
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			onEachUntold(t, func(w *world) {
				attempt := w.attempt()
				w.payAttempt(attempt)
				ctx, end := context.WithCancel(w.t.Context())
				defer end()
				if err := question(ctx, w, w.answered(end), attempt); err != nil {
					w.t.Error(err)
				}
				if ctx.Err() == nil {
					w.t.Error("Alipay was not asked")
				}
				if got := w.orderOf(attempt).OrderStatus; got != models.OrderPaid {
					w.t.Errorf("got %v, want it paid", got)
				}
			})
		})
	}
}

// The same holds for the answers after which an order is closed or a refund is done. In each case the
// time is over with the last answer.
func TestClosingAndRefundAtTheLastMoment(t *testing.T) {
	closing := func(ctx context.Context, w *world, s *payment.Service, o models.Order) {
		if got, err := s.Cancel(ctx, w.ann.ID, o.OrderNumber); err != nil || got != payment.EndedClosed {
			w.t.Errorf("got %q, %v; want it closed", got, err)
		}
		w.wantStatus(o, models.OrderCancelled)
	}
	refund := func(want models.RefundState) func(context.Context, *world, *payment.Service, models.Order) {
		return func(ctx context.Context, w *world, s *payment.Service, o models.Order) {
			w.pay(w.start(o))
			w.delivered()
			got, err := s.Refund(ctx, models.NewRefund{OrderNumber: o.OrderNumber})
			if err != nil || got.State != want || (got.LastError == "") != (want == models.RefundDone) {
				w.t.Errorf("got %s, %q, %v; want %s", got.State, got.LastError, err, want)
			}
		}
	}
	for name, c := range map[string]struct {
		answers int // until the time is over
		lead    func(w *world, o models.Order)
		act     func(context.Context, *world, *payment.Service, models.Order)
	}{
		"nobody came": {1, func(w *world, o models.Order) { w.start(o) }, closing},
		"somebody is at the cashier": {2, func(w *world, o models.Order) {
			w.must(w.alipay.OpenTrade(w.start(o), ""))
		}, closing},
		"a refund": {1, func(*world, models.Order) {}, refund(models.RefundDone)},
		"a refund that is asked about": {2, func(w *world, _ models.Order) {
			w.fault(sandbox.Fault{Name: sandbox.RefundFundChangeN, Times: 1})
		}, refund(models.RefundDone)},
		"a refund whose money has not moved": {2, func(w *world, _ models.Order) {
			w.fault(sandbox.Fault{Name: sandbox.RefundLater, Times: 1})
		}, refund(models.RefundPending)},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(w *world) {
				o := w.order()
				c.lead(w, o)
				ctx, end := context.WithCancel(w.t.Context())
				defer end()
				answers := 0
				c.act(ctx, w, w.answered(func() {
					if answers++; answers == c.answers {
						end()
					}
				}), o)
				if ctx.Err() == nil {
					w.t.Errorf("Alipay answered %d times, want %d", answers, c.answers)
				}
			})
		})
	}
}

// The log of events tells of an answer that could not be booked in time.
func TestNotifyTooLateIsOnRecord(t *testing.T) {
	onEachUntold(t, func(w *world) {
		attempt := w.attempt()
		ctx, end := context.WithCancel(w.t.Context())
		end()
		if w.Notify(ctx, notifyOf(attempt).signed()) {
			w.t.Error("acknowledged without having booked it")
		}
		w.wantEvents("notify failed database")
	})
}

package payment_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/alipay/sandbox"
)

// ask asks as a page does and waits for the answer.
func (d *desk) ask(p models.Payment) {
	d.t.Helper()
	d.AskSoon(d.t.Context(), p)
	d.wait()
}

func TestAskSoon(t *testing.T) {
	eachDesk(t, func(d *desk) {
		attempt := d.attempt()
		d.ask(attempt)
		d.wantEvents("query noted no_trade_yet")
		if p, _ := d.order(attempt).OpenPayment(); p.TradeStatus != "TRADE_NOT_EXIST" || p.QueriedAt == nil || !p.QueriedAt.Equal(d.clock.now()) {
			d.t.Errorf("got status %q asked at %v, want TRADE_NOT_EXIST now", p.TradeStatus, p.QueriedAt)
		}
		trade := d.pay(attempt)
		d.ask(attempt) // within the floor
		d.wantEvents("query noted no_trade_yet")
		d.clock.advance(2 * time.Second)
		d.ask(attempt)
		d.wantEvents("query noted no_trade_yet", "query accepted fulfilled")
		order := d.order(attempt)
		if paid, ok := order.PaidBy(); !ok || *paid.TradeNo != trade.TradeNo || !order.PayTime.Equal(trade.PaidAt) {
			d.t.Errorf("got paid %v %+v at %v, want trade %s at %v", ok, paid, order.PayTime, trade.TradeNo, trade.PaidAt)
		}
	})
}

// Only a proven answer counts. Whatever else comes leaves the attempt as it was, to be asked about again.
func TestAskUnproven(t *testing.T) {
	for _, fault := range []string{
		sandbox.APIUnavailable, sandbox.APIErrorResponse, sandbox.APIGBKError, sandbox.APIBadGateway, sandbox.APIUnsigned, sandbox.APIWrongSign,
	} {
		t.Run(fault, func(t *testing.T) {
			d := newDesk(t)
			attempt := d.attempt()
			d.pay(attempt)
			if err := d.alipay.AddFault(sandbox.Fault{Name: fault, Times: 1}); err != nil {
				t.Fatal(err)
			}
			d.ask(attempt)
			d.wantEvents()
			if p, open := d.order(attempt).OpenPayment(); !open || p.TradeStatus != "" {
				t.Errorf("got open %v, status %q; want the attempt as it was", open, p.TradeStatus)
			}
			d.clock.advance(2 * time.Second)
			d.ask(attempt)
			d.wantEvents("query accepted fulfilled")
		})
	}
}

// The answer counts after the visitor has left, and the shop waits for it before it stops.
func TestAskOutlivesRequest(t *testing.T) {
	d := newDesk(t)
	attempt := d.attempt()
	d.pay(attempt)
	if err := d.alipay.AddFault(sandbox.Fault{Name: sandbox.APISlowBody, Value: "200ms", Times: 1}); err != nil {
		t.Fatal(err)
	}
	request, leave := context.WithCancel(t.Context())
	d.AskSoon(request, attempt)
	leave()
	impatient, give := context.WithTimeout(t.Context(), time.Millisecond)
	defer give()
	if err := d.Wait(impatient); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v while a question runs, want %v", err, context.DeadlineExceeded)
	}
	d.wait()
	d.wantEvents("query accepted fulfilled")
}

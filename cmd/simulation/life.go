package main

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"luffy/models"
	"luffy/models/alipay/sandbox"
	"luffy/models/payment"
)

// life is an order together with what its student does about it.
type life struct {
	*world
	student *student
	order   models.Order
	cashier string // address of Alipay's cashier, once it was opened
}

// lifeOf finds the life of an order by an out_trade_no; nil if there is none.
func (w *world) lifeOf(outTradeNo string) *life {
	return w.lives[outTradeNo[:min(len(outTradeNo), models.OrderNumberLength)]]
}

// intend decides by lot what the student is going to do.
func (l *life) intend() {
	plans := []struct {
		share int // of a hundred
		what  func(context.Context)
	}{
		{58, l.payNow}, {7, l.leave}, {6, l.payAndCancel}, {5, l.cancelOnly}, {7, l.payLate}, {5, l.payTwice},
		{3, l.payOnTwoDevices}, {3, l.payPoor}, // and the others forget it
	}
	n := l.rng.IntN(100)
	for _, plan := range plans {
		if n -= plan.share; n < 0 {
			l.in(l.between(2*time.Second, 2*time.Minute), plan.what)
			return
		}
	}
}

func (l *life) payNow(ctx context.Context) {
	if l.start(ctx) {
		l.in(l.between(3*time.Second, 3*time.Minute), l.pay)
	}
}

// leave goes to Alipay, perhaps logs in, and does no more.
func (l *life) leave(ctx context.Context) {
	if l.start(ctx) && l.oneIn(2) {
		l.logIn() //nolint:contextcheck // a buyer's browser is no part of the shop's work
	}
}

// payAndCancel pays and cancels, in either sequence.
func (l *life) payAndCancel(ctx context.Context) {
	if !l.start(ctx) {
		return
	}
	if l.oneIn(3) {
		l.logIn() //nolint:contextcheck // a buyer's browser is no part of the shop's work
	}
	l.in(l.between(0, time.Minute), l.cancel)
	l.in(l.between(0, time.Minute), l.pay)
}

func (l *life) cancelOnly(ctx context.Context) {
	if l.oneIn(2) {
		l.start(ctx)
	}
	l.in(l.between(0, 5*time.Minute), l.cancel)
}

// payLate pays about the deadline, when shop and Alipay close the order.
func (l *life) payLate(ctx context.Context) {
	if l.start(ctx) {
		l.at(l.order.ExpiresAt.Add(l.between(-20*time.Second, 3*time.Second)), l.pay)
	}
}

// payTwice pays two trades, because the shop believed the first to be dead.
func (l *life) payTwice(ctx context.Context) {
	if !l.start(ctx) {
		return
	}
	first := l.cashier
	standing, err := l.db.PaymentByOutTradeNo(ctx, l.order.OrderNumber)
	if err == nil {
		err = l.db.ClosePayment(ctx, standing.Payment.ID, sandbox.TradeClosed)
	}
	l.allow(l.order.OrderNumber, "the shop takes the first trade for dead", err)
	if l.start(ctx) {
		l.in(l.between(0, time.Minute), l.pay)
	}
	l.in(l.between(0, time.Minute), func(ctx context.Context) { l.payAt(ctx, first, "") })
}

func (l *life) payOnTwoDevices(ctx context.Context) {
	l.start(ctx)
	if l.start(ctx) {
		l.in(l.between(0, 3*time.Minute), l.pay)
		l.in(l.between(0, 3*time.Minute), l.pay)
	}
}

// payPoor first tries to pay from an account without money.
func (l *life) payPoor(ctx context.Context) {
	if l.start(ctx) {
		l.payAt(ctx, l.cashier, sandbox.BuyerPoor)
		l.in(l.between(0, time.Minute), l.pay)
	}
}

// start asks the shop for the address of the cashier and goes there.
func (l *life) start(ctx context.Context) bool {
	var link string
	device := payment.Desktop
	if l.oneIn(3) {
		device = payment.Phone
	}
	err := l.act(func() (err error) {
		link, err = l.shop.Start(ctx, l.student.id, l.order.OrderNumber, device)
		return err
	})
	l.allow(l.order.OrderNumber, "goes to pay", err, models.ErrNotPayable, models.ErrPastDeadline)
	if err != nil {
		return false
	}
	l.pass(l.between(50*time.Millisecond, time.Second))
	if location := l.location(ctx, link); location != "" {
		l.cashier = location
	}
	return l.cashier != ""
}

// location is where a page of Alipay's redirects to; empty if it shows something instead.
func (w *world) location(ctx context.Context, address string) string {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return ""
	}
	response, err := serve(w.gateway, r)
	if err != nil {
		return ""
	}
	defer response.Body.Close()
	return response.Header.Get("Location")
}

// logIn makes the trade at Alipay but does not pay it.
func (l *life) logIn() {
	l.note(l.order.OrderNumber, "logs in at the cashier: %s", lastWord(l.alipay.OpenTrade(l.cashier, "")))
}

func (l *life) pay(ctx context.Context) { l.payAt(ctx, l.cashier, "") }

func (l *life) payAt(ctx context.Context, cashier, buyer string) {
	l.plant(payFaults)
	err := l.alipay.Pay(cashier, buyer) //nolint:contextcheck // a buyer's browser is no part of the shop's work
	l.note(l.order.OrderNumber, "pays: %s", lastWord(err))
	if err != nil {
		return
	}
	if l.oneIn(2) {
		l.deliver(ctx)
	}
	if !l.oneIn(4) {
		l.in(l.between(200*time.Millisecond, 20*time.Second), func(ctx context.Context) { l.comeBack(ctx, cashier) })
	}
	if l.oneIn(6) {
		l.in(l.between(time.Minute, 100*time.Hour), l.giveBack)
	}
}

// lastWord is the last part of an error, without the address before it, which holds a signature.
func lastWord(err error) string {
	text := brief(err)
	return text[strings.LastIndex(text, ": ")+1:]
}

// comeBack returns from Alipay, sometimes twice, and then looks at the result page.
func (l *life) comeBack(ctx context.Context, cashier string) {
	address, err := url.Parse(l.location(ctx, cashier+"/return"))
	if err != nil || address.Host != shopHost {
		return
	}
	for range 1 + l.rng.IntN(10)/9 {
		err := l.act(func() error {
			_, err := l.shop.Return(ctx, address.RawQuery)
			return err
		})
		l.allow(l.order.OrderNumber, "comes back", err, payment.ErrReturn)
	}
	l.look(ctx)
}

// look opens the result page, which asks Alipay in the background, and waits for the answer. It has a
// replica of its own, so that it waits for this question only.
func (l *life) look(ctx context.Context) {
	shop := l.replica()
	err := l.act(func() error {
		view, err := l.db.Order(ctx, l.student.id, l.order.OrderNumber)
		if open, unpaid := view.OpenPayment(); err == nil && unpaid {
			shop.AskSoon(ctx, open)
			err = shop.Wait(ctx)
		}
		return err
	})
	l.allow(l.order.OrderNumber, "looks at the result", err)
}

func (l *life) cancel(ctx context.Context) {
	var ended payment.Ended
	err := l.act(func() (err error) {
		ended, err = l.shop.Cancel(ctx, l.student.id, l.order.OrderNumber)
		return err
	})
	l.allow(l.order.OrderNumber, "cancels, "+string(ended), err, models.ErrNotPayable)
	if ended == payment.EndedClosed { // and makes up their mind, with the coupon that is free again
		l.in(l.between(time.Second, 20*time.Second), func(ctx context.Context) { l.buy(ctx, l.student) })
	}
}

// anything lets something happen to the order while the shop is busy with it.
func (l *life) anything(ctx context.Context) {
	switch l.rng.IntN(8) {
	case 0:
		l.cancel(ctx)
	case 1, 2:
		if l.cashier != "" {
			l.pay(ctx)
			l.deliver(ctx)
		}
	case 3:
		l.comeBack(ctx, l.cashier)
	case 4:
		l.giveBack(ctx)
	case 5:
		l.start(ctx)
	default:
		l.look(ctx)
	}
}

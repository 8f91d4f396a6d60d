package main

import (
	"context"
	"fmt"
	"net/url"
)

func nothing(context.Context, *world, *purchase) error { return nil }

// payAndTell pays, and returns when the notify was answered or has met nobody.
func payAndTell(ctx context.Context, w *world, p *purchase) error {
	if err := w.alipay.Pay(p.link, ""); err != nil {
		return err
	}
	return until(ctx, "the first notify", func() bool { return len(w.alipay.Deliveries(p.order.OrderNumber)) > 0 })
}

func placeOrder(ctx context.Context, w *world, p *purchase) error {
	_, _ = w.student.post(ctx, "/orders", p.form) // the program may die over it
	return nil
}

// placeOrderAgain sends the form once more, which must make no second order.
func placeOrderAgain(ctx context.Context, w *world, p *purchase) error {
	var err error
	p.link, err = w.student.insist(ctx, "/orders", p.form)
	return err
}

func placeAgainAndPay(ctx context.Context, w *world, p *purchase) error {
	if err := placeOrderAgain(ctx, w, p); err != nil {
		return err
	}
	return w.alipay.Pay(p.link, "")
}

func cancelOrder(ctx context.Context, w *world, p *purchase) error {
	_, _ = w.student.post(ctx, "/orders/"+p.order.OrderNumber+"/cancel", url.Values{}) // the program may die over it
	return nil
}

// cancelAgain is what the student does whose first click brought no page. It may be done, or going on, already.
func cancelAgain(ctx context.Context, w *world, p *purchase) error {
	_, err := w.student.insist(ctx, "/orders/"+p.order.OrderNumber+"/cancel", url.Values{})
	return err
}

func refundLine(_ context.Context, w *world, p *purchase) error {
	_, _, err := w.run("refund", p.order.OrderNumber, "--line", "1", "--reason", "换课")
	return err
}

// refundUnlessStored asks again where nobody can see that it was asked for.
func refundUnlessStored(ctx context.Context, w *world, p *purchase) error {
	stored, err := w.count(ctx, `SELECT COUNT(*) FROM ly_refund f JOIN ly_payment p ON p.id = f.payment_id WHERE p.out_trade_no = ?`,
		p.order.OrderNumber)
	if err != nil || stored > 0 {
		return err
	}
	code, said, err := w.run("refund", p.order.OrderNumber, "--line", "1", "--reason", "换课")
	if err == nil && code != 0 {
		err = fmt.Errorf("luffy refund: exit %d: %s", code, said)
	}
	return err
}

func reconcile(_ context.Context, w *world, p *purchase) error {
	_, _, err := w.run("reconcile", p.date)
	return err
}

// reconcileTwice compares the day again, and once more: then nothing may be open.
func reconcileTwice(_ context.Context, w *world, p *purchase) error {
	for range 2 {
		code, said, err := w.run("reconcile", p.date)
		if err == nil && code != 0 {
			err = fmt.Errorf("luffy reconcile %s: exit %d: %s", p.date, code, said)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

package main

import (
	"context"
	"net/url"

	"luffy/models"
)

func nothing(context.Context, *world, *purchase) error { return nil }

// payAndTell pays, and returns when the notify was answered or nobody was there to answer it.
func payAndTell(ctx context.Context, w *world, p *purchase) error {
	if err := w.alipay.Pay(p.link, ""); err != nil {
		return err
	}
	return until(ctx, "the first notify", func() bool { return len(w.alipay.Deliveries(p.order.OrderNumber)) > 0 })
}

func placeOrder(ctx context.Context, w *world, p *purchase) error {
	_, _ = w.student.post(ctx, "/orders", p.form) // the program may die while it answers
	return nil
}

// placeOrderAgain sends the form once more, which must not make a second order.
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
	// The program may die while it answers.
	_, _ = w.student.post(ctx, "/orders/"+p.order.OrderNumber+"/cancel", url.Values{})
	return nil
}

// cancelAgain is what a student does whose first click brought no page. The order may already be
// cancelled, or on the way to it.
func cancelAgain(ctx context.Context, w *world, p *purchase) error {
	_, err := w.student.insist(ctx, "/orders/"+p.order.OrderNumber+"/cancel", url.Values{})
	return err
}

// comeBack takes the browser from the cashier back to the shop. The program may die while it answers.
func comeBack(ctx context.Context, w *world, p *purchase) error {
	_, _ = w.student.get(ctx, p.back)
	return nil
}

// lookAtResult opens the result page, and returns when the shop has asked Alipay because of it.
func lookAtResult(ctx context.Context, w *world, p *purchase) error {
	_, _ = w.student.get(ctx, "/orders/"+p.order.OrderNumber+"/result") // the program may die while it answers
	return w.untilDone(ctx, orderIs, models.OrderPaid, p.order.OrderNumber)
}

// askDue makes the job's next question due.
func askDue(ctx context.Context, w *world, p *purchase) error {
	_, err := w.db.SQL().ExecContext(ctx,
		"UPDATE ly_payment SET ask_at = created_at WHERE out_trade_no = ?", p.order.OrderNumber)
	if err != nil {
		return err
	}
	return w.untilDone(ctx, orderIs, models.OrderPaid, p.order.OrderNumber)
}

// timeOut moves the deadline to pay into the past.
func timeOut(ctx context.Context, w *world, p *purchase) error {
	_, err := w.db.SQL().ExecContext(ctx,
		"UPDATE ly_order SET expires_at = created_at WHERE order_number = ?", p.order.OrderNumber)
	if err != nil {
		return err
	}
	return w.untilDone(ctx, orderIs, models.OrderTimedOut, p.order.OrderNumber)
}

// payTwice pays the first attempt after the second.
func payTwice(ctx context.Context, w *world, p *purchase) error {
	if err := w.alipay.Pay(p.link, ""); err != nil {
		return err
	}
	return w.untilDone(ctx, "SELECT COUNT(*) FROM ly_payment WHERE state = ? AND out_trade_no = ?",
		models.PaymentReturned, p.order.OrderNumber)
}

const orderIs = "SELECT COUNT(*) FROM ly_order WHERE order_status = ? AND order_number = ?"

// untilDone waits until the query counts something, or the program has died.
func (w *world) untilDone(ctx context.Context, query string, args ...any) error {
	return until(ctx, query, func() bool {
		n, err := w.count(ctx, query, args...)
		return err == nil && n > 0 || w.dead()
	})
}

package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"luffy/models"
	"luffy/models/alipay/sandbox"
	"luffy/models/payment"
)

// preparePaid pays an order; the shop learns of it by asking.
func preparePaid(ctx context.Context, w *world) (*purchase, error) {
	p, err := prepareLink(ctx, w)
	if err != nil {
		return nil, err
	}
	if err := w.alipay.Pay(p.link, ""); err != nil {
		return nil, err
	}
	return p, w.hearOfPayment(ctx, p.order)
}

// hearOfPayment lets the shop ask about the open attempt.
func (w *world) hearOfPayment(ctx context.Context, o models.Order) error {
	view, err := w.db.Order(ctx, w.student.ID, o.OrderNumber)
	if err != nil {
		return err
	}
	attempt, open := view.OpenPayment()
	if !open {
		return fmt.Errorf("order %s has no open attempt", o.OrderNumber)
	}
	w.payments.AskSoon(ctx, attempt)
	return w.payments.Wait(ctx)
}

// preparePaidUntold pays an order for which Alipay sends no notify.
func preparePaidUntold(ctx context.Context, w *world) (*purchase, error) {
	p, err := prepareLink(ctx, w)
	if err != nil {
		return nil, err
	}
	if err := w.alipay.AddFault(sandbox.Fault{Name: sandbox.NotifyDrop, OutTradeNo: p.order.OrderNumber}); err != nil {
		return nil, err
	}
	cashier, err := redirected(ctx, p.link)
	if err != nil {
		return nil, err
	}
	if err := w.alipay.Pay(cashier.String(), ""); err != nil {
		return nil, err
	}
	back, err := redirected(ctx, cashier.String()+"/return")
	if err != nil {
		return nil, err
	}
	p.back = back.RequestURI()
	return p, nil
}

// redirected is the address to which a page of Alipay's redirects the browser.
func redirected(ctx context.Context, address string) (*url.URL, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	to, err := response.Location()
	if err != nil {
		return nil, fmt.Errorf("%s: got status %d: %w", address, response.StatusCode, err)
	}
	return to, nil
}

// prepareRequest lets the student ask for a refund.
func prepareRequest(ctx context.Context, w *world) (*purchase, error) {
	p, err := preparePaid(ctx, w)
	if err != nil {
		return nil, err
	}
	wish := models.RefundWish{UserID: w.student.ID, OrderNumber: p.order.OrderNumber, Lines: []int{1}, Reason: "换课"}
	_, err = w.db.RequestRefund(ctx, wish, models.RefundRule{Days: 7, Watched: 30})
	return p, err
}

// prepareTwo pays an order by a second attempt, after the shop has come to believe that the first one is
// dead. The link of the first stays valid.
func prepareTwo(ctx context.Context, w *world) (*purchase, error) {
	p, err := prepareLink(ctx, w)
	if err != nil {
		return nil, err
	}
	_, err = w.db.SQL().ExecContext(ctx,
		"UPDATE ly_payment SET state = 'closed', ask_at = NULL WHERE out_trade_no = ?", p.order.OrderNumber)
	if err != nil {
		return nil, err
	}
	second, err := w.payments.Start(ctx, w.student.ID, p.order.OrderNumber, payment.Desktop)
	if err != nil {
		return nil, err
	}
	if err := w.alipay.Pay(second, ""); err != nil {
		return nil, err
	}
	if err := w.hearOfPayment(ctx, p.order); err != nil {
		return nil, err
	}
	_, err = w.db.FoldStudents(ctx) // or a job does it at some moment
	return p, err
}

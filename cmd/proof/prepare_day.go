package main

import (
	"context"
	"strconv"
	"time"

	"luffy/models"
	"luffy/models/alipay/sandbox"
)

// prepareDay leaves a day on which the shop has missed a payment and a refund made in Alipay's console.
func prepareDay(ctx context.Context, w *world) (*purchase, error) {
	if err := w.alipay.AddFault(sandbox.Fault{Name: sandbox.NotifyDrop}); err != nil {
		return nil, err
	}
	paid, err := preparePaid(ctx, w)
	if err != nil {
		return nil, err
	}
	if err := w.alipay.RefundOutside(paid.order.OrderNumber, 10_00); err != nil {
		return nil, err
	}
	missed, err := prepareLink(ctx, w)
	if err != nil {
		return nil, err
	}
	if err := w.alipay.Pay(missed.link, ""); err != nil {
		return nil, err
	}
	missed.date = w.today()
	return missed, w.alipay.Advance(sinceYesterdayNoon())
}

// prepareDifference leaves a day whose bill lacks a payment, which somebody has to clear up.
func prepareDifference(ctx context.Context, w *world) (*purchase, error) {
	p, err := preparePaid(ctx, w)
	if err != nil {
		return nil, err
	}
	p.date = w.today()
	if err := w.alipay.AddFault(sandbox.Fault{Name: sandbox.BillTradeMissing}); err != nil {
		return nil, err
	}
	if err := w.alipay.Advance(sinceYesterdayNoon()); err != nil {
		return nil, err
	}
	if _, _, err := w.run("reconcile", p.date); err != nil {
		return nil, err
	}
	id, err := w.count(ctx, "SELECT id FROM ly_bill_difference WHERE closed_at IS NULL")
	p.open = strconv.FormatInt(id, 10)
	return p, err
}

// today is the current day in Beijing, by the world's clock.
func (w *world) today() string { return w.db.Now().In(models.Beijing).Format(time.DateOnly) }

// sinceYesterdayNoon is how far the clock of a world is behind in which it is noon yesterday.
func sinceYesterdayNoon() time.Duration {
	now := time.Now().In(models.Beijing)
	return now.Sub(time.Date(now.Year(), now.Month(), now.Day()-1, 12, 0, 0, 0, models.Beijing))
}

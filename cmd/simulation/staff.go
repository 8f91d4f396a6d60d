package main

import (
	"context"
	"errors"
	"time"

	"luffy/models"
	"luffy/models/alipay"
)

// giveBack is what staff do when a student asks for a refund: they refund a line, a sum or all that is
// left, through the shop or in Alipay's console.
func (l *life) giveBack(ctx context.Context) {
	number := l.order.OrderNumber
	if l.oneIn(5) {
		l.console(number, 1+l.rng.Int64N(int64(l.order.RealPrice)))
		return
	}
	wanted := models.NewRefund{OrderNumber: number, By: "staff"}
	switch l.rng.IntN(3) {
	case 0:
		wanted.Line = 1 + l.rng.IntN(2)
	case 1:
		wanted.Amount = 1 + models.Fen(l.rng.Int64N(int64(l.order.RealPrice)))
	}
	for range 1 + l.rng.IntN(8)/7 { // some click twice
		err := l.act(func() error {
			refund, err := l.shop.Refund(ctx, wanted)
			l.note(number, "refund %s of %s: %s", refund.OutRequestNo, refund.Amount, refund.State)
			return err
		})
		l.allow(number, "staff refund", err,
			models.ErrNothingPaid, models.ErrRefundTooMuch, models.ErrRefundNothing, models.ErrLineNotOpen)
	}
	if l.oneIn(3) {
		l.in(l.between(time.Minute, 50*time.Hour), l.giveBack)
	}
}

// console refunds a payment by hand in Alipay's console. What another seller has received is not there.
func (w *world) console(outTradeNo string, amount int64) {
	if trade, _ := w.alipay.Trade(outTradeNo); trade.SellerID != "" {
		return
	}
	err := w.alipay.RefundOutside(outTradeNo, amount)
	w.note(outTradeNo, "in the console %s go back: %s", models.Fen(amount), lastWord(err))
}

// morning is when staff do what is left to them: they give back what must go back by hand, and look at
// some of the days with open differences. There are ever more of those: some differences stay open for good.
func (w *world) morning(ctx context.Context) {
	for _, row := range w.rows(ctx, `SELECT p.out_trade_no FROM ly_payment p WHERE p.state = 'held' OR p.state = 'surplus'
		AND NOT EXISTS (SELECT 1 FROM ly_refund f WHERE f.payment_id = p.id AND f.state = 'pending') ORDER BY p.id`) {
		trade, known := w.alipay.Trade(row)
		if rest := trade.Total - trade.Refunded; known && rest > 0 {
			w.console(row, rest)
		}
	}
	const open = "SELECT DISTINCT bill_date FROM ly_bill_difference WHERE closed_at IS NULL ORDER BY bill_date"
	for _, date := range w.rows(ctx, open) {
		if w.oneIn(4) {
			w.compare(ctx, date)
		}
	}
}

func (w *world) compare(ctx context.Context, date string) {
	err := w.act(func() error {
		result, err := w.shop.Reconcile(ctx, date)
		w.note("", "bill of %s: %d payments, %d refunds, %d open", date, result.Trades, result.Refunds, result.Open())
		return err
	})
	w.note("", "bill of %s: %s", date, brief(err))
	if w.calmed && err != nil && !errors.Is(err, alipay.ErrNoBill) {
		w.allow("", "bill of "+date, err)
	}
}

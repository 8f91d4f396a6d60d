package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"luffy/models"
	"luffy/models/alipay/sandbox"
)

// booking is what the shop knows of a trade.
type booking struct {
	tradeNo, state string
	status         models.OrderStatus
	paid, back     models.Fen
}

// judgeTrades compares every trade at Alipay with the shop's books and the other way round, and the
// seller's account with both.
func (w *world) judgeTrades(ctx context.Context) {
	booked := w.booked(ctx)
	for _, trade := range w.alipay.Trades() {
		if trade.PaidAt.IsZero() {
			continue
		}
		b := booked[trade.OutTradeNo]
		delete(booked, trade.OutTradeNo)
		if err := w.judgeTrade(trade, b); err != nil {
			w.fail(trade.OutTradeNo, fmt.Errorf("%s, %s of which %s went back, booked as %+v: %w",
				trade.OutTradeNo, models.Fen(trade.Total), models.Fen(trade.Refunded), b, err))
		}
	}
	for outTradeNo := range booked {
		w.fail(outTradeNo, fmt.Errorf("%s is booked and was not paid at Alipay", outTradeNo))
	}
	var owned int64
	for _, account := range w.alipay.Accounts() {
		if account.ID == sellerID {
			owned = account.Balance
		}
	}
	elsewhere := int64(w.count.elsewhere)
	earned := w.number(ctx, `
		SELECT COALESCE(SUM(real_price - refunded_amount), 0) FROM ly_order WHERE order_status IN (1, 4)`)
	if owned != earned-elsewhere {
		w.fail("", fmt.Errorf("the seller owns %s, fulfilled orders come to %s",
			models.Fen(owned), models.Fen(earned-elsewhere)))
	}
}

// judgeHaste fails if the shop has booked a payment or a refund before it happened at Alipay.
func (w *world) judgeHaste(ctx context.Context) {
	booked := w.booked(ctx)
	for _, outTradeNo := range slices.Sorted(maps.Keys(booked)) {
		b := booked[outTradeNo]
		trade, _ := w.alipay.Trade(outTradeNo)
		if trade.PaidAt.IsZero() || b.back > models.Fen(trade.Refunded) {
			w.fail(outTradeNo, fmt.Errorf("%s, of which %s went back, is booked too early as %+v",
				outTradeNo, models.Fen(trade.Refunded), b))
		}
	}
}

// judgeTrade wants every trade to have fulfilled its order or to have gone back in full.
func (w *world) judgeTrade(trade sandbox.Trade, b booking) error {
	switch {
	case trade.SellerID != "" && b == (booking{}):
		return nil // another seller's money, of which this shop has no bill
	case w.forged[trade.OutTradeNo] && b.state == string(models.PaymentHeld):
		if trade.Refunded != trade.Total {
			return errors.New("what staff held has not gone back")
		}
		return nil
	case b.tradeNo != trade.TradeNo, b.paid != models.Fen(trade.Total), b.back != models.Fen(trade.Refunded):
		return errors.New("the books differ")
	case b.state == string(models.PaymentReturned):
		if trade.Refunded != trade.Total {
			return errors.New("no order took it, and it has not gone back")
		}
		return nil
	case b.state != string(models.PaymentPaid):
		return errors.New("it is neither fulfilled nor given back")
	case (b.status == models.OrderRefunded) != (trade.Refunded == trade.Total),
		b.status != models.OrderPaid && b.status != models.OrderRefunded:
		return errors.New("the order's state is wrong")
	}
	if trade.SellerID != "" {
		w.count.elsewhere += models.Fen(trade.Total - trade.Refunded)
	}
	return nil
}

func (w *world) booked(ctx context.Context) map[string]booking {
	booked := map[string]booking{}
	rows, err := w.sql.QueryContext(ctx, `
		SELECT p.out_trade_no, p.trade_no, p.state, o.order_status, p.amount,
		       (SELECT COALESCE(SUM(f.amount), 0) FROM ly_refund f WHERE f.payment_id = p.id AND f.state = 'done')
		FROM ly_payment p JOIN ly_order o ON o.id = p.order_id WHERE p.trade_no IS NOT NULL`)
	if err != nil {
		w.fail("", err)
		return booked
	}
	defer rows.Close()
	for rows.Next() {
		var outTradeNo string
		var b booking
		if err := rows.Scan(&outTradeNo, &b.tradeNo, &b.state, &b.status, &b.paid, &b.back); err != nil {
			w.fail("", err)
		}
		booked[outTradeNo] = b
	}
	if err := rows.Err(); err != nil {
		w.fail("", err)
	}
	return booked
}

// judgeBills wants no difference to be open, except those of trades about which Alipay contradicts
// itself.
func (w *world) judgeBills(ctx context.Context) {
	const open = "SELECT DISTINCT out_trade_no FROM ly_bill_difference WHERE closed_at IS NULL"
	for _, outTradeNo := range w.rows(ctx, open) {
		trade, _ := w.alipay.Trade(outTradeNo)
		if !w.forged[outTradeNo] && trade.SellerID == "" {
			w.fail(outTradeNo, fmt.Errorf("%s: a difference of the bills is open", outTradeNo))
		}
	}
}

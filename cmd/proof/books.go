package main

import (
	"context"
	"database/sql"
	"fmt"

	"luffy/models"
	"luffy/models/alipay/sandbox"
)

// books are what both sides have recorded. Sums are fen.
type books struct {
	trades   []sandbox.Trade             // of Alipay
	attempts map[string]*attempt         // of the shop, by out_trade_no
	refunds  map[string]map[string]int64 // of the shop, finished ones: sums by out_trade_no and out_request_no
}

// attempt is a payment with its order, as the shop has them.
type attempt struct {
	order       string
	status      models.OrderStatus // of the order
	price, back int64              // of the order
	tradeNo     sql.NullString
	amount      int64
	state       string
}

// fulfilled tells whether the attempt's order is paid, or was before all of it went back.
func (a *attempt) fulfilled() bool {
	return a.status == models.OrderPaid || a.status == models.OrderRefunded
}

func (a *attempt) paysOrder() bool { return a.state == "paid" && a.fulfilled() }

func (w *world) readBooks(ctx context.Context) (books, error) {
	b := books{trades: w.alipay.Trades(), attempts: map[string]*attempt{}, refunds: map[string]map[string]int64{}}
	err := w.eachRow(ctx, func(rows *sql.Rows) error {
		var outTradeNo string
		var a attempt
		err := rows.Scan(&outTradeNo, &a.tradeNo, &a.amount, &a.state, &a.order, &a.status, &a.price, &a.back)
		b.attempts[outTradeNo] = &a
		return err
	}, `
		SELECT p.out_trade_no, p.trade_no, p.amount, p.state,
		       o.order_number, o.order_status, o.real_price, o.refunded_amount
		FROM ly_payment p JOIN ly_order o ON o.id = p.order_id`)
	if err != nil {
		return b, err
	}
	err = w.eachRow(ctx, func(rows *sql.Rows) error {
		var outTradeNo, number string
		var amount int64
		if err := rows.Scan(&outTradeNo, &number, &amount); err != nil {
			return err
		}
		if b.refunds[outTradeNo] == nil {
			b.refunds[outTradeNo] = map[string]int64{}
		}
		b.refunds[outTradeNo][number] = amount
		return nil
	}, `
		SELECT p.out_trade_no, f.out_request_no, f.amount
		FROM ly_refund f JOIN ly_payment p ON p.id = f.payment_id WHERE f.state = 'done'`)
	return b, err
}

// eachRow calls scan for each row of the query's answer.
func (w *world) eachRow(ctx context.Context, scan func(*sql.Rows) error, query string) error {
	rows, err := w.db.SQL().QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// compare finds sums on which the two sides disagree, and money that neither became an order nor went
// back.
func (b books) compare() (findings []string) {
	kept := map[string]int64{} // by Alipay, for each order
	paid := map[string]bool{}  // at Alipay, by out_trade_no
	for _, t := range b.trades {
		if t.PaidAt.IsZero() {
			continue
		}
		paid[t.OutTradeNo] = true
		if a := b.attempts[t.OutTradeNo]; a != nil {
			kept[a.order] += t.Total - t.Refunded
		}
		findings = append(findings, b.compareTrade(t)...)
	}
	for outTradeNo, a := range b.attempts {
		if a.tradeNo.Valid && !paid[outTradeNo] {
			findings = append(findings, outTradeNo+": booked as paid, and not paid at Alipay")
		}
		owed := int64(0)
		if a.fulfilled() {
			owed = a.price - a.back
		}
		if kept[a.order] != owed {
			findings = append(findings, fmt.Sprintf("order %s: Alipay has kept %d fen for it, the shop counts on %d",
				a.order, kept[a.order], owed))
		}
	}
	return findings
}

// compareTrade finds what the shop has otherwise of a paid trade.
func (b books) compareTrade(t sandbox.Trade) (findings []string) {
	find := func(format string, args ...any) {
		findings = append(findings, t.OutTradeNo+": "+fmt.Sprintf(format, args...))
	}
	a := b.attempts[t.OutTradeNo]
	switch {
	case a == nil:
		find("paid at Alipay, and the shop has no such attempt")
		return findings
	case a.tradeNo.String != t.TradeNo:
		find("paid at Alipay as %s, booked as %q", t.TradeNo, a.tradeNo.String)
	case a.amount != t.Total:
		find("%d fen at Alipay, %d in the shop", t.Total, a.amount)
	case a.paysOrder() == (t.Refunded == t.Total && a.state != "paid"):
		find("neither a fulfilled order nor gone back: %s, %d of %d gone back", a.state, t.Refunded, t.Total)
	}
	return append(findings, b.compareRefunds(t)...)
}

// compareRefunds finds refunds of a trade that are not on both sides with the same number and sum.
func (b books) compareRefunds(t sandbox.Trade) (findings []string) {
	ours := b.refunds[t.OutTradeNo]
	for _, r := range t.Refunds {
		if booked, known := ours[r.OutRequestNo]; !known || booked != r.Amount {
			findings = append(findings, fmt.Sprintf("%s: refund %s of %d fen at Alipay, %d in the shop",
				t.OutTradeNo, r.OutRequestNo, r.Amount, booked))
		}
	}
	if len(ours) != len(t.Refunds) {
		findings = append(findings,
			fmt.Sprintf("%s: %d refunds at Alipay, %d in the shop", t.OutTradeNo, len(t.Refunds), len(ours)))
	}
	return findings
}

package payment

import (
	"context"
	"errors"
	"slices"
	"time"

	"luffy/models"
	"luffy/models/alipay"
)

// missingThere looks for money of the day that the shop has booked and the bill has not. A row near
// midnight may stand in a neighbour's bill.
func (c *comparison) missingThere(ctx context.Context) error {
	end := c.day.AddDate(0, 0, 1)
	payments, err := c.db.PaymentsBetween(ctx, c.day, end)
	if err != nil {
		return err
	}
	refunds, err := c.db.RefundsBetween(ctx, c.day, end)
	if err != nil {
		return err
	}
	for _, p := range payments {
		row := alipay.BillRow{OutTradeNo: p.OutTradeNo, TradeNo: *p.TradeNo, Amount: int64(p.Amount)}
		c.missingRow(ctx, row, models.MissingThere)
	}
	for _, r := range refunds {
		row := alipay.BillRow{
			OutTradeNo: r.OutTradeNo, TradeNo: r.TradeNo, OutRequestNo: r.Refund.OutRequestNo,
			Refund: true, Amount: int64(r.Refund.Amount),
		}
		c.missingRow(ctx, row, models.RefundMissingThere)
	}
	return nil
}

// missingRow notes a row of the shop's that the bill has not, nor the bill of a day beside it.
func (c *comparison) missingRow(ctx context.Context, row alipay.BillRow, kind models.DifferenceKind) {
	if holds(c.bill, row) {
		return
	}
	for _, offset := range []int{-1, 1} {
		if holds(c.neighbour(ctx, offset), row) {
			return
		}
	}
	c.found = append(c.found, models.BillDifference{
		Kind: kind, OutTradeNo: row.OutTradeNo, TradeNo: row.TradeNo, OutRequestNo: row.OutRequestNo,
		ShopAmount: new(models.Fen(row.Amount)),
	})
}

// neighbour reads the bill of the day before or after, once. One that is not there, or cannot be
// read, holds nothing.
func (c *comparison) neighbour(ctx context.Context, offset int) alipay.Bill {
	if bill, read := c.neighbours[offset]; read {
		return bill
	}
	day := c.day.AddDate(0, 0, offset)
	if !day.AddDate(0, 0, 1).Before(c.db.Now()) {
		return alipay.Bill{}
	}
	bill, err := c.alipay.Bill(ctx, day.Format(time.DateOnly))
	if err != nil && !errors.Is(err, alipay.ErrNoBill) {
		c.log.WarnContext(ctx, "bill of the day beside it cannot be read", "date", day.Format(time.DateOnly), "error", err)
	}
	c.neighbours[offset] = bill
	return bill
}

// holds tells whether a bill has the row. A refund without a number in it may be any of its trade and sum.
func holds(b alipay.Bill, row alipay.BillRow) bool {
	return slices.ContainsFunc(b.Rows, func(r alipay.BillRow) bool {
		same := r.OutRequestNo == row.OutRequestNo || r.OutRequestNo == "" && r.Amount == row.Amount
		return r.Refund == row.Refund && r.OutTradeNo == row.OutTradeNo && same
	})
}

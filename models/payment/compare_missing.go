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
	for _, offset := range []int{0, -1, 1} {
		if c.billedOn(ctx, offset).holds(row) {
			return
		}
	}
	c.found = append(c.found, models.BillDifference{
		Kind: kind, OutTradeNo: row.OutTradeNo, TradeNo: row.TradeNo, OutRequestNo: row.OutRequestNo,
		ShopAmount: new(models.Fen(row.Amount)),
	})
}

// billed are the rows of a bill, by out_trade_no.
type billed map[string][]alipay.BillRow

func billedIn(b alipay.Bill) billed {
	rows := billed{}
	for _, r := range b.Rows {
		rows[r.OutTradeNo] = append(rows[r.OutTradeNo], r)
	}
	return rows
}

// holds tells whether a bill has the row. A refund without a number in it may be any of its trade and sum.
func (b billed) holds(row alipay.BillRow) bool {
	return slices.ContainsFunc(b[row.OutTradeNo], func(r alipay.BillRow) bool {
		same := r.OutRequestNo == row.OutRequestNo || r.OutRequestNo == "" && r.Amount == row.Amount
		return r.Refund == row.Refund && same
	})
}

// billedOn reads the bill of so many days after the compared one, once. One that is not there, or
// cannot be read, holds nothing.
func (c *comparison) billedOn(ctx context.Context, offset int) billed {
	if rows, read := c.bills[offset]; read {
		return rows
	}
	day := c.day.AddDate(0, 0, offset)
	if !day.AddDate(0, 0, 1).Before(c.db.Now()) {
		return nil
	}
	bill, err := c.alipay.Bill(ctx, day.Format(time.DateOnly))
	if err != nil && !errors.Is(err, alipay.ErrNoBill) {
		c.log.WarnContext(ctx, "bill of the day beside it cannot be read", "date", day.Format(time.DateOnly), "error", err)
	}
	c.bills[offset] = billedIn(bill)
	return c.bills[offset]
}

package payment

import (
	"context"
	"errors"
	"slices"
	"time"

	"luffy/models"
	"luffy/models/alipay"
)

// missingThere looks for money of the day that the shop has booked and that is not in the bill.
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
		c.noteUnlessBilled(ctx, row, models.MissingThere)
	}
	for _, r := range refunds {
		row := alipay.BillRow{
			OutTradeNo: r.OutTradeNo, TradeNo: r.TradeNo, OutRequestNo: r.Refund.OutRequestNo,
			Refund: true, Amount: int64(r.Refund.Amount),
		}
		c.noteUnlessBilled(ctx, row, models.RefundMissingThere)
	}
	return nil
}

// noteUnlessBilled adds a difference if a row of the shop's is neither in the bill nor in that of the
// day before or after, where a row near midnight may be.
func (c *comparison) noteUnlessBilled(ctx context.Context, row alipay.BillRow, kind models.DifferenceKind) {
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

// billed are the rows of a bill by out_trade_no.
type billed map[string][]alipay.BillRow

func billedIn(b alipay.Bill) billed {
	rows := billed{}
	for _, r := range b.Rows {
		rows[r.OutTradeNo] = append(rows[r.OutTradeNo], r)
	}
	return rows
}

// holds tells whether the bill has the row. A refund without a number in the bill counts as any refund
// of its trade and sum.
func (b billed) holds(row alipay.BillRow) bool {
	return slices.ContainsFunc(b[row.OutTradeNo], func(r alipay.BillRow) bool {
		same := r.OutRequestNo == row.OutRequestNo || r.OutRequestNo == "" && r.Amount == row.Amount
		return r.Refund == row.Refund && same
	})
}

// billedOn reads, once, the bill of the day that is offset days after the compared one. A bill that is
// not there, or cannot be read, has no rows.
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

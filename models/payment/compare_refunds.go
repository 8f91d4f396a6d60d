package payment

import (
	"context"
	"errors"
	"time"

	"luffy/models"
	"luffy/models/alipay"
)

// refundRow compares a row of money given back.
func (c *comparison) refundRow(ctx context.Context, row alipay.BillRow) error {
	r, known := c.refundOf(row)
	switch {
	case known && r.SettledBy != "": // Alipay had refused it, staff have paid it by other means: it went back twice
		c.difference(models.RefundMissingHere, row, nil, "")
		return nil
	case known && r.State == models.RefundDone:
		return c.sameRefund(ctx, row, r)
	}
	err := c.bookRefund(ctx, models.RefundNews{
		OutTradeNo: row.OutTradeNo, OutRequestNo: row.OutRequestNo,
		Amount: models.Fen(row.Amount), At: c.paidAt(row.FinishedAt),
	})
	switch {
	case errors.Is(err, models.ErrNotFound), errors.Is(err, models.ErrNothingPaid),
		errors.Is(err, models.ErrRefundTooMuch), errors.Is(err, models.ErrNotPayable), atAlipay(err):
		c.difference(models.RefundMissingHere, row, nil, "")
		return nil
	case err != nil:
		return err
	}
	c.difference(models.RefundMissingHere, row, nil, "booked from the bill")
	if err := c.readAgain(ctx, row.OutTradeNo); err != nil {
		return err
	}
	if r, known = c.refundOf(row); known {
		return c.sameRefund(ctx, row, r)
	}
	return nil
}

// timeSlack is how far the time of a refund in the shop may be from Alipay's, who need not have
// told it: then it is that of the answer.
const timeSlack = time.Hour

// refundOf finds the shop's refund that a row is of. Where the row has no number, it is the one of
// its sum, done nearest to its time, that no other row is of.
func (c *comparison) refundOf(row alipay.BillRow) (models.Refund, bool) {
	var nearest *models.Refund
	for _, r := range c.ours[row.OutTradeNo].Refunds {
		switch {
		case row.OutRequestNo != "":
			if r.OutRequestNo == row.OutRequestNo {
				nearest = &r
			}
		case r.State != models.RefundDone, r.SettledBy != "", r.Amount != models.Fen(row.Amount),
			c.refunds[r.ID], apart(r, row) > timeSlack:
		case nearest == nil, apart(r, row) < apart(*nearest, row):
			nearest = &r
		}
	}
	if nearest == nil {
		return models.Refund{}, false
	}
	c.refunds[nearest.ID] = true
	return *nearest, true
}

func apart(r models.Refund, row alipay.BillRow) time.Duration {
	return r.DoneAt.Sub(row.FinishedAt).Abs()
}

// sameRefund compares a row with the shop's own row of it. Of a refund that the shop learned of
// late only the bill knows the day.
func (c *comparison) sameRefund(ctx context.Context, row alipay.BillRow, r models.Refund) error {
	if r.Amount != models.Fen(row.Amount) {
		c.difference(models.RefundAmountDiffers, row, &r.Amount, "")
	}
	if row.FinishedAt.IsZero() || apart(r, row) <= timeSlack {
		return nil
	}
	return c.db.RedateRefund(ctx, r.ID, row.FinishedAt)
}

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
	if booked := c.payments[row.OutTradeNo].TradeNo; booked != nil && *booked != row.TradeNo {
		c.difference(models.RefundMissingHere, row, nil, "") // of a second trade, which is not booked either
		return nil
	}
	r, known := c.refundOf(row)
	switch {
	case known && r.SettledBy != "": // staff have paid it by other means, so the money went back twice
		c.difference(models.RefundMissingHere, row, nil, "")
		return nil
	case known && r.State == models.RefundDone:
		return c.sameRefund(ctx, row, r)
	}
	err := c.bookRefund(ctx, models.RefundNews{
		OutTradeNo: row.OutTradeNo, OutRequestNo: row.OutRequestNo,
		Amount: models.Fen(row.Amount), At: c.paidAt(row.FinishedAt), Others: c.matched,
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

// timeSlack is how far the shop's time of a refund may be from Alipay's. They differ if Alipay did not
// tell its time: then the shop stored when the answer came.
const timeSlack = time.Hour

// refundOf finds the shop's refund that a row stands for. If the row has no number, that is, among the
// refunds of its sum without a row of their own, the one done nearest to its time.
func (c *comparison) refundOf(row alipay.BillRow) (models.Refund, bool) {
	var nearest *models.Refund
	for _, r := range c.payments[row.OutTradeNo].Refunds {
		switch {
		case row.OutRequestNo != "":
			if r.OutRequestNo == row.OutRequestNo {
				nearest = &r
			}
		case r.State != models.RefundDone, r.SettledBy != "", r.Amount != models.Fen(row.Amount),
			c.matched[r.ID], apart(r, row) > timeSlack:
		case nearest == nil, apart(r, row) < apart(*nearest, row):
			nearest = &r
		}
	}
	if nearest == nil {
		return models.Refund{}, false
	}
	c.matched[nearest.ID] = true
	return *nearest, true
}

func apart(r models.Refund, row alipay.BillRow) time.Duration {
	return r.DoneAt.Sub(row.FinishedAt).Abs()
}

func dateOf(t time.Time) string { return t.In(models.Beijing).Format(time.DateOnly) }

// sameRefund compares a row with the shop's refund that it stands for. If their times differ, or only
// their days, it stores the bill's: the shop may have heard of the refund days later, or after midnight.
func (c *comparison) sameRefund(ctx context.Context, row alipay.BillRow, r models.Refund) error {
	if r.Amount != models.Fen(row.Amount) {
		c.difference(models.RefundAmountDiffers, row, &r.Amount, "")
	}
	if row.FinishedAt.IsZero() || apart(r, row) <= timeSlack && dateOf(*r.DoneAt) == dateOf(row.FinishedAt) {
		return nil
	}
	return c.db.RedateRefund(ctx, r.ID, row.FinishedAt)
}

package payment

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"luffy/models"
	"luffy/models/alipay"
)

// comparison is one run over a bill. What Alipay refuses to say of one row is a difference of that
// row; the others are compared all the same.
type comparison struct {
	*Service
	day   time.Time // midnight in Beijing
	bill  alipay.Bill
	ours  map[string]models.PaidPayment // by out_trade_no
	found []models.BillDifference

	refunds    map[int64]bool      // by id, those that a row of the bill is of
	neighbours map[int]alipay.Bill // those read so far, by their offset in days
}

func (c *comparison) run(ctx context.Context) error {
	var names []string
	for _, row := range c.bill.Rows {
		names = append(names, row.OutTradeNo)
	}
	slices.Sort(names)
	var err error
	if c.ours, err = c.db.PaymentsNamed(ctx, slices.Compact(names)); err != nil {
		return err
	}
	for _, row := range inOrder(c.bill.Rows) {
		if row.Refund {
			err = c.refundRow(ctx, row)
		} else {
			err = c.tradeRow(ctx, row)
		}
		if err != nil {
			return err
		}
	}
	return c.missingThere(ctx)
}

// inOrder puts payments before refunds, and refunds without a number last, when it is known which
// of the shop's the others are of.
func inOrder(rows []alipay.BillRow) []alipay.BillRow {
	rank := func(r alipay.BillRow) int {
		switch {
		case !r.Refund:
			return 0
		case r.OutRequestNo != "":
			return 1
		default:
			return 2
		}
	}
	byRank := func(a, b alipay.BillRow) int { return cmp.Compare(rank(a), rank(b)) }
	return slices.SortedStableFunc(slices.Values(rows), byRank)
}

// difference notes one; a non-empty action says that it is closed by that. A refund without a
// number is named by its time.
func (c *comparison) difference(kind models.DifferenceKind, row alipay.BillRow, shop *models.Fen, action string) {
	if row.Refund && row.OutRequestNo == "" {
		row.OutRequestNo = "at " + alipay.FormatTime(row.FinishedAt)
	}
	d := models.BillDifference{
		Kind: kind, OutTradeNo: row.OutTradeNo, TradeNo: row.TradeNo, OutRequestNo: row.OutRequestNo,
		AlipayAmount: new(models.Fen(row.Amount)), ShopAmount: shop, Action: action,
	}
	if action != "" {
		d.ClosedAt = new(c.db.Now())
	}
	c.found = append(c.found, d)
}

// tradeRow compares a row of money received.
func (c *comparison) tradeRow(ctx context.Context, row alipay.BillRow) error {
	p, known := c.ours[row.OutTradeNo]
	switch {
	case !known || p.TradeNo == nil:
		return c.confirmMissing(ctx, row)
	case *p.TradeNo != row.TradeNo:
		c.difference(models.SecondPayment, row, &p.Amount, "")
	case p.RealPrice != models.Fen(row.Amount):
		c.difference(models.AmountDiffers, row, &p.RealPrice, returnedAction(p))
	case p.State == models.PaymentSurplus, p.State == models.PaymentReturned:
		c.difference(models.SecondPayment, row, &p.Amount, returnedAction(p))
	}
	return nil
}

// returnedAction says how money that no order took went back; empty while it has not.
func returnedAction(p models.PaidPayment) string {
	if p.State != models.PaymentReturned {
		return ""
	}
	numbers := make([]string, len(p.Refunds))
	for i, r := range p.Refunds {
		numbers[i] = r.OutRequestNo
	}
	return "given back as " + strings.Join(numbers, ", ")
}

// confirmMissing asks Alipay about a trade of the bill that the shop has not booked, which books it.
func (c *comparison) confirmMissing(ctx context.Context, row alipay.BillRow) error {
	standing, err := c.db.PaymentByOutTradeNo(ctx, row.OutTradeNo)
	if errors.Is(err, models.ErrNotFound) {
		c.difference(models.MissingHere, row, nil, "")
		return nil
	}
	if err != nil {
		return err
	}
	said, err := c.ask(ctx, standing.Payment)
	if atAlipay(err) {
		c.difference(models.MissingHere, row, nil, "")
		return nil
	}
	if err != nil {
		return err
	}
	action := ""
	if conclusive(said.outcome) {
		action = "confirmed by query: " + string(said.outcome)
	}
	c.difference(models.MissingHere, row, nil, action)
	return c.readAgain(ctx, row.OutTradeNo)
}

func (c *comparison) readAgain(ctx context.Context, outTradeNo string) error {
	again, err := c.db.PaymentsNamed(ctx, []string{outTradeNo})
	if p, ok := again[outTradeNo]; ok {
		c.ours[outTradeNo] = p
	}
	return err
}

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
		errors.Is(err, models.ErrRefundTooMuch), atAlipay(err):
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

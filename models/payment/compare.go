package payment

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"luffy/models"
	"luffy/models/alipay"
)

// comparison is one run over a bill.
type comparison struct {
	*Service
	day   time.Time // midnight in Beijing
	bill  alipay.Bill
	ours  map[string]models.PaidPayment // by out_trade_no
	found []models.BillDifference

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
	for _, row := range c.bill.Rows {
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

// difference notes one; a non-empty action says that it is settled by that.
func (c *comparison) difference(kind models.DifferenceKind, row alipay.BillRow, shop *models.Fen, action string) {
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
	if errors.Is(err, alipay.ErrUnknown) {
		c.difference(models.MissingHere, row, nil, "") // the rest of the day is compared all the same
		return nil
	}
	if err != nil {
		return err
	}
	action := ""
	if settled(said.outcome) {
		action = "confirmed by query: " + string(said.outcome)
	}
	c.difference(models.MissingHere, row, nil, action)
	again, err := c.db.PaymentsNamed(ctx, []string{row.OutTradeNo})
	if p, ok := again[row.OutTradeNo]; ok {
		c.ours[row.OutTradeNo] = p
	}
	return err
}

// refundRow compares a row of money given back.
func (c *comparison) refundRow(ctx context.Context, row alipay.BillRow) error {
	p := c.ours[row.OutTradeNo]
	i := slices.IndexFunc(p.Refunds, func(r models.Refund) bool { return r.OutRequestNo == row.OutRequestNo })
	if i >= 0 && p.Refunds[i].SettledBy != "" { // Alipay had refused it, staff have paid it by other means: it went back twice
		c.difference(models.RefundMissingHere, row, nil, "")
		return nil
	}
	if i >= 0 && p.Refunds[i].State == models.RefundDone {
		if p.Refunds[i].Amount != models.Fen(row.Amount) {
			c.difference(models.RefundAmountDiffers, row, &p.Refunds[i].Amount, "")
		}
		return nil
	}
	err := c.bookRefund(ctx, models.RefundNews{
		OutTradeNo: row.OutTradeNo, OutRequestNo: row.OutRequestNo, Amount: models.Fen(row.Amount), At: c.paidAt(row.FinishedAt),
	})
	switch {
	case errors.Is(err, models.ErrNotFound), errors.Is(err, models.ErrNothingPaid), errors.Is(err, models.ErrRefundTooMuch),
		errors.Is(err, alipay.ErrUnknown):
		c.difference(models.RefundMissingHere, row, nil, "")
		return nil
	case err != nil:
		return err
	}
	c.difference(models.RefundMissingHere, row, nil, "booked from the bill")
	return nil
}

// missingThere looks for money of the day that the shop has booked and the bill has not. A row near midnight may stand in a
// neighbour's bill.
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
		row := alipay.BillRow{OutTradeNo: p.OutTradeNo, TradeNo: *p.TradeNo}
		if err := c.missingRow(ctx, row, models.MissingThere, p.Amount); err != nil {
			return err
		}
	}
	for _, r := range refunds {
		row := alipay.BillRow{OutTradeNo: r.OutTradeNo, TradeNo: r.TradeNo, OutRequestNo: r.Refund.OutRequestNo, Refund: true}
		if err := c.missingRow(ctx, row, models.RefundMissingThere, r.Refund.Amount); err != nil {
			return err
		}
	}
	return nil
}

func (c *comparison) missingRow(ctx context.Context, row alipay.BillRow, kind models.DifferenceKind, amount models.Fen) error {
	if holds(c.bill, row) {
		return nil
	}
	for _, offset := range []int{-1, 1} {
		neighbour, err := c.neighbour(ctx, offset)
		if err != nil {
			return err
		}
		if holds(neighbour, row) {
			return nil
		}
	}
	c.found = append(c.found, models.BillDifference{
		Kind: kind, OutTradeNo: row.OutTradeNo, TradeNo: row.TradeNo, OutRequestNo: row.OutRequestNo, ShopAmount: &amount,
	})
	return nil
}

// neighbour reads the bill of the day before or after, once. One that is not there holds nothing.
func (c *comparison) neighbour(ctx context.Context, offset int) (alipay.Bill, error) {
	if bill, read := c.neighbours[offset]; read {
		return bill, nil
	}
	day := c.day.AddDate(0, 0, offset)
	if !day.AddDate(0, 0, 1).Before(c.db.Now()) {
		return alipay.Bill{}, nil
	}
	bill, err := c.alipay.Bill(ctx, day.Format(time.DateOnly))
	if err != nil && !errors.Is(err, alipay.ErrNoBill) {
		return alipay.Bill{}, err
	}
	c.neighbours[offset] = bill
	return bill, nil
}

func holds(b alipay.Bill, row alipay.BillRow) bool {
	return slices.ContainsFunc(b.Rows, func(r alipay.BillRow) bool {
		return r.Refund == row.Refund && r.OutTradeNo == row.OutTradeNo && r.OutRequestNo == row.OutRequestNo
	})
}

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

// comparison compares one day's bill with the shop. If Alipay refuses to answer about a row, that is a
// difference of this row, and the other rows are compared all the same.
type comparison struct {
	*Service
	day      time.Time // midnight in Beijing
	bill     alipay.Bill
	payments map[string]models.PaidPayment // the shop's, by out_trade_no, for the rows being compared
	found    []models.BillDifference

	matched map[int64]bool // the shop's refunds, by ID, that have a row in the bill
	bills   map[int]billed // the bills read so far, by their distance from day in days
}

func (s *Service) comparison(day time.Time, bill alipay.Bill) *comparison {
	return &comparison{
		Service: s, day: day, bill: bill, matched: map[int64]bool{}, bills: map[int]billed{0: billedIn(bill)},
	}
}

// rowsAtOnce bounds the memory of a comparison: all payments of a big day together would take more
// memory than the rest of the shop.
const rowsAtOnce = 500

func (c *comparison) run(ctx context.Context) error {
	for rows := range slices.Chunk(inOrder(c.bill.Rows), rowsAtOnce) {
		if err := c.compare(ctx, rows); err != nil {
			return err
		}
	}
	return c.missingThere(ctx)
}

func (c *comparison) compare(ctx context.Context, rows []alipay.BillRow) error {
	var names []string
	for _, row := range rows {
		names = append(names, row.OutTradeNo)
	}
	slices.Sort(names)
	var err error
	if c.payments, err = c.db.PaymentsNamed(ctx, slices.Compact(names)); err != nil {
		return err
	}
	for _, row := range rows {
		if row.Refund {
			err = c.refundRow(ctx, row)
		} else {
			err = c.tradeRow(ctx, row)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// inOrder puts payments before refunds, and refunds without a number last: by then it is known which
// of the shop's refunds have another row.
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

// difference adds a difference to those found. If action is not empty, the difference is closed, and
// action says how. A refund without a number is named by its time.
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
	p, known := c.payments[row.OutTradeNo]
	switch {
	case !known || p.TradeNo == nil:
		return c.confirmMissing(ctx, row)
	case *p.TradeNo != row.TradeNo:
		c.difference(models.UnbookedTrade, row, &p.Amount, "")
	case p.RealPrice != models.Fen(row.Amount):
		c.difference(models.AmountDiffers, row, &p.RealPrice, returnedAction(p))
	case p.State == models.PaymentSurplus, p.State == models.PaymentReturned:
		c.difference(models.SecondPayment, row, &p.Amount, returnedAction(p))
	}
	return nil
}

// returnedAction says how money that no order took went back. It is empty while it has not.
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

// confirmMissing asks Alipay about a trade of the bill that the shop has not booked; the answer books it.
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
		c.payments[outTradeNo] = p
	}
	return err
}

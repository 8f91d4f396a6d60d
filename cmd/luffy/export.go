package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"time"

	"luffy/models"
)

// export writes the payments and refunds of a month or a day as a table for a spreadsheet, and its
// sums to standard error.
func (p program) export(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return errUsage
	}
	from, to, err := parsePeriod(args[0])
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	return p.onSchema(ctx, func(db *models.DB) error {
		table, err := newMovementTable(p.stdout)
		if err != nil {
			return err
		}
		var sums movementSums
		for day := from; day.Before(to); day = day.AddDate(0, 0, 1) {
			movements, err := db.Movements(ctx, day, day.AddDate(0, 0, 1))
			if err != nil {
				return err
			}
			for _, m := range movements {
				sums.add(m)
				if err := table.Write(movementCells(m)); err != nil {
					return err
				}
			}
		}
		table.Flush()
		fmt.Fprintln(p.stderr, args[0], sums)
		return table.Error()
	})
}

// parsePeriod reads a month or a day in Beijing.
func parsePeriod(text string) (from, to time.Time, err error) {
	if from, err = time.ParseInLocation("2006-01", text, models.Beijing); err == nil {
		return from, from.AddDate(0, 1, 0), nil
	}
	if from, err = time.ParseInLocation(time.DateOnly, text, models.Beijing); err == nil {
		return from, from.AddDate(0, 0, 1), nil
	}
	return from, to, fmt.Errorf("%q: a month like 2026-11 or a day like 2026-11-21 is expected", text)
}

// byteOrderMark tells Excel that the text is UTF-8.
const byteOrderMark = "\ufeff"

// newMovementTable begins the table with its headings, in the words of Alipay's bill, beside which
// it is read.
func newMovementTable(w io.Writer) (*csv.Writer, error) {
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return nil, err
	}
	table := csv.NewWriter(w)
	table.UseCRLF = true
	return table, table.Write([]string{
		"时间", "业务类型", "订单号", "商户订单号", "支付宝交易号", "退款批次号", "学员", "课程", "金额（元）", "方式", "备注",
	})
}

func movementCells(m models.Movement) []string {
	kind, way, remark := "交易", "支付宝", stateRemarks[m.State]
	if m.OutRequestNo != "" {
		kind, remark = "退款", m.Reason
	}
	if m.SettledBy != "" {
		way, remark = "其他方式", m.Note
	}
	return []string{
		moment(&m.At), kind, digits(m.OrderNumber), digits(m.OutTradeNo), digits(m.TradeNo), digits(m.OutRequestNo),
		plain(m.Username), plain(m.Title), m.Amount.String(), way, plain(remark),
	}
}

// stateRemarks are for payments that their orders could not take.
var stateRemarks = map[models.PaymentState]string{
	models.PaymentHeld:     "金额不符，待核对",
	models.PaymentSurplus:  "多付或迟到，退款中",
	models.PaymentReturned: "多付或迟到，已退款",
}

// digits are followed by a tab, as in Alipay's bill: a spreadsheet would round a long number.
func digits(s string) string {
	if s == "" {
		return ""
	}
	return s + "\t"
}

// plain keeps a spreadsheet from taking what somebody wrote for a formula.
func plain(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// movementSums are what a table comes to, in the words of luffy reconcile.
type movementSums struct {
	trades, refunds, elsewhere int
	came, back, other          models.Fen
}

func (s *movementSums) add(m models.Movement) {
	switch {
	case m.OutRequestNo == "":
		s.trades++
		s.came += m.Amount
	case m.SettledBy == "":
		s.refunds++
		s.back -= m.Amount
	default:
		s.elsewhere++
		s.other -= m.Amount
	}
}

func (s movementSums) String() string {
	text := fmt.Sprintf(" received %d trades ¥%s  given back %d refunds ¥%s  kept ¥%s", s.trades, s.came, s.refunds, s.back, s.came-s.back)
	if s.elsewhere > 0 {
		text += fmt.Sprintf("  paid by other means %d refunds ¥%s", s.elsewhere, s.other)
	}
	return text
}

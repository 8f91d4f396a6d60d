package main

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/alipay/sandbox"
)

// table runs luffy export and reads the table as a spreadsheet does.
func (p *till) table(period string) (rows [][]string, sums string) {
	p.t.Helper()
	code, out, sums := run(p.t, p.environ, "", "export", period)
	text, marked := strings.CutPrefix(out, "\ufeff")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if code != 0 || !marked || err != nil {
		p.t.Fatalf("export %s: exit %d, %v, byte order mark %t\n%s%s", period, code, err, marked, out, sums)
	}
	return rows, sums
}

// TestExport: every fen that came or went back in the time is one row, and the sums are those of the bill.
func TestExport(t *testing.T) {
	t.Parallel()
	onEachTill(t, func(p *till) {
		sold := p.sell(p.stock.Plain.For(0), p.stock.Step.For(0))
		p.sell(p.stock.Rate.For(30))
		_, err := p.db.SQL().ExecContext(p.t.Context(), "UPDATE ly_user SET username = '=1+1'")
		p.must(err)
		_, err = p.payments.Refund(p.t.Context(), models.NewRefund{OrderNumber: sold.OrderNumber, Line: 1, Reason: "换课", By: "boss"})
		p.must(err)
		rows, sums := p.table(p.date())
		trade, _ := p.alipay.Trade(sold.OrderNumber)
		at := p.date() + " 00:"
		for i, want := range [][]string{
			{"时间", "业务类型", "订单号", "商户订单号", "支付宝交易号", "退款批次号", "学员", "课程", "金额（元）", "方式", "备注",
				"付款时间", "退款发起时间", "退款经办"},
			{at, "交易", sold.OrderNumber + "\t", sold.OrderNumber + "\t", trade.TradeNo + "\t", "", "'=1+1",
				p.stock.Step.Course.Name + " 等2门课程", "565.00", "支付宝", "", at, "", ""},
			{at, "交易"},
			{at, "退款", sold.OrderNumber + "\t", sold.OrderNumber + "\t", trade.TradeNo + "\t", sold.OrderNumber + "R1L1\t",
				"'=1+1", p.stock.Step.Course.Name, "-255.00", "支付宝", "换课", at, at, "boss"},
		} {
			got := rows[i][:len(want)]
			for j := range want {
				if want[j] == at && strings.HasPrefix(got[j], at) {
					want[j] = got[j]
				}
			}
			if !slices.Equal(got, want) {
				p.t.Errorf("row %d: got %q, want %q", i, got, want)
			}
		}
		if len(rows) != 4 {
			p.t.Errorf("got %d rows, want the headings, two trades and a refund", len(rows))
		}
		p.today()
		_, sum, _ := strings.Cut(strings.TrimSpace(sums), "  ")
		bill, _, _ := strings.Cut(sum, "  kept ")
		p.want(0, "reconcile "+p.date(), p.date()+"  "+bill+"\nbalanced")
		month, monthly := p.table(p.date()[:len("2026-11")])
		if len(month) != 4 || !strings.HasSuffix(monthly, sum+"\n") {
			p.t.Errorf("the month: got %d rows, %q; want those of its one day, %q", len(month), monthly, sum)
		}
		if rows, sums := p.table("2020-01"); len(rows) != 1 || !strings.Contains(sums, "received 0 trades ¥0.00") {
			p.t.Errorf("a month without trade: got %q, %q; want the headings alone", rows, sums)
		}
		for _, period := range []string{"2026", "2026-13", "2026-11-31", "yesterday"} {
			p.want(exitUsage, "export "+period, period, "a month like 2026-11 or a day like 2026-11-21 is expected")
		}
	})
}

// TestExportOtherMeans: what staff paid by other means has not left the account at Alipay.
func TestExportOtherMeans(t *testing.T) {
	t.Parallel()
	onEachTill(t, func(p *till) {
		sold := p.sell(p.stock.Plain.For(0))
		p.today() // or Alipay would take the commands for a day late
		p.fault(sandbox.Fault{Name: sandbox.TradeFrozen, Times: 1})
		p.want(exitFailure, "refund "+sold.OrderNumber+" --amount 10.00 --reason 补偿", "refuses it for good")
		p.want(0, "refund settle "+sold.OrderNumber+" --note 银行转账", "settled")
		_, sums := p.table(p.date())
		if want := "received 1 trades ¥310.00  given back 0 refunds ¥0.00  kept ¥310.00\n"; !strings.HasSuffix(sums, want) {
			p.t.Errorf("yesterday: got %q, want %q", sums, want)
		}
		_, sums = p.table(time.Now().In(models.Beijing).Format(time.DateOnly))
		want := "given back 0 refunds ¥0.00  paid by other means 1 refunds ¥10.00  kept ¥-10.00\n"
		if !strings.HasSuffix(sums, want) {
			p.t.Errorf("today: got %q, want %q", sums, want)
		}
	})
}

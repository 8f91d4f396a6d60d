package main

import (
	"strings"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/alipay/sandbox"
)

func TestReconcileBalanced(t *testing.T) {
	t.Parallel()
	onEachTill(t, func(p *till) {
		p.sell(p.stock.Plain.For(0))
		back := p.sell(p.stock.Step.For(0))
		_, err := p.payments.Refund(p.t.Context(), models.NewRefund{OrderNumber: back.OrderNumber, Reason: "停课"})
		p.must(err)
		p.today()
		for range 2 {
			p.want(0, "reconcile "+p.date(), p.date()+"  received 2 trades ¥565.00  given back 1 refunds ¥255.00\nbalanced\n")
		}
		if got := p.rows("ly_bill_difference"); got != 0 {
			p.t.Errorf("got %d differences stored, want none", got)
		}
	})
}

// TestReconcileFindsDifferences: what asking Alipay can settle is settled, the rest stays open; a
// second run says the same, and one over a mended bill says so.
func TestReconcileFindsDifferences(t *testing.T) {
	t.Parallel()
	onEachTill(t, func(p *till) {
		missing := p.sell(p.stock.Plain.For(0))
		unheard := p.order(p.stock.Step.For(0))
		p.fault(sandbox.Fault{Name: sandbox.BillTradeMissing, OutTradeNo: missing.OrderNumber})
		p.today()
		reconcile := "reconcile " + p.date()
		p.want(exitOpen, reconcile, "open differences: 1", "received 1 trades ¥255.00",
			"open    "+string(models.MissingThere), missing.OrderNumber, "310.00",
			"closed  "+string(models.MissingHere), unheard.OrderNumber, "confirmed by query: fulfilled")
		_, first, _ := run(p.t, p.environ, "", strings.Fields(reconcile)...)
		_, second, _ := run(p.t, p.environ, "", strings.Fields(reconcile)...)
		if first != second {
			p.t.Errorf("got\n%s\nand the next time\n%s", first, second)
		}
		p.alipay.ClearFaults()
		p.want(0, reconcile, "received 2 trades ¥565.00", "closed  "+string(models.MissingThere), "not found any more",
			"balanced: every difference is settled")
		p.want(0, "audit", "clean")
	})
}

// TestReconcileSettle: what staff have cleared up stays closed when the day is compared again.
func TestReconcileSettle(t *testing.T) {
	t.Parallel()
	onEachTill(t, func(p *till) {
		missing := p.sell(p.stock.Plain.For(0))
		p.fault(sandbox.Fault{Name: sandbox.BillTradeMissing, OutTradeNo: missing.OrderNumber})
		p.today()
		reconcile := "reconcile " + p.date()
		p.want(exitOpen, reconcile, "1   open   "+string(models.MissingThere), missing.OrderNumber)
		p.want(exitUsage, "reconcile settle 1", "--note")
		p.want(exitFailure, "reconcile settle 99 --note asked", "open difference 99", "not found")
		p.want(0, "reconcile settle 1 --note asked", "settled")
		p.want(0, reconcile, "1   closed  "+string(models.MissingThere), "asked", "balanced: every difference is settled")
		p.want(exitFailure, "reconcile settle 1 --note again", "not found")
	})
}

func TestReconcileWithoutBill(t *testing.T) {
	t.Parallel()
	onEachTill(t, func(p *till) {
		p.sell(p.stock.Plain.For(0))
		p.today()
		p.fault(sandbox.Fault{Name: sandbox.BillLate})
		p.want(exitFailure, "reconcile "+p.date(), p.date()+": the bill is not there yet")
		p.alipay.ClearFaults()
		p.fault(sandbox.Fault{Name: sandbox.BillCutOff})
		p.want(exitFailure, "reconcile "+p.date(), p.date()+": the bill cannot be used: cut off")
		if days, differences := p.rows("ly_bill_day"), p.rows("ly_bill_difference"); days != 0 || differences != 0 {
			p.t.Errorf("got %d days and %d differences stored, want nothing", days, differences)
		}
		today := time.Now().In(models.Beijing)
		for _, date := range []string{
			today.Format(time.DateOnly), today.AddDate(0, 0, 1).Format(time.DateOnly), "2026-13-01",
			"2026-2-1", "20261121", "yesterday",
		} {
			p.want(exitUsage, "reconcile "+date, date, "a day before today, like 2026-11-21, is expected")
		}
		p.want(exitUsage, "reconcile", "see luffy help")
	})
}

package main

import (
	"testing"

	"luffy/models/alipay/sandbox"
)

// TestRefundSettle: what Alipay refuses for good and staff have paid otherwise is booked once, and
// the next bill misses nothing.
func TestRefundSettle(t *testing.T) {
	t.Parallel()
	onEachTill(t, func(p *till) {
		sold := p.sell(p.stock.Plain.For(0), p.stock.Step.For(0))
		p.requestRefund(sold, 1)
		p.today()
		p.fault(sandbox.Fault{Name: sandbox.TradeFrozen, Times: 1})
		p.want(exitFailure, "refund approve "+sold.OrderNumber, "R1L1",
			"Alipay refuses it for good, pay by other means, then luffy refund settle")
		settle := "refund settle " + sold.OrderNumber + " --note transfer"
		for range 2 {
			p.want(0, settle, "refund "+sold.OrderNumber+"R1L1 of ¥255.00: settled")
		}
		p.want(0, "refund settle "+sold.OrderNumber+"R1L1 --note transfer", "settled")
		p.want(0, "audit", "clean")
		for _, key := range []string{"ticket-7", "ticket-8"} {
			p.pause()
			p.fault(sandbox.Fault{Name: sandbox.TradeFrozen, Times: 1})
			p.want(exitFailure, "refund "+sold.OrderNumber+" --amount 10.00 --reason 补偿 --key "+key,
				"Alipay refuses it for good")
		}
		p.want(exitFailure, settle, "several refunds that Alipay refused, name one: ", "R1 of ¥10.00, ", "R2 of ¥10.00")
		p.want(0, "refund settle "+sold.OrderNumber+"R2 --note transfer", "R2 of ¥10.00: settled")
		p.want(exitFailure, "refund settle "+sold.OrderNumber+"R9 --note transfer", "a refund that Alipay refused: not found")
		p.want(0, "reconcile "+p.date(), "balanced")
		p.want(0, "audit", "clean")
	})
}

package main

import (
	"fmt"
	"testing"

	"luffy/models"
	"luffy/models/alipay/sandbox"
)

// requestRefund is what the student's form does for lines of an order.
func (p *till) requestRefund(o models.Order, lines ...int) {
	p.t.Helper()
	_, err := p.db.RequestRefund(p.t.Context(), models.RefundWish{
		UserID: o.UserID, OrderNumber: o.OrderNumber, Lines: lines, Reason: "买错了课程",
	}, models.RefundRule{Days: 7, Watched: 30})
	p.must(err)
}

// requestID is what luffy refund requests names the request for a line by.
func (p *till) requestID(o models.Order, line int) int64 {
	p.t.Helper()
	asked, err := p.db.RefundRequestsOf(p.t.Context(), o.OrderNumber)
	p.must(err)
	for _, a := range asked {
		if a.Position == line {
			return a.ID
		}
	}
	p.t.Fatalf("no request for line %d", line)
	return 0
}

// TestRefundRequests: each request is decided once, and the money of an approved one goes back once.
func TestRefundRequests(t *testing.T) {
	t.Parallel()
	onEachTill(t, func(p *till) {
		p.want(0, "refund requests", "no open requests")
		two := p.sell(p.stock.Plain.For(0), p.stock.Step.For(0))
		p.requestRefund(two, 1, 2)
		p.today()
		p.want(0, "refund requests", "nami", two.OrderNumber, "255.00", "310.00", "0 of 3", "Go 语言实战", "买错了课程")
		first := p.requestID(two, 1)
		reject := fmt.Sprintf("refund reject %d --reason 已学完", first)
		p.want(0, reject, "rejected")
		p.want(0, reject, "rejected")
		p.want(exitFailure, fmt.Sprintf("refund approve %d", first), "the request is not open")
		approve := "refund approve " + two.OrderNumber + " --reason 同意"
		for range 2 {
			p.want(0, approve, two.OrderNumber+"R1L2 of ¥310.00: done")
		}
		p.want(exitFailure, fmt.Sprintf("refund reject %d --reason 晚了", p.requestID(two, 2)), "the request is not open")
		p.want(0, "refund requests", "no open requests")
		p.want(exitFailure, "refund approve 404", "request 404: not found")
		p.want(exitFailure, "refund approve 20261121000000000001000001",
			"20261121000000000001000001: a request to decide: not found")
		if trade, _ := p.alipay.Trade(two.OrderNumber); trade.Refunded != 310_00 || len(trade.Refunds) != 1 {
			p.t.Errorf("at Alipay: got %d back in %d refunds, want 31000 in one", trade.Refunded, len(trade.Refunds))
		}
		p.want(0, "audit", "clean")
	})
}

// TestApproveWhatWaits: approved while Alipay does not answer, the refund is pending; approving
// again finishes the same one.
func TestApproveWhatWaits(t *testing.T) {
	t.Parallel()
	onEachTill(t, func(p *till) {
		sold := p.sell(p.stock.Plain.For(0))
		p.requestRefund(sold, 1)
		p.today()
		p.fault(sandbox.Fault{Name: sandbox.APIUnavailable, Times: 2})
		approve := "refund approve " + sold.OrderNumber
		p.want(0, approve, "R1L1 of ¥310.00: pending, luffy serve goes on with it: ")
		p.want(exitFailure, "refund reject "+sold.OrderNumber+" --reason 晚了", "a request to decide: not found")
		p.pause()
		p.want(0, approve, "R1L1 of ¥310.00: done")
		p.wantRefunded(sold, 1)
		p.want(0, "audit", "clean")
	})
}

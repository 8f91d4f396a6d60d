package main

import (
	"strings"
	"testing"

	"luffy/models"
	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest"
)

// TestOrder: whatever the buyer can name of an order leads to all that the shop knows of it.
func TestOrder(t *testing.T) {
	t.Parallel()
	onEachTill(t, func(p *till) {
		sold := p.sell(p.stock.Plain.For(30), p.stock.Step.For(0))
		p.requestRefund(sold, 1)
		p.today()
		p.want(0, "refund approve "+sold.OrderNumber, "done")
		trade, _ := p.alipay.Trade(sold.OrderNumber)
		p.must(p.db.RecordEvent(p.t.Context(), models.PaymentEvent{
			ReceivedAt: p.db.Now(), Source: models.SourceNotify, OutTradeNo: sold.OrderNumber, TradeStatus: "TRADE_SUCCESS",
			Verdict: models.VerdictRefused, Reason: "signature", Raw: []byte("trade_status=TRADE_SUCCESS&subject=%D6%A7"),
		}))
		for _, name := range []string{sold.OrderNumber, trade.TradeNo} {
			p.want(0, "order "+name,
				"order       "+sold.OrderNumber+"  已支付", "nami", "to pay      354.00", "given back  255.00",
				"1     "+p.stock.Step.Course.Name, "revoked", "approved: 买错了课程",
				"2     "+p.stock.Plain.Course.Name, "until ",
				"paid   354.00  "+trade.TradeNo, sold.OrderNumber+"R1L1  done   255.00  1     request",
				"TRADE_SUCCESS  accepted  fulfilled", "2        ", "TRADE_SUCCESS  refused   signature",
				"DONE ", operator()+"  approve_refund  255.00  买错了课程")
		}
		p.want(0, "message 2", "trade_status=TRADE_SUCCESS&subject=%D6%A7")
		p.want(exitFailure, "message 99", "message 99: not found")
		p.want(exitUsage, "message two", "the ID of a message")
		p.want(0, "order NAMI", sold.OrderNumber, "已支付", "354.00", "255.00", p.stock.Step.Course.Name+" 等2门课程")
		p.want(exitFailure, "order zoro", `"zoro" is neither an order, nor a trade of one, nor a student: not found`)
		p.want(exitUsage, "order", "see luffy help")
		p.want(exitUsage, "order "+sold.OrderNumber+" now", "see luffy help")
	})
}

// TestOrderOfOneStep: what has not happened leaves no table behind.
func TestOrderOfOneStep(t *testing.T) {
	t.Parallel()
	onEachTill(t, func(p *till) {
		free := modelstest.Order(p.t, p.db, p.student, p.stock.Free.For(0))
		_, out, _ := run(p.t, p.environ, "", "order", free.OrderNumber)
		if strings.Contains(out, "OUT_TRADE_NO") || strings.Contains(out, "MESSAGE") || !strings.Contains(out, "for ever") {
			p.t.Errorf("got\n%s\nwant the order and its line alone", out)
		}
	})
}

// TestOrderAsk: staff can have Alipay's word on an order at once, and once only it is booked.
func TestOrderAsk(t *testing.T) {
	t.Parallel()
	onEachTill(t, func(p *till) {
		unheard := p.order(p.stock.Plain.For(0))
		p.today() // or Alipay would take the questions for a day late
		ask := "order ask " + unheard.OrderNumber
		p.fault(sandbox.Fault{Name: sandbox.APIUnavailable, Times: 1})
		p.want(exitFailure, ask, unheard.OrderNumber+": ")
		p.want(0, ask, unheard.OrderNumber+": Alipay says paid, here fulfilled\n")
		p.want(0, ask, unheard.OrderNumber+": Alipay says paid, here already_done\n")
		if got := p.rows("ly_staff_act"); got != 3 {
			p.t.Errorf("got %d acts, want one for each question", got)
		}
		p.want(exitFailure, "order ask 20261121000000000001000001", "order 20261121000000000001000001: not found")
		if got := p.rows("ly_user_course"); got != 1 {
			p.t.Errorf("got %d purchase records, want 1", got)
		}
		p.want(0, "audit", "clean")
	})
}

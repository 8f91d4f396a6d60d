package main

import (
	"strings"
	"sync"
	"testing"

	"luffy/models"
	"luffy/models/alipay/sandbox"
)

func TestRefundArguments(t *testing.T) {
	t.Parallel()
	environ := goodSettings(t)
	for args, fault := range map[string]string{
		"":                                    "the order's number comes first",
		"--reason x 1":                        "the order's number comes first",
		"1":                                   "a refund needs --reason",
		"1 --reason=":                         "-reason: 1 to 256 characters",
		"1 --reason \t":                       "-reason: 1 to 256 characters",
		"1 --reason=" + long:                  "-reason: 1 to 256 characters",
		"1 --reason x --amount=":              "-amount: a sum in yuan like 100.00",
		"1 --reason x --amount 0.00":          "-amount: a sum in yuan",
		"1 --reason x --amount=-5":            "-amount: a sum in yuan",
		"1 --reason x --amount 1.005":         "-amount: a sum in yuan",
		"1 --reason x --amount 1,000.00":      "-amount: a sum in yuan",
		"1 --reason x --amount 1e3":           "-amount: a sum in yuan",
		"1 --reason x --amount ¥5":            "-amount: a sum in yuan",
		"1 --reason x --line=":                "-line: a number from 1",
		"1 --reason x --line 0":               "-line: a number from 1",
		"1 --reason x --line=-1":              "-line: a number from 1",
		"1 --reason x --line first":           "-line: a number from 1",
		"1 --reason x --line 1 --amount 1.00": "--line or --amount, not both",
		"1 --reason x 2":                      `"2" is no flag`,
		"1 --reason x --all":                  "-all",
		"1 --reason x --key=":                 "-key: 1 to 64 characters",
		"1 --reason x --key=" + long[:65*3]:   "-key: 1 to 64 characters",
		"approve":                             "comes first",
		"approve x":                           `"x" is neither the ID of a request nor the number of an order`,
		"approve 0":                           `"0" is neither`,
		"approve -1":                          `"-1" is neither`,
		"approve 1 2":                         `"2" is no flag`,
		"approve 1 --reason=" + long:          "-reason: 1 to 256 characters",
		"reject 1":                            "the student is owed a --reason",
		"reject 1 --reason=":                  "-reason: 1 to 256 characters",
		"reject --reason x":                   "is neither the ID",
		"requests all":                        "see luffy help",
		"settle":                              "takes the number of an order, or an out_request_no",
		"settle 1":                            "and --note with what was done",
		"settle 1 --note \t":                  "and --note with what was done",
		"settle --note x":                     "takes the number of an order",
	} {
		wantRun(t, environ, "", append([]string{"refund"}, strings.Split(args, " ")...), exitUsage, fault, "see luffy help")
	}
}

var long = strings.Repeat("退", maxReason+1)

func TestRefund(t *testing.T) {
	t.Parallel()
	onEachTill(t, func(p *till) {
		two := p.sell(p.stock.Plain.For(0), p.stock.Step.For(0))
		open := p.order(p.stock.Plain.For(30))
		p.today()
		refund := "refund " + two.OrderNumber
		p.want(0, refund+" --line 2 --reason 换课", two.OrderNumber+"R1L2 of ¥310.00: done")
		p.want(exitFailure, refund+" --line 2 --reason 换课", "given back before")
		p.want(exitFailure, refund+" --line 3 --reason 换课", "no such line")
		p.pause()
		p.want(0, refund+" --amount 10.00 --reason 补偿", two.OrderNumber+"R1 of ¥10.00: done")
		p.want(exitFailure, refund+" --amount 245.01 --reason 补偿", "245.01 of 245.00", "more than what is left")
		p.pause()
		p.want(0, refund+" --reason 停课", two.OrderNumber+"R2 of ¥245.00: done")
		p.want(exitFailure, refund+" --reason 停课", "no payment that could be given back")
		p.wantRefunded(two, 3)

		p.want(exitFailure, "refund "+open.OrderNumber+" --reason 停课", "no payment that could be given back")
		p.want(exitFailure, "refund 20261121000000000001000001 --reason 停课", "20261121000000000001000001: not found")
		p.want(0, "audit", "clean")
	})
}

// wantRefunded wants all of a sold order back in so many refunds, here and at Alipay.
func (p *till) wantRefunded(o models.Order, refunds int) {
	p.t.Helper()
	view, err := p.db.Order(p.t.Context(), o.UserID, o.OrderNumber)
	p.must(err)
	if view.OrderStatus != models.OrderRefunded || view.RefundedAmount != o.RealPrice || len(view.Refunds) != refunds {
		p.t.Errorf("got %v with %s back in %d refunds, want %v with %s in %d",
			view.OrderStatus, view.RefundedAmount, len(view.Refunds), models.OrderRefunded, o.RealPrice, refunds)
	}
	trade, _ := p.alipay.Trade(o.OrderNumber)
	if models.Fen(trade.Refunded) != o.RealPrice || len(trade.Refunds) != refunds {
		p.t.Errorf("at Alipay: got %d back in %d refunds, want %d in %d",
			trade.Refunded, len(trade.Refunds), o.RealPrice, refunds)
	}
}

// TestRefundOfASumAgain: a command that is typed again, or by two at once, pays a sum once. Another refund
// of the same sum needs a key.
func TestRefundOfASumAgain(t *testing.T) {
	t.Parallel()
	onEachTill(t, func(p *till) {
		sold := p.sell(p.stock.Plain.For(0))
		p.today()
		refund := "refund " + sold.OrderNumber + " --amount 10.00 --reason 补偿"
		var typing sync.WaitGroup
		for range 4 {
			typing.Go(func() { run(p.t, p.environ, "", strings.Fields(refund)...) })
		}
		typing.Wait()
		p.want(exitFailure, refund, sold.OrderNumber+"R1 of ¥10.00 was asked for before and is done", "needs a --key")
		p.pause()
		p.want(0, refund+" --key second", sold.OrderNumber+"R2 of ¥10.00: done")
		p.pause()
		p.want(0, "refund "+sold.OrderNumber+" --amount 20.00 --reason 补偿", sold.OrderNumber+"R3 of ¥20.00: done")
		p.pause()
		p.want(0, "refund "+sold.OrderNumber+" --reason 停课", sold.OrderNumber+"R4 of ¥270.00: done")
		p.wantRefunded(sold, 4)
	})
}

// TestRefundTwiceAtOnce: of two who give back the whole order at the same moment, one does.
func TestRefundTwiceAtOnce(t *testing.T) {
	t.Parallel()
	onEachTill(t, func(p *till) {
		sold := p.sell(p.stock.Plain.For(0))
		p.today() // an Alipay whose clock is a day behind refuses the call
		codes := make([]int, 4)
		var asking sync.WaitGroup
		for i := range codes {
			asking.Go(func() { codes[i], _, _ = run(p.t, p.environ, "", "refund", sold.OrderNumber, "--reason", "停课") })
		}
		asking.Wait()
		done := 0
		for _, code := range codes {
			if code == 0 {
				done++
			}
		}
		if done != 1 {
			t.Errorf("got exits %v, want one 0", codes)
		}
		p.wantRefunded(sold, 1)
	})
}

// TestRefundThatWaits: what Alipay does not carry out now is stored and said; what it never will is a failure.
func TestRefundThatWaits(t *testing.T) {
	t.Parallel()
	onEachTill(t, func(p *till) {
		sold := p.sell(p.stock.Plain.For(0))
		p.today()
		command := "refund " + sold.OrderNumber + " --amount 1.00 --reason 补偿 --key "
		p.fault(sandbox.Fault{Name: sandbox.SellerBalance, Times: 1})
		p.want(0, command+"1", "R1 of ¥1.00: pending, luffy serve goes on with it: ", "SELLER_BALANCE_NOT_ENOUGH")
		p.fault(sandbox.Fault{Name: sandbox.APIUnavailable, Times: 2})
		p.want(0, command+"2",
			"R2 of ¥1.00: pending, luffy serve goes on with it: ", "a pause between two refunds of one trade")
		p.pause()
		p.want(0, command+"3", "R3 of ¥1.00: pending, luffy serve goes on with it: ")
		p.fault(sandbox.Fault{Name: sandbox.RefundLater, Times: 1})
		p.pause()
		p.want(0, command+"4", "R4 of ¥1.00: pending, luffy serve goes on with it: ", "the money has not moved yet")
		p.fault(sandbox.Fault{Name: sandbox.TradeFrozen, Times: 1})
		p.pause()
		p.want(exitFailure, command+"5",
			"R5 of ¥1.00: Alipay refuses it for good, pay by other means, then luffy refund settle: ",
			"REASON_TRADE_BEEN_FREEZEN")
		p.fault(sandbox.Fault{Name: sandbox.RefundFundChangeN, Times: 1})
		p.pause()
		p.want(0, command+"6", "R6 of ¥1.00: done")
	})
}

// TestMoneyToolsRefuse: wrong settings and an old schema are told before Alipay is asked for anything.
func TestMoneyToolsRefuse(t *testing.T) {
	t.Parallel()
	good := goodSettings(t)
	for _, command := range []string{"refund 1 --reason x", "reconcile 2026-11-21"} {
		wantRun(t, append(good, "LUFFY_ALIPAY_APP_ID="), "", strings.Fields(command), exitUsage, "LUFFY_ALIPAY_APP_ID")
		wantRun(t, append(good, "LUFFY_DATABASE_URL=sqlite::memory:"), "",
			strings.Fields(command), exitUsage, "luffy migrate up")
	}
}

// TestRefundKey: a command that is repeated, because nobody knows whether it was done, gives back once.
func TestRefundKey(t *testing.T) {
	t.Parallel()
	onEachTill(t, func(p *till) {
		sold := p.sell(p.stock.Plain.For(0))
		p.today()
		command := "refund " + sold.OrderNumber + " --amount 10.00 --reason 补偿 --key ticket-7"
		for range 3 {
			p.want(0, command, sold.OrderNumber+"R1 of ¥10.00: done")
		}
		p.want(exitFailure, strings.Replace(command, "10.00", "11.00", 1), "the key names another refund")
		p.pause()
		p.want(0, strings.Replace(command, "ticket-7", "ticket-8", 1), sold.OrderNumber+"R2 of ¥10.00: done")
		if trade, _ := p.alipay.Trade(sold.OrderNumber); trade.Refunded != 20_00 {
			p.t.Errorf("at Alipay: got %d back, want 2000", trade.Refunded)
		}
	})
}

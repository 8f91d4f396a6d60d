package main

import (
	"slices"

	"luffy/models/alipay/sandbox"
)

// chance is a fault of Alipay's, or of its buyers, that comes once in so many occasions.
type chance struct {
	oneIn int
	name  string
	value string
}

// payFaults may be in the way of what tells the shop of a payment.
//
// Three faults of the simulator's need clients that run at the same time: here the students
// themselves come back before and after the notify, and twice.
var payFaults = []chance{
	{12, sandbox.NotifyDrop, ""}, {20, sandbox.NotifyDelay, "20s"}, {20, sandbox.NotifyDelay, "10m"},
	{30, sandbox.NotifyDelay, "20h"}, {50, sandbox.NotifyReorder, ""}, {40, sandbox.NotifyAfterReturn, ""},
	{50, sandbox.ReturnNone, ""}, {50, sandbox.ReturnTampered, ""}, {50, sandbox.ReturnTampered, "sign"},
	{50, sandbox.ReturnReplay, ""}, {50, sandbox.ReturnUTF8, ""}, {1500, sandbox.WrongPID, ""},
}

// messageFaults are rolled for at every step, and spoil the next message.
var messageFaults = []chance{
	{200, sandbox.NotifyDuplicate, ""}, {500, sandbox.NotifyExtraFields, ""}, {500, sandbox.NotifyEmptyField, ""},
	{500, sandbox.NotifyRepeatedName, ""}, {400, sandbox.NotifyWrongSign, ""}, {3000, sandbox.NotifyOtherKey, ""},
	{600, sandbox.NotifyTamper, "total_amount"}, {600, sandbox.NotifyTamper, "seller_id"},
	{600, sandbox.NotifyTamper, "app_id"}, {600, sandbox.NotifyTamper, "out_trade_no"},
	{1500, sandbox.NotifyForge, "total_amount"}, {600, sandbox.NotifyForge, "seller_id"},
	{600, sandbox.NotifyForge, "app_id"}, {600, sandbox.NotifyForge, "out_trade_no"},
	{500, sandbox.NotifyOpenID, ""},
	{500, sandbox.NotifyGBK, ""}, {500, sandbox.NotifySubject, ""},
}

// callFaults may spoil any call of the shop's.
var callFaults = []chance{
	{90, sandbox.APITimeoutBefore, "1ns"}, {90, sandbox.APITimeoutAfter, "1ns"}, {120, sandbox.APIUnavailable, ""},
	{120, sandbox.APIUnavailable, "after"}, {150, sandbox.APIErrorResponse, ""}, {150, sandbox.APIErrorResponse, "after"},
	{200, sandbox.APIGBKError, ""}, {200, sandbox.APIGBKError, "after"}, {200, sandbox.APIBadGateway, ""},
	{200, sandbox.APIBadGateway, "after"}, {200, sandbox.APIUnsigned, ""}, {200, sandbox.APIWrongSign, ""},
	{200, sandbox.APIEscapedSlash, ""}, {200, sandbox.APIPlainSlash, ""}, {200, sandbox.APIExtraFields, ""},
	{200, sandbox.APISlowBody, "1ns"}, {150, sandbox.APITradeNotExist, ""}, {200, sandbox.APICallLimited, ""},
}

// methodFaults are those of one method.
var methodFaults = map[string][]chance{
	"alipay.trade.query": {{15, sandbox.QueryThenPay, ""}},
	"alipay.trade.close": {{6, sandbox.ClosePaysFirst, ""}, {6, sandbox.CloseThenPay, ""}},
	"alipay.trade.refund": {
		{10, sandbox.RefundFundChangeN, ""}, {20, sandbox.RefundLater, "1h"}, {20, sandbox.RefundLater, "30h"},
		{20, sandbox.SellerBalance, ""}, {40, sandbox.TradeFrozen, ""},
		{10, sandbox.RefundTooSoon, ""},
	},
	"alipay.trade.fastpay.refund.query": {{8, sandbox.RefundQueryLags, ""}},
	"alipay.data.dataservice.bill.downloadurl.query": {
		{10, sandbox.BillTradeMissing, ""}, {10, sandbox.BillRefundMissing, ""}, {4, sandbox.BillRefundNameless, ""},
		{10, sandbox.BillAmount, ""}, {20, sandbox.BillTradeAdded, ""}, {10, sandbox.BillLate, ""},
		{10, sandbox.BillLate, "NO_BILL_DATA"}, {20, sandbox.BillEmpty, ""}, {20, sandbox.BillExpiredURL, ""},
		{20, sandbox.BillExtraColumns, ""}, {20, sandbox.BillReordered, ""}, {20, sandbox.BillMissingColumns, ""},
		{20, sandbox.BillCutOff, ""}, {20, sandbox.BillCutOff, "zip"}, {20, sandbox.BillNotZip, ""},
	},
}

// plantCall spoils a call, perhaps. One that asks again for a refund which Alipay has accepted
// rolls for no fault of refunds: it would stand until the next refund came, and as shops ask often,
// hardly any would be spared.
func (w *world) plantCall(c call) {
	w.plant(callFaults)
	if c.method != "alipay.trade.refund" || !w.accepted(c) {
		w.plant(methodFaults[c.method])
	}
}

func (w *world) accepted(c call) bool {
	trade, _ := w.alipay.Trade(c.OutTradeNo)
	return slices.ContainsFunc(trade.Refunds, func(r sandbox.Refund) bool { return r.OutRequestNo == c.OutRequestNo })
}

// plant rolls for each fault. One that stands already, because what it spoils has not come yet, is not doubled.
func (w *world) plant(chances []chance) {
	if w.calmed {
		return
	}
	for _, c := range chances {
		if !w.oneIn(c.oneIn) {
			continue
		}
		standing := slices.ContainsFunc(w.alipay.Faults(), func(f sandbox.Fault) bool { return f.Name == c.name })
		if standing {
			continue
		}
		if err := w.alipay.AddFault(sandbox.Fault{Name: c.name, Value: c.value, Times: 1}); err != nil {
			w.fail("", err)
		}
		w.count.fault(c.name)
	}
}

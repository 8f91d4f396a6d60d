package main

import (
	"slices"

	"luffy/models/alipay/sandbox"
)

// chance is a fault of Alipay or its buyers that comes, on average, once in oneIn occasions.
type chance struct {
	oneIn int
	name  string
	value string
}

// payFaults disturb the messages that tell the shop of a payment.
//
// Three faults of the simulator are not among them, because they need clients that run at the same
// time. Here the students themselves come back before or after the notify, and twice.
var payFaults = []chance{
	{12, sandbox.NotifyDrop, ""}, {20, sandbox.NotifyDelay, "20s"}, {20, sandbox.NotifyDelay, "10m"},
	{30, sandbox.NotifyDelay, "20h"}, {50, sandbox.NotifyReorder, ""}, {40, sandbox.NotifyAfterReturn, ""},
	{50, sandbox.ReturnNone, ""}, {50, sandbox.ReturnTampered, ""}, {50, sandbox.ReturnTampered, "sign"},
	{50, sandbox.ReturnReplay, ""}, {50, sandbox.ReturnUTF8, ""}, {1500, sandbox.WrongPID, ""},
}

// messageFaults have a chance at every step, and spoil the next message.
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

// callFaults may spoil any call of the shop.
var callFaults = []chance{
	{90, sandbox.APITimeoutBefore, "1ns"}, {90, sandbox.APITimeoutAfter, "1ns"}, {120, sandbox.APIUnavailable, ""},
	{120, sandbox.APIUnavailable, "after"}, {150, sandbox.APIErrorResponse, ""}, {150, sandbox.APIErrorResponse, "after"},
	{200, sandbox.APIGBKError, ""}, {200, sandbox.APIGBKError, "after"}, {200, sandbox.APIBadGateway, ""},
	{200, sandbox.APIBadGateway, "after"}, {200, sandbox.APIUnsigned, ""}, {200, sandbox.APIWrongSign, ""},
	{200, sandbox.APIEscapedSlash, ""}, {200, sandbox.APIPlainSlash, ""}, {200, sandbox.APIExtraFields, ""},
	{200, sandbox.APISlowBody, "1ns"}, {150, sandbox.APITradeNotExist, ""}, {200, sandbox.APICallLimited, ""},
}

// methodFaults may spoil the calls of one method.
var methodFaults = map[string][]chance{
	"alipay.trade.query": {{15, sandbox.QueryThenPay, ""}, {15, sandbox.QueryNoTradeNo, ""}},
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

// plantCall may plant faults for a call. If the call repeats a refund that Alipay has already accepted,
// it plants no fault of refunds: such a fault would wait for the next new refund, and because the shop
// repeats refunds often, hardly any new refund would go well.
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

// plant gives each fault its chance. A fault that still waits for what it spoils is not planted twice.
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

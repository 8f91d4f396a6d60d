package sandbox

import (
	"slices"
	"time"
)

// Faults of the notify's plan.
const (
	NotifyDrop         = "notify_drop"          // never sent
	NotifyDelay        = "notify_delay"         // Value: how much later, like 30s (the default is 1m)
	NotifyReorder      = "notify_reorder"       // the payment's notify waits for the one of a refund
	NotifyBeforeReturn = "notify_before_return" // the return waits until the payment's first delivery is over
	NotifyAfterReturn  = "notify_after_return"  // sent only two seconds after the buyer was sent back
)

// Faults of the notify's message.
const (
	NotifyDuplicate    = "notify_duplicate"     // Value: how many copies at once (the default is 3)
	NotifyExtraFields  = "notify_extra_fields"  // fields that no table lists, signed
	NotifyEmptyField   = "notify_empty_field"   // a signed body=
	NotifyRepeatedName = "notify_repeated_name" // trade_status twice
	NotifyWrongSign    = "notify_wrong_sign"    // one byte of the signature is off
	NotifyOtherKey     = "notify_other_key"     // signed with somebody's key
	// Value of these two: total_amount, seller_id, app_id or out_trade_no.
	NotifyTamper  = "notify_tamper"  // altered after signing
	NotifyForge   = "notify_forge"   // altered before signing: validly signed
	NotifyOpenID  = "notify_open_id" // buyer_open_id in the place of buyer_id
	NotifyGBK     = "notify_gbk"     // charset=GBK
	NotifySubject = "notify_subject" // Value: another subject (the default is one with every hard character)
)

// Faults of the return.
const (
	ReturnNone         = "return_none"          // the success page leads nowhere
	ReturnTwice        = "return_twice"         // the address is also fetched by another client at the same time
	ReturnTampered     = "return_tampered"      // Value: the parameter altered after signing (the default is total_amount)
	ReturnReplay       = "return_replay"        // the last return before this one, of whatever trade, comes instead
	ReturnOtherBrowser = "return_other_browser" // only a client without cookies fetches it; the buyer's own stays
	ReturnUTF8         = "return_utf8"          // charset=utf8, as an old gateway spelt it
)

// Faults of the API's answers.
const (
	APITimeoutBefore = "api_timeout_before"  // no effect and no answer. Value: when the connection is cut (default 30s)
	APITimeoutAfter  = "api_timeout_after"   // effect, but no answer. Value as before
	APIUnavailable   = "api_20000"           // 20000 isp.unknow-error. Value: after = with effect
	APIErrorResponse = "api_error_response"  // an unsigned error_response. Value as for api_20000
	APIGBKError      = "api_gbk_error"       // an unsigned 20000 with its text in GBK. Value as for api_20000
	APIBadGateway    = "api_502"             // a page with status 502. Value as for api_20000
	APIUnsigned      = "api_unsigned"        // the right answer without sign
	APIWrongSign     = "api_wrong_sign"      // the sign stands over another text
	APIEscapedSlash  = "api_escaped_slash"   // \/ for /, signed as sent
	APIPlainSlash    = "api_plain_slash"     // \/ for /, signed with /
	APIExtraFields   = "api_extra_fields"    // members that no table lists
	APISlowBody      = "api_slow_body"       // Value: the pause in the middle of the answer (the default is 5s)
	APITradeNotExist = "api_trade_not_exist" // as if the buyer had not logged in yet, without effect
	APICallLimited   = "api_call_limited"    // 40005, signed, without effect
)

// Faults of the business: what buyers, the seller's account and other systems do at the wrong moment.
// The faults in which a buyer pays use the cashier that was opened last, and wait until there is one
// at which something can be paid.
const (
	QueryThenPay      = "query_then_pay"       // right after a query found it unpaid, or not there, the trade is paid
	QueryNoTradeNo    = "query_no_trade_no"    // a query finds it unpaid, and its answer has no trade_no yet
	ClosePaysFirst    = "close_pays_first"     // the trade is paid just before the next close, which is refused
	CloseThenPay      = "close_then_pay"       // it is paid right after the next close was answered TRADE_NOT_EXIST
	RefundFundChangeN = "refund_fund_change_n" // the money moves, but the answer says fund_change N
	RefundLater       = "refund_later"         // fund_change N, and no money moves until later. Value: when (default 1h)
	SellerBalance     = "seller_balance"       // refunds end in SELLER_BALANCE_NOT_ENOUGH, whatever the seller owns
	TradeFrozen       = "trade_frozen"         // refunds end in REASON_TRADE_BEEN_FREEZEN
	RefundTooSoon     = "refund_too_soon"      // within three seconds of another: a sub_code that no table lists
	RefundQueryLags   = "refund_query_lags"    // the refund query does not know the refund yet
	WrongPID          = "wrong_pid"            // another seller is paid: return and notify say so, the bill lacks it
)

// Faults of the bill. They alter the rows of the fault's trade; the lines 合计 agree with the altered
// rows.
const (
	BillTradeMissing   = "bill_trade_missing"   // no row of the payment
	BillRefundMissing  = "bill_refund_missing"  // no row of the refunds
	BillRefundNameless = "bill_refund_nameless" // the refund's row lacks its 退款批次号
	BillAmount         = "bill_amount"          // the payment's row has another sum. Value: which (the default is 0.01)
	BillTradeAdded     = "bill_trade_added"     // a payment of 1.00 that nobody made. Value: its out_trade_no
	BillLate           = "bill_late"            // not there yet. Value: the sub_code (the default is isp.bill_not_exist)
	BillEmpty          = "bill_empty"           // as if nothing had been traded
	BillExpiredURL     = "bill_expired_url"     // the address is out of date when it arrives
	BillExtraColumns   = "bill_extra_columns"   // one in front, two at the end
	BillReordered      = "bill_reordered"       // the columns stand from right to left
	BillMissingColumns = "bill_missing_columns" // Value: the column that is missing (the default is 商户订单号)
	BillCutOff         = "bill_cut_off"         // ends before its last row; Value: zip = the archive ends in its middle
	BillNotZip         = "bill_not_zip"         // a page in the place of the archive
)

// The faults by the step at which the simulator looks for them. A fault that is in no group does not exist.
var (
	planFaultNames    = []string{NotifyDrop, NotifyDelay, NotifyReorder, NotifyAfterReturn}
	messageFaultNames = []string{
		NotifyDuplicate, NotifyExtraFields, NotifyEmptyField, NotifyRepeatedName, NotifyWrongSign, NotifyOtherKey,
		NotifyTamper, NotifyForge, NotifyOpenID, NotifyGBK, NotifySubject,
	}
	returnFaultNames = []string{
		NotifyBeforeReturn, ReturnNone, ReturnTwice, ReturnTampered, ReturnReplay, ReturnOtherBrowser, ReturnUTF8,
	}
	apiFaultNames = []string{
		APITimeoutBefore, APITimeoutAfter, APIUnavailable, APIErrorResponse, APIGBKError, APIUnsigned, APIWrongSign,
		APIEscapedSlash, APIPlainSlash, APIExtraFields, APIBadGateway, APISlowBody, APITradeNotExist, APICallLimited,
	}
	businessFaultNames = []string{
		QueryThenPay, QueryNoTradeNo, ClosePaysFirst, CloseThenPay, RefundFundChangeN, RefundLater, SellerBalance, TradeFrozen,
		RefundTooSoon, RefundQueryLags, WrongPID,
	}
	billRowFaultNames   = []string{BillTradeMissing, BillRefundMissing, BillRefundNameless, BillAmount}
	wholeBillFaultNames = []string{
		BillTradeAdded, BillLate, BillEmpty, BillExpiredURL, BillExtraColumns, BillReordered, BillMissingColumns,
		BillCutOff, BillNotZip,
	}
	faultNames = slices.Concat(planFaultNames, messageFaultNames, returnFaultNames, apiFaultNames,
		businessFaultNames, billRowFaultNames, wholeBillFaultNames)
)

// faultValues says what the value of a fault must be; faults that take none are absent.
var faultValues = map[string]func(string) bool{
	NotifyDelay: isDuration, APITimeoutBefore: isDuration, APITimeoutAfter: isDuration, APISlowBody: isDuration,
	NotifyDuplicate: func(v string) bool { return v == "" || atoi(v) >= 2 && atoi(v) <= 100 },
	NotifyTamper:    isIdentityField, NotifyForge: isIdentityField,
	NotifySubject:  func(string) bool { return true },
	ReturnTampered: func(v string) bool { return v == "" || slices.Contains(returnOrder, v) },
	APIUnavailable: isEffect, APIErrorResponse: isEffect, APIGBKError: isEffect, APIBadGateway: isEffect,
	RefundLater:        isDuration,
	BillAmount:         func(v string) bool { _, ok := parseFen(v); return ok || v == "" },
	BillTradeAdded:     func(v string) bool { return v == "" || tradeNumber.MatchString(v) },
	BillLate:           func(v string) bool { return slices.Contains(noBillCodes, v) },
	BillMissingColumns: func(v string) bool { return v == "" || slices.ContainsFunc(billColumns, named(v)) },
	BillCutOff:         func(v string) bool { return v == "" || v == "zip" },
}

var noBillCodes = []string{"", billNotExist, "BILL_NOT_EXIST", "NO_BILL_DATA"}

func isEffect(v string) bool { return v == "" || v == "after" }

func isDuration(v string) bool {
	d, err := time.ParseDuration(v)
	return v == "" || err == nil && d > 0
}

var forged = map[string]string{
	"total_amount": "0.01", "seller_id": "2088000000000000",
	"app_id": "2021000000000000", "out_trade_no": "NOT_OF_THIS_SHOP",
}

func isIdentityField(v string) bool { return forged[v] != "" }

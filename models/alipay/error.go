package alipay

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrUnknown marks a call whose outcome is not known: no answer, no proven answer, or the gateway's
// own "system error". What was asked may have happened. Ask again with the same numbers.
var ErrUnknown = errors.New("outcome unknown")

// codeSuccess is the code of an accepted call. For a refund that is less than done; see RefundResult.
const codeSuccess = "10000"

// Error is a failure that the gateway reported in a signed answer.
type Error struct {
	Method  string // "alipay.trade.query"
	Code    string // "40004"
	Msg     string // "Business Failed"
	SubCode string // "ACQ.TRADE_NOT_EXIST"
	SubMsg  string // "交易不存在"
}

// Error returns the failure in one line; texts of the gateway are quoted, because they may hold
// anything.
func (e *Error) Error() string {
	return fmt.Sprintf("%s: %s %s: %.300q", e.Method, e.Code, cmp.Or(e.SubCode, e.Msg), e.SubMsg)
}

// unsettled tells whether the failure leaves open what happened. Service failures (20000) do, and
// so does "system error", which also comes with business codes and with its prefix misspelt. 10003
// means that the buyer is still typing. Bills have codes of their own for it.
func (e *Error) unsettled() bool {
	name := e.name()
	return e.Code == "20000" || e.Code == "10003" || e.Code == "" ||
		strings.HasSuffix(name, "SYSTEM_ERROR") || strings.HasSuffix(name, "UNKNOW-ERROR") || name == "UNKNOWN_ERROR"
}

// name is the SubCode without its prefix, in capitals. Answers write some codes in another way than the
// documents: bills have "isp.bill_not_exist" for BILL_NOT_EXIST, others lack the "ACQ.".
func (e *Error) name() string {
	return strings.ToUpper(e.SubCode[strings.LastIndexByte(e.SubCode, '.')+1:])
}

// IsTradeNotExist tells whether the gateway knows no such trade. Until the buyer scans or logs in
// at the cashier that is the normal answer, and the link can still be paid until it expires.
func IsTradeNotExist(err error) bool { return hasSubCode(err, "TRADE_NOT_EXIST") }

// IsTradeStatusError tells whether the trade's state forbids the call, for example closing what is
// paid: query it and follow the real state.
func IsTradeStatusError(err error) bool {
	return hasSubCode(err, "TRADE_STATUS_ERROR", "REASON_TRADE_STATUS_INVALID", "REASON_ILLEGAL_STATUS")
}

// IsRefundImpossible tells whether Alipay will never make that refund: the trade is over or frozen,
// its contract or its buyer's account stands against it, or less is left of it. Somebody must look.
func IsRefundImpossible(err error) bool {
	return hasSubCode(err, "TRADE_HAS_FINISHED", "TRADE_HAS_CLOSE", "REASON_TRADE_BEEN_FREEZEN", "TRADE_NOT_ALLOW_REFUND",
		"NOT_ALLOW_PARTIAL_REFUND", "ONLINE_TRADE_VOUCHER_NOT_ALLOW_REFUND", "REFUND_AMT_NOT_EQUAL_TOTAL",
		"REASON_TRADE_REFUND_FEE_ERR", "REFUND_FEE_ERROR", "BUYER_NOT_EXIST", "BUYER_ENABLE_STATUS_FORBID", "BUYER_ERROR",
		"CUSTOMER_VALIDATE_ERROR")
}

// IsBalanceNotEnough tells whether the seller's balance cannot pay the refund now: keep it, and
// retry the same number.
func IsBalanceNotEnough(err error) bool { return hasSubCode(err, "SELLER_BALANCE_NOT_ENOUGH") }

func hasSubCode(err error, names ...string) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && slices.Contains(names, e.name())
}

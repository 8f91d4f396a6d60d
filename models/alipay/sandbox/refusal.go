package sandbox

import "fmt"

// refusal is an answer other than 10000: the gateway's code, and the reason as sub_code and as Chinese
// sub_msg.
type refusal struct {
	Code    string
	SubCode string
	SubMsg  string
	// Amounts are the zero sums that some methods add even to a refusal.
	Amounts map[string]string
}

func (r *refusal) Error() string { return fmt.Sprintf("%s %s: %s", r.Code, r.SubCode, r.SubMsg) }

// The codes of the gateway.
const (
	codeSuccess     = "10000"
	codeUnavailable = "20000"
	codeMissing     = "40001"
	codeInvalid     = "40002"
	codeBusiness    = "40004"
	codeLimited     = "40005"
	codePermission  = "40006"
)

var codeMessages = map[string]string{
	codeSuccess:     "Success",
	codeUnavailable: "Service Currently Unavailable",
	codeMissing:     "Missing Required Arguments",
	codeInvalid:     "Invalid Arguments",
	codeBusiness:    "Business Failed",
	codeLimited:     "Call Limited",
	codePermission:  "Insufficient Permissions",
}

func missing(what, name string) *refusal {
	return &refusal{Code: codeMissing, SubCode: "isv.missing-" + what, SubMsg: "缺少参数 " + name}
}

func invalid(what, why string) *refusal {
	return &refusal{Code: codeInvalid, SubCode: "isv.invalid-" + what, SubMsg: why}
}

// business is a refusal by the trade system; subCode goes without its prefix ACQ.
func business(subCode, why string) *refusal {
	return &refusal{Code: codeBusiness, SubCode: "ACQ." + subCode, SubMsg: why}
}

func badParameter(why string) *refusal { return business("INVALID_PARAMETER", "参数无效："+why) }

var (
	errTradeNotExist = business("TRADE_NOT_EXIST", "交易不存在")
	errTradePaid     = business("TRADE_HAS_SUCCESS", "交易已经支付")
	errTradeClosed   = business("TRADE_HAS_CLOSE", "交易已经关闭，请用新的商户订单号")
	errTradeFinished = business("TRADE_HAS_FINISHED", "交易已经结束，不可退款")
	errOtherData     = business("CONTEXT_INCONSISTENT", "同一商户订单号的金额或商品信息与首次请求不一致")
	errLinkExpired   = business("NOW_TIME_AFTER_EXPIRE_TIME_ERROR", "已超过支付截止时间")
	errBuyerIsSeller = business("BUYER_SELLER_EQUAL", "买家和卖家不能是同一个账户")
	errOtherBuyer    = business("TRADE_BUYER_NOT_MATCH", "这笔交易已由另一个买家创建")
	errBuyerBalance  = business("BUYER_BALANCE_NOT_ENOUGH", "账户余额不足")
	errWrongPassword = &refusal{Code: codeBusiness, SubMsg: "支付密码不正确，请重新输入"}
	errRefundTooSoon = business("REFUND_TOO_FREQUENT", "同一笔交易的退款过于频繁")
	errLimited       = &refusal{Code: codeLimited, SubCode: "isv.app-call-limited", SubMsg: "应用调用次数超限"}
	errSystem        = &refusal{Code: codeUnavailable, SubCode: "isp.unknow-error", SubMsg: "系统繁忙"}
)

package views

import (
	"cmp"

	"luffy/models"
)

// The shop's short English words, as a shopkeeper reads them. One that is not listed is shown as it is.

func attemptWord(s models.PaymentState) string {
	return cmp.Or(map[models.PaymentState]string{
		models.PaymentOpen: "等待付款", models.PaymentPaid: "已付款", models.PaymentClosed: "已关闭",
		models.PaymentHeld: "金额不符，待处理", models.PaymentSurplus: "多付或迟到，退款中", models.PaymentReturned: "多付或迟到，已退款",
	}[s], string(s))
}

func tradeWord(status string) string {
	return cmp.Or(map[string]string{
		"WAIT_BUYER_PAY": "等待买家付款", "TRADE_CLOSED": "交易关闭", "TRADE_SUCCESS": "支付成功", "TRADE_FINISHED": "交易完结",
		"TRADE_NOT_EXIST": "没有这笔交易", "": "—",
	}[status], status)
}

func causeWord(c models.RefundCause) string {
	return cmp.Or(map[models.RefundCause]string{
		models.RefundByStaff: "客服退款", models.RefundLate: "订单关闭后付款", models.RefundSecond: "重复付款",
		models.RefundOutside: "在支付宝后台退款", models.RefundOutsideSum: "在支付宝后台退款（合计）",
	}[c], string(c))
}

// doerWord is who gave a refund back: by is who of the staff did, unless the cause says that nobody did.
func doerWord(c models.RefundCause, by string) string {
	switch {
	case c.Outside():
		return "支付宝后台"
	case c == models.RefundLate, c == models.RefundSecond:
		return "本店自动"
	default:
		return by
	}
}

func differenceWord(k models.DifferenceKind) string {
	return cmp.Or(map[models.DifferenceKind]string{
		models.MissingHere: "支付宝已收款，本店没有", models.MissingThere: "本店已收款，账单没有",
		models.AmountDiffers: "收款金额不一致", models.SecondPayment: "重复付款",
		models.UnbookedTrade:     "同一次付款的第二笔交易",
		models.RefundMissingHere: "支付宝已退款，本店没有", models.RefundMissingThere: "本店已退款，账单没有",
		models.RefundAmountDiffers: "退款金额不一致",
	}[k], string(k))
}

// differenceAdvice says what to do about a difference.
func differenceAdvice(k models.DifferenceKind) string {
	return map[models.DifferenceKind]string{
		models.MissingHere:         "打开订单，向支付宝查询；没有这个订单时，在支付宝后台核对这笔收款。",
		models.MissingThere:        "第二天的账单会自动再核对一次；仍然没有时，在支付宝后台核对。",
		models.AmountDiffers:       "在支付宝后台退回这笔款项，退回后自动关闭。",
		models.SecondPayment:       "多付的款项退回后自动关闭。",
		models.UnbookedTrade:       "本店不会自动退回：在支付宝后台按下面的交易号退回这笔款项，再回来登记；不要用本店的“退款”，那会退掉订单的付款。",
		models.RefundMissingHere:   "退款比收款多，或找不到收款：在支付宝后台核对。",
		models.RefundMissingThere:  "在支付宝后台核对这笔退款是否到账。",
		models.RefundAmountDiffers: "在支付宝后台核对实际退了多少。",
	}[k]
}

func sourceWord(s models.Source) string {
	return cmp.Or(map[models.Source]string{
		models.SourceNotify: "支付宝通知", models.SourceReturn: "买家返回", models.SourceQuery: "本店查询",
	}[s], string(s))
}

func verdictWord(v models.Verdict) string {
	return cmp.Or(map[models.Verdict]string{
		models.VerdictAccepted: "已入账", models.VerdictDuplicate: "重复", models.VerdictNoted: "已记录",
		models.VerdictHeld: "待处理", models.VerdictRefused: "不可信，未采用", models.VerdictFailed: "处理失败，会再来",
	}[v], string(v))
}

// verdictCode is the verdict's name in the style sheet.
func verdictCode(v models.Verdict) string {
	switch v {
	case models.VerdictAccepted:
		return "good"
	case models.VerdictHeld, models.VerdictFailed:
		return "wait"
	case models.VerdictRefused:
		return "bad"
	default:
		return "closed"
	}
}

// reasonWords are the reasons of messages: the outcomes of a paid trade, what else is noted, and the
// refusals of package alipay.
var reasonWords = map[string]string{
	string(models.Fulfilled):     "付款成功，课程已开通",
	string(models.FulfilledLate): "订单关闭后付款，课程已开通",
	string(models.AlreadyDone):   "这笔付款早已入账",
	string(models.UnknownOrder):  "本店没有这个订单",
	string(models.WrongAmount):   "金额与订单不符",
	string(models.SecondTrade):   "订单已由另一笔付款支付，这笔退回",
	string(models.AnotherTrade):  "同一次付款的第二笔交易，没有自动退回，等待处理",
	string(models.OrderClosed):   "订单已关闭，这笔退回",
	string(models.GoneBack):      "已在支付宝全额退回",

	"not_paid": "还没有付款", "no_trade_yet": "买家还没有在支付宝登录", "closed": "交易已关闭", "returned": "买家从支付宝返回",
	"refund": "退款", "refund_another_trade": "退回的是第二笔交易，订单不变",
	"refund_unknown_order": "退款，本店没有这个订单", "no_seller_asked": "没有写明收款方，已改为查询",
	"database": "数据库暂时不可用",

	"malformed": "格式不对", "too_large": "内容过大", "repeated_name": "有重复的字段", "no_sign": "没有签名",
	"sign_type": "签名方式不对", "sign_encoding": "签名编码不对", "signature": "签名不对，不是支付宝发来的", "fields": "缺少字段",
	"app_id": "属于别的应用", "seller_id": "收款方不是本店", "not_a_form": "不是支付宝的格式", "error": "无法核实",
}

func reasonWord(reason string) string { return cmp.Or(reasonWords[reason], reason) }

// orDash shows a dash for what is not there.
func orDash(s string) string { return cmp.Or(s, "—") }

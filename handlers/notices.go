package handlers

import (
	"fmt"

	"luffy/models"
)

// Sentences that notices and the time line share.
const (
	grantedLate   = "订单关闭后收到付款，课程已开通"
	wrongAmount   = "收到一笔与订单金额不符的付款 %s，客服正在核对，钱是安全的"
	refundRefused = "，支付宝没有接受这笔退款，客服会与您联系"
)

// notices are what the owner of an order must know besides its state: payments that were late,
// second or of a wrong sum, and refunds that are on their way.
func notices(o models.OrderView) []string {
	var all []string
	if o.GrantedLate() && o.OrderStatus == models.OrderPaid {
		all = append(all, grantedLate+"。")
	}
	if p, held := o.HeldPayment(); held {
		all = append(all, fmt.Sprintf(wrongAmount, p.Amount.Yuan())+"。")
	}
	for _, r := range o.Refunds {
		if text := refundNotice(o, r); text != "" {
			all = append(all, text)
		}
	}
	return all
}

// refundNotice is the notice about one refund. It is empty for a finished refund of the payment that
// paid the order, because the order's sums show that.
func refundNotice(o models.OrderView, r models.Refund) string {
	about := surplus(r)
	if about == "" {
		about = "退款 " + r.Amount.Yuan()
	}
	switch paid, _ := o.PaidBy(); {
	case r.State == models.RefundDone && r.PaymentID == paid.ID:
		return ""
	case r.State == models.RefundDone:
		return about + "，" + returnedBy(r) + "。"
	case r.State == models.RefundFailed:
		return about + refundRefused + "。"
	default:
		return about + "，退款处理中，款项会原路退回。"
	}
}

// returnedBy says by which way a finished refund was paid.
func returnedBy(r models.Refund) string {
	if r.SettledBy != "" {
		return "已由客服以其他方式退回"
	}
	return "已原路退回"
}

// surplus describes a payment that goes back because the order could not take it; "" for other refunds.
func surplus(r models.Refund) string {
	switch r.Cause {
	case models.RefundLate:
		return fmt.Sprintf("订单关闭后收到付款 %s，没有再开通课程", r.Amount.Yuan())
	case models.RefundSecond:
		return "收到重复的付款 " + r.Amount.Yuan()
	default:
		return ""
	}
}

package handlers

import (
	"fmt"

	"luffy/models"
)

// Sentences that notices and the time line share.
const (
	grantedLate   = "订单关闭后收到付款，课程已开通"
	wrongAmount   = "收到一笔与订单金额不符的付款，客服正在核对，钱是安全的"
	refundRefused = "，支付宝没有接受这笔退款，客服会与您联系"
)

// notices are what the owner of an order must know beside its state: money that came late, twice or wrong, and refunds that are on
// their way.
func notices(o models.OrderView) []string {
	var all []string
	if o.GrantedLate() {
		all = append(all, grantedLate+"。")
	}
	if held(o) {
		all = append(all, wrongAmount+"。")
	}
	for _, r := range o.Refunds {
		if text := refundNotice(r); text != "" {
			all = append(all, text)
		}
	}
	return all
}

// refundNotice leaves out a refund that is done and was asked for: the order's sums tell of it.
func refundNotice(r models.Refund) string {
	about := surplus(r)
	switch {
	case r.State == models.RefundDone && about == "":
		return ""
	case r.State == models.RefundDone:
		return about + "，已全额原路退回。"
	case about == "":
		about = "退款 " + r.Amount.Yuan()
	}
	if r.State == models.RefundFailed {
		return about + refundRefused + "。"
	}
	return about + "，退款处理中，款项会原路退回。"
}

// surplus names money that goes back because the order could not take it; empty for other refunds.
func surplus(r models.Refund) string {
	switch r.Cause {
	case models.RefundLate:
		return fmt.Sprintf("订单关闭后收到付款 %s，课程已不能开通", r.Amount.Yuan())
	case models.RefundSecond:
		return fmt.Sprintf("收到重复的付款 %s", r.Amount.Yuan())
	default:
		return ""
	}
}

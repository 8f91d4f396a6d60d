package handlers

import (
	"fmt"
	"slices"
	"time"

	"luffy/models"
	"luffy/views"
)

// history gathers the steps of one order.
type history struct {
	order  models.OrderView
	events []views.OrderEvent
}

// timeline lists what happened to an order, oldest first, from what is stored.
func timeline(o models.OrderView, messages []models.PaymentEvent) []views.OrderEvent {
	h := &history{order: o}
	h.made()
	for _, m := range messages {
		if m.Source == models.SourceReturn {
			h.add(m.ReceivedAt, "从支付宝返回")
		}
	}
	h.closed()
	h.paid(messages)
	for _, m := range messages {
		h.held(m)
	}
	for _, line := range o.Lines {
		h.request(line)
	}
	for _, r := range o.Refunds {
		h.refund(r)
	}
	h.refunded()
	slices.SortStableFunc(h.events, func(a, b views.OrderEvent) int { return a.At.Compare(b.At) })
	return h.events
}

func (h *history) add(at time.Time, format string, args ...any) {
	h.events = append(h.events, views.OrderEvent{At: at, Text: fmt.Sprintf(format, args...)})
}

// notBefore keeps a step after the one that caused it, because Alipay's times lack the fraction of a
// second.
func notBefore(at, cause time.Time) time.Time {
	if at.Before(cause) {
		return cause
	}
	return at
}

func (h *history) made() {
	text := "提交订单"
	if used := couponAndPoints(h.order); used != "" {
		text += "，" + used + "已抵扣"
	}
	h.add(h.order.CreatedAt, "%s", text)
	for _, p := range h.order.Payments {
		h.add(p.CreatedAt, "前往支付宝付款")
	}
}

// closed says who closed the order, even if it was granted late afterwards.
func (h *history) closed() {
	o := h.order
	switch {
	case o.ClosedAt == nil:
	case o.ClosedAs != nil && *o.ClosedAs == models.OrderCancelled:
		h.add(*o.ClosedAt, "您取消了订单%s", andGivenBack(o))
	default:
		h.add(*o.ClosedAt, "超过付款时间，订单自动取消%s", andGivenBack(o))
	}
}

// paid shows the payment at Alipay's time of payment. A late one is shown when the shop learned of
// it, which is after the closing.
func (h *history) paid(messages []models.PaymentEvent) {
	o := h.order
	if o.PayTime == nil {
		return
	}
	grantedIn := func(m models.PaymentEvent) bool { return m.Reason == string(models.FulfilledLate) }
	late := slices.IndexFunc(messages, grantedIn)
	switch {
	case late >= 0:
		h.add(messages[late].ReceivedAt, grantedLate)
	case o.RealPrice == 0:
		h.add(*o.PayTime, "免费领取成功，课程已开通")
	default:
		paid, _ := o.PaidBy()
		h.add(notBefore(*o.PayTime, paid.CreatedAt), "支付成功，课程已开通")
	}
}

// held shows a payment that is neither fulfilled nor refunded, but waits for staff.
func (h *history) held(m models.PaymentEvent) {
	if m.Verdict != models.VerdictHeld {
		return
	}
	i := slices.IndexFunc(h.order.Payments, func(p models.Payment) bool {
		return p.TradeNo != nil && *p.TradeNo == m.TradeNo
	})
	switch {
	case i < 0: // a second trade of one attempt
		h.add(m.ReceivedAt, "收到另一笔付款，客服正在核对")
	case m.Reason == string(models.WrongAmount) && h.order.Payments[i].Amount != h.order.RealPrice:
		h.add(m.ReceivedAt, wrongAmount, h.order.Payments[i].Amount.Yuan())
	}
}

// request shows the student's refund request and, unless a refund shows it, what became of it.
func (h *history) request(line models.LineView) {
	r := line.Request
	if r.CreatedAt == nil {
		return
	}
	h.add(*r.CreatedAt, "您申请退款《%s》：%s", line.CourseName, r.Reason)
	switch {
	case r.DecidedAt == nil:
	case r.State == models.RequestWithdrawn:
		h.add(*r.DecidedAt, "您撤回了退款申请《%s》", line.CourseName)
	case r.State == models.RequestRejected:
		h.add(*r.DecidedAt, "客服拒绝了退款申请《%s》：%s", line.CourseName, r.Answer)
	}
}

// grants tells whether a refund follows from a request of the student.
func (h *history) grants(r models.Refund) bool {
	return slices.ContainsFunc(h.order.Lines, func(line models.LineView) bool {
		return r.OrderDetailID != nil && *r.OrderDetailID == line.ID && line.Request.State == models.RequestApproved &&
			!line.Request.CreatedAt.After(r.CreatedAt)
	})
}

// refund shows who asked for a refund and, once the money is back, which points came back and which
// course was withdrawn with it.
func (h *history) refund(r models.Refund) {
	asked := surplus(r)
	switch {
	case r.Cause == models.RefundByStaff && h.grants(r):
		asked = fmt.Sprintf("客服同意退款 %s%s", r.Amount.Yuan(), h.lineOf(r))
	case r.Cause == models.RefundByStaff:
		asked = fmt.Sprintf("客服发起退款 %s%s：%s", r.Amount.Yuan(), h.lineOf(r), r.Reason)
	}
	if r.State == models.RefundFailed {
		asked += refundRefused
	}
	if asked != "" {
		h.add(r.CreatedAt, "%s", asked)
	}
	if r.DoneAt == nil {
		return
	}
	done := "退款 " + r.Amount.Yuan() + " " + returnedBy(r)
	if line := h.lineOf(r); line != "" {
		done += "，" + line + "已收回"
	}
	if r.Points > 0 {
		done += fmt.Sprintf("，%d 积分已退还", r.Points)
	}
	h.add(notBefore(*r.DoneAt, r.CreatedAt), "%s", done)
}

// lineOf names the course that a refund is for; "" if it is for a bare sum.
func (h *history) lineOf(r models.Refund) string {
	for _, line := range h.order.Lines {
		if r.OrderDetailID != nil && line.ID == *r.OrderDetailID {
			return "《" + line.CourseName + "》"
		}
	}
	return ""
}

func (h *history) refunded() {
	o := h.order
	if o.RefundedAt == nil {
		return
	}
	text := "订单已全部退款，课程已收回"
	if o.Coupon != 0 {
		text += fmt.Sprintf("，优惠券（%s）已退还", o.CouponName)
	}
	at := *o.RefundedAt
	paid, _ := o.PaidBy()
	for _, r := range o.Refunds {
		if r.PaymentID == paid.ID {
			at = notBefore(at, r.CreatedAt)
		}
	}
	h.add(at, "%s", text)
}

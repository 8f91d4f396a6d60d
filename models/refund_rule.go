package models

import "time"

// RefundRule says when a student may ask for a refund. Staff are not bound by it.
type RefundRule struct {
	Days    int // after the day of the payment; 0 = no refund can be requested
	Watched int // percent: the student must have opened fewer of the course's lessons than this
}

// LastDay is the last day on which a refund of an order paid at that time can be requested: the
// midnight in Beijing with which it begins.
func (r RefundRule) LastDay(paid time.Time) time.Time {
	y, m, d := paid.In(Beijing).Date()
	return time.Date(y, m, d+r.Days, 0, 0, 0, 0, Beijing)
}

// Open tells whether the rule's days for an order paid at that time are not over yet.
func (r RefundRule) Open(paid, now time.Time) bool {
	return r.Days > 0 && now.Before(r.LastDay(paid).AddDate(0, 0, 1))
}

// allows tells whether few enough lessons were opened for a refund to be requested.
func (r RefundRule) allows(w Watched) bool {
	return w.Lessons == 0 || 100*w.Seen < r.Watched*w.Lessons
}

// RefundBar is why no refund of a line can be requested. The empty one means that it can.
type RefundBar string

// The bars.
const (
	BarNothing   RefundBar = "nothing"  // the line cost nothing
	BarGone      RefundBar = "gone"     // its refund is done or on its way
	BarRequested RefundBar = "asked"    // a refund of it is requested
	BarRejected  RefundBar = "rejected" // staff have decided against it
	BarLate      RefundBar = "late"     // the rule's days are over
	BarWatched   RefundBar = "watched"  // too much of the course was opened
	BarShort     RefundBar = "short"    // less than its price is left of the payment
)

// String is the text for the student; empty if nothing is in the way.
func (b RefundBar) String() string {
	switch b {
	case BarNothing:
		return "没有付款，不需要退款"
	case BarGone:
		return "已经退款，或正在退款"
	case BarRequested:
		return "已经申请，正在等待客服处理"
	case BarRejected:
		return "退款申请已被拒绝，如有疑问请联系客服"
	case BarLate:
		return "已超过可以申请退款的日期"
	case BarWatched:
		return "打开过的课时已达到退款规则的上限"
	case BarShort:
		return "订单已退过一部分金额，剩余部分请联系客服退款"
	default:
		return ""
	}
}

// bar finds out what is in the way of a refund of the line.
func (r RefundRule) bar(o Order, line RefundChoice, now time.Time) RefundBar {
	switch step := line.Request.Step(); {
	case step == StepRequested:
		return BarRequested
	case !line.Granted, line.Refunding, step == StepRefunding, step == StepFailed:
		return BarGone
	case step == StepRejected:
		return BarRejected
	case line.RealPrice == 0:
		return BarNothing
	case o.PayTime == nil, !r.Open(*o.PayTime, now):
		return BarLate
	case !r.allows(line.Watched):
		return BarWatched
	case line.RealPrice > o.RealPrice-o.RefundedAmount:
		return BarShort
	case line.RealPrice > line.Rest:
		return BarGone // with the whole order, or with a sum that leaves less
	default:
		return ""
	}
}

package handlers

import (
	"slices"
	"time"

	"luffy/models"
	"luffy/views"
)

// orderView is an order as every page shows it.
func (s *shop) orderView(o models.OrderView) views.Order {
	now := s.db.Now()
	v := views.Order{
		Number: o.OrderNumber, Status: o.OrderStatus, OrderedAt: o.CreatedAt, Deadline: o.ExpiresAt,
		Hidden: o.HiddenAt != nil, Closing: o.OrderStatus == models.OrderUnpaid && o.ClosingTo != nil,
		Held: o.Held, PaidAt: timeOf(o.PayTime), ListTotal: o.TotalPrice, DiscountSaved: o.DiscountAmount,
		CouponName: o.CouponName, CouponSaved: o.CouponAmount, Points: o.Credit, PointsSaved: o.CreditAmount,
		Total: o.RealPrice, Refunded: o.RefundedAmount, Refund: s.refundTerms(o, now),
	}
	switch {
	case o.OrderStatus == models.OrderRefunded:
		v.ClosedAt = timeOf(o.RefundedAt)
	case !o.GrantedLate():
		v.ClosedAt = timeOf(o.ClosedAt)
	}
	switch {
	case o.PayTime == nil:
	case o.RealPrice == 0:
		v.PayWay = "免费领取"
	default:
		v.PayWay = "支付宝"
	}
	if paid, ok := o.PaidBy(); ok && paid.TradeNo != nil {
		v.TradeNo = *paid.TradeNo
	}
	for _, line := range o.Lines {
		v.Lines = append(v.Lines, views.OrderLine{
			CourseID: line.CourseID, Name: line.CourseName, Picture: line.CourseImg, Term: line.ExpireText,
			ListPrice: line.Price, Price: line.RealPrice, Discount: line.DiscountName,
			Access: access(line, now), Until: timeOf(line.OutTime), Request: lineRequest(line),
		})
	}
	return v
}

func access(line models.LineView, now time.Time) views.Access {
	switch {
	case line.Revoked:
		return views.AccessWithdrawn
	case !line.Granted:
		return views.AccessNone
	case line.Renewed:
		return views.AccessRenewed
	default:
		return accessUntil(timeOf(line.OutTime), now)
	}
}

// accessOf is the access that a student's right to a course gives at the time now.
func accessOf(r models.Right, now time.Time) views.Access {
	if r.Records == 0 {
		return views.AccessNone
	}
	return accessUntil(r.Until(), now)
}

// accessUntil is the access that a right with this end gives; a zero end means for ever.
func accessUntil(end, now time.Time) views.Access {
	switch {
	case end.IsZero():
		return views.AccessLive
	case !now.Before(end):
		return views.AccessExpired
	case end.Sub(now) < models.EndingSoon:
		return views.AccessEnding
	default:
		return views.AccessLive
	}
}

func timeOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

func lineRequest(l models.LineView) views.LineRequest {
	return views.LineRequest{Step: l.Request.Step(), Answer: l.Request.Answer}
}

// refundTerms says what the shop's refund rule means for an order. It does not look at how much of
// each course was opened; the refund form does.
func (s *shop) refundTerms(o models.OrderView, now time.Time) views.RefundTerms {
	if s.refunds.Days == 0 || o.OrderStatus != models.OrderPaid || o.RealPrice == 0 || o.PayTime == nil {
		return views.RefundTerms{}
	}
	open := slices.ContainsFunc(o.Lines, func(l models.LineView) bool {
		return l.Granted && l.RealPrice > 0 && l.Request.Step() == ""
	})
	return views.RefundTerms{
		Days: s.refunds.Days, Watched: s.refunds.Watched, LastDay: s.refunds.LastDay(*o.PayTime),
		Offered: open && s.refunds.Open(*o.PayTime, now),
	}
}

package handlers

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/views"
)

// myOrders is GET /myorder/.
func (s *shop) myOrders(c echo.Context) error {
	p, err := s.page(c)
	if err != nil {
		return err
	}
	filter := models.OrderFilter{
		UserID: userID(c), Tab: models.ParseOrderTab(c.QueryParam("status")), Search: searchWords(c), Page: pageNo(c),
		Older: knownForm(c.QueryParam("older")), Newer: knownForm(c.QueryParam("newer")),
	}
	list, err := s.db.MyOrders(c.Request().Context(), filter)
	if err != nil {
		return err
	}
	now := s.db.Now()
	view := views.MyOrders{
		Page: p, Tab: filter.Tab, Counts: list.Counts, Query: filter.Search, PageNo: list.Page, Pages: list.Pages,
		Matches: list.Matches, Now: now,
	}
	for _, order := range list.Orders {
		view.Orders = append(view.Orders, s.orderView(order))
	}
	return render(c, http.StatusOK, views.MyOrdersPage(view))
}

// order is GET /orders/:number.
func (s *shop) order(c echo.Context) error {
	ctx := c.Request().Context()
	order, err := s.db.Order(ctx, userID(c), c.Param("number"))
	if err != nil {
		return err
	}
	messages, err := s.db.OrderMessages(ctx, order)
	if err != nil {
		return err
	}
	p, err := s.page(c)
	if err != nil {
		return err
	}
	now := s.db.Now()
	return render(c, http.StatusOK, views.OrderDetailPage(views.OrderDetail{
		Page: p, Order: s.orderView(order), Notices: notices(order), Timeline: timeline(order, messages),
		Pay: s.payBy(c, order.OrderNumber), Now: now,
	}))
}

// orderView is an order in the form that every page shows it in.
func orderView(o models.OrderView, now time.Time) views.Order {
	v := views.Order{
		Number: o.OrderNumber, Status: o.OrderStatus, OrderedAt: o.CreatedAt, Deadline: o.ExpiresAt,
		Hidden: o.HiddenAt != nil, Closing: o.OrderStatus == models.OrderUnpaid && o.ClosingTo != nil,
		PaidAt: timeOf(o.PayTime), ListTotal: o.TotalPrice, DiscountSaved: o.DiscountAmount,
		CouponName: o.CouponName, CouponSaved: o.CouponAmount, Points: o.Credit, PointsSaved: o.CreditAmount,
		Total: o.RealPrice, Refunded: o.RefundedAmount,
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

// accessOf is the access that a student's right to a course gives today.
func accessOf(r models.Right, now time.Time) views.Access {
	if r.Records == 0 {
		return views.AccessNone
	}
	return accessUntil(r.Until(), now)
}

// accessUntil is the access of a right with that end; zero is for ever.
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

func orderPath(number string) string { return "/orders/" + number }

func resultPath(number string) string { return "/orders/" + number + "/result" }

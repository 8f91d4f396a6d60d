package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/models/payment"
	"luffy/views"
)

// cancelForm is GET /orders/:number/cancel. It asks for confirmation and says what will be given back.
func (s *shop) cancelForm(c echo.Context) error {
	order, err := s.db.Order(c.Request().Context(), userID(c), c.Param("number"))
	if err != nil {
		return err
	}
	if order.OrderStatus != models.OrderUnpaid || order.ClosingTo != nil {
		return s.tellStanding(c, order)
	}
	p, err := s.page(c)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.CancelPage(views.Cancel{Page: p, Order: s.orderView(order)}))
}

// cancel is POST /orders/:number/cancel. Its message is made from the order as it stands afterwards,
// because a payment, a job or a second click may have been faster.
func (s *shop) cancel(c echo.Context) error {
	ctx, number := c.Request().Context(), c.Param("number")
	ended, err := s.payments.Cancel(ctx, userID(c), number)
	if err != nil && !errors.Is(err, models.ErrNotPayable) {
		return err
	}
	order, err := s.db.Order(ctx, userID(c), number)
	switch {
	case err != nil:
		return err
	case ended == payment.EndedPaid && order.OrderStatus == models.OrderPaid:
		return flashTo(c, resultPath(number), views.Flash{Text: "取消之前付款已经完成：付款有效，课程已开通。"})
	default:
		return s.tellStanding(c, order)
	}
}

// tellStanding leads to the page of an order that can no longer be cancelled, and says what state it
// is in now.
func (s *shop) tellStanding(c echo.Context, o models.OrderView) error {
	var text string
	switch {
	case o.OrderStatus == models.OrderCancelled:
		text = "订单已取消" + andGivenBack(o) + "。"
	case o.OrderStatus == models.OrderTimedOut:
		text = "订单超过付款时间，已自动取消" + andGivenBack(o) + "。"
	case o.OrderStatus == models.OrderUnpaid:
		text = "订单取消中：支付宝还没有答复。取消会自动继续，您不需要再操作。"
	default:
		refused := views.Flash{Text: fmt.Sprintf("订单%s，不能取消。", o.OrderStatus), Error: true}
		return flashTo(c, orderPath(o.OrderNumber), refused)
	}
	return flashTo(c, orderPath(o.OrderNumber), views.Flash{Text: text})
}

// andGivenBack is the part of a sentence that says what a closed order has given back.
func andGivenBack(o models.OrderView) string {
	if used := couponAndPoints(o); used != "" {
		return "，" + used + "已退还"
	}
	return ""
}

// couponAndPoints names the coupon and the points that an order uses; "" if it uses neither.
func couponAndPoints(o models.OrderView) string {
	var used []string
	if o.Coupon != 0 {
		used = append(used, fmt.Sprintf("优惠券（%s）", o.CouponName))
	}
	if o.Credit != 0 {
		used = append(used, fmt.Sprintf("%d 积分", o.Credit))
	}
	return strings.Join(used, "和 ")
}

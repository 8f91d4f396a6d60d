package handlers

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/views"
)

// hideForm is GET /orders/:number/hide. It asks for confirmation before the order leaves My Orders.
func (s *shop) hideForm(c echo.Context) error {
	order, err := s.db.Order(c.Request().Context(), userID(c), c.Param("number"))
	if err != nil {
		return err
	}
	if !order.Ended() || order.HiddenAt != nil {
		return s.tellHidden(c, order)
	}
	p, err := s.page(c)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.HidePage(views.Hide{Page: p, Order: s.orderView(order)}))
}

// hide is POST /orders/:number/hide. The order leaves My Orders; its row and its page stay.
func (s *shop) hide(c echo.Context) error {
	ctx, number := c.Request().Context(), c.Param("number")
	err := s.db.HideOrder(ctx, userID(c), number)
	if errors.Is(err, models.ErrNotEnded) {
		order, err := s.db.Order(ctx, userID(c), number)
		if err != nil {
			return err
		}
		return s.tellHidden(c, order)
	}
	if err != nil {
		return err
	}
	return flashTo(c, "/myorder/", views.Flash{Text: "订单 " + number + " 已从我的订单中删除。"})
}

// tellHidden leads to the page of an order that cannot be taken out of My Orders, and says why.
func (s *shop) tellHidden(c echo.Context, o models.OrderView) error {
	text := "只有已取消或已退款的订单可以删除。"
	if o.HiddenAt != nil {
		text = "这个订单已经从我的订单中删除。"
	}
	return flashTo(c, orderPath(o.OrderNumber), views.Flash{Text: text})
}

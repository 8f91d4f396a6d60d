package handlers

import (
	"net/http"

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
		Older: orderNumberIn(c.QueryParam("older")), Newer: orderNumberIn(c.QueryParam("newer")),
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

func orderPath(number string) string { return "/orders/" + number }

func resultPath(number string) string { return "/orders/" + number + "/result" }

package handlers

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/views"
)

// maxFound bounds the list of a student's orders.
const maxFound = 50

func staffOrderPath(number string) string { return "/staff/orders/" + number }

// searchOrders is GET /staff/orders. What names one order leads to it, the name of a student to their orders.
func (s *shop) searchOrders(c echo.Context) error {
	ctx, view := c.Request().Context(), views.StaffSearch{Query: searchWords(c), Most: maxFound}
	found, err := s.db.FindOrder(ctx, view.Query)
	if err == nil {
		return c.Redirect(http.StatusSeeOther, staffOrderPath(found.OrderNumber))
	}
	if !errors.Is(err, models.ErrNotFound) {
		return err
	}
	orders, err := s.db.OrdersOf(ctx, view.Query, maxFound)
	switch {
	case err == nil:
		view.Student = view.Query
	case !errors.Is(err, models.ErrNotFound):
		return err
	}
	for _, o := range orders {
		view.Orders = append(view.Orders, views.FoundOrder{
			Number: o.OrderNumber, Title: o.OrderTitle, Status: o.OrderStatus, Total: o.RealPrice,
			Refunded: o.RefundedAmount, PlacedAt: o.CreatedAt,
		})
	}
	if view.Page, err = s.page(c); err != nil {
		return err
	}
	return render(c, http.StatusOK, views.StaffSearchPage(view))
}

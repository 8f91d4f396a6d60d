package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/views"
)

// payTwice is GET /orders/:number/pay. 去付款 shows it first when the student already has a course
// of the order, or another unpaid order has the course, too.
func (s *shop) payTwice(c echo.Context) error {
	order, twice, err := s.paidTwice(c, c.Param("number"))
	if err != nil {
		return err
	}
	if len(twice) == 0 {
		return c.Redirect(http.StatusSeeOther, orderPath(order.OrderNumber))
	}
	p, err := s.page(c)
	if err != nil {
		return err
	}
	view := views.PayTwice{Page: p, Order: s.orderView(order), Lines: twice}
	return render(c, http.StatusOK, views.PayTwicePage(view))
}

// paidTwice returns the student's order and those of its lines that would be paid for twice; no lines
// if the order cannot be paid any more.
func (s *shop) paidTwice(c echo.Context, number string) (models.OrderView, []views.CheckoutLine, error) {
	ctx := c.Request().Context()
	order, err := s.db.Order(ctx, userID(c), number)
	if err != nil || order.OrderStatus != models.OrderUnpaid {
		return order, nil, err
	}
	has, err := s.db.AlreadyHas(ctx, order)
	var twice []views.CheckoutLine
	for _, line := range order.Lines {
		v := views.CheckoutLine{
			Name: line.CourseName, Picture: line.CourseImg, Term: line.ExpireText, ListPrice: line.Price, Price: line.SalePrice,
			Discount: line.DiscountName,
		}
		if s.tellTwice(&v, has, line.CourseID, line.ExpireDays); v.Owned.Live || v.Unpaid != "" {
			twice = append(twice, v)
		}
	}
	return order, twice, err
}

// tellTwice adds to a line which right to its course the student already has, and until when this
// purchase would extend it.
func (s *shop) tellTwice(v *views.CheckoutLine, has models.Already, course int64, days int) {
	now, right := s.db.Now(), has.Rights[course]
	v.Owned, v.Renewed, v.Unpaid = ownership(right, now), timeOf(right.Extended(now, days)), has.Unpaid[course]
}

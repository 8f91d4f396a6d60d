package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/views"
)

// movements is GET /staff/movements: the payments and refunds of a day one by one, in pages.
func (s *shop) movements(c echo.Context) error {
	ctx, date := c.Request().Context(), c.QueryParam("date")
	if !s.hasBill(date) {
		return c.Redirect(http.StatusSeeOther, "/staff/bills")
	}
	day, err := models.ParsePeriod(date)
	if err != nil {
		return err
	}
	sums, err := s.db.SumMovements(ctx, day)
	if err != nil {
		return err
	}
	list, err := s.db.MovementPage(ctx, day, sums.Total(), pageNo(c))
	if err != nil {
		return err
	}
	view := views.Movements{Date: date, Pager: views.Pager{
		Path: "/staff/movements?date=" + date, Page: list.Page, Pages: list.Pages, Total: sums.Total(), Unit: "笔",
	}}
	for _, m := range list.Rows {
		view.Rows = append(view.Rows, views.Movement{
			At: m.At, OrderNumber: m.OrderNumber, Student: m.Username, Title: m.Title, Amount: m.Amount, State: m.State,
			PaidAt: m.PaidAt, Reason: m.Reason, Cause: m.Cause, RequestedBy: m.RequestedBy, AskedAt: m.AskedAt, SettledBy: m.SettledBy, Note: m.Note,
		})
	}
	if view.Page, err = s.page(c); err != nil {
		return err
	}
	return render(c, http.StatusOK, views.MovementsPage(view))
}

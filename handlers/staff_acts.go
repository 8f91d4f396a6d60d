package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/views"
)

// actRows is how many acts a page lists.
const actRows = 50

// acts is GET /staff/acts: what staff did, newest first, from the act before ?before= on.
func (s *shop) acts(c echo.Context) error {
	before := idOf(c.QueryParam("before"))
	acts, err := s.db.ActsBefore(c.Request().Context(), before, actRows+1)
	if err != nil {
		return err
	}
	view := views.Acts{Older: before > 0}
	if len(acts) > actRows {
		acts = acts[:actRows]
		view.Next = acts[actRows-1].ID
	}
	view.Acts = actsView(acts)
	if view.Page, err = s.page(c); err != nil {
		return err
	}
	return render(c, http.StatusOK, views.ActsPage(view))
}

// note stores that the visitor does something now that changes nothing else.
func (s *shop) note(c echo.Context, act models.StaffAct) error {
	act.DoneBy = visitorOf(c).Username
	return s.db.NoteAct(c.Request().Context(), act)
}

func actsView(acts []models.StaffAct) []views.Act {
	var list []views.Act
	for _, a := range acts {
		list = append(list, views.Act{
			At: a.DoneAt, By: a.DoneBy, Act: a.Act, OrderNumber: a.OrderNumber, Period: a.Period, Amount: a.Amount, Note: a.Note,
		})
	}
	return list
}

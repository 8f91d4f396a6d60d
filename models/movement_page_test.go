package models_test

import (
	"slices"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

// The pages of a day have together each of its movements once, as EachMovement lists them.
func TestMovementPage(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		day, err := models.ParsePeriod(noon.In(models.Beijing).Format(time.DateOnly))
		if err != nil {
			t.Fatal(err)
		}
		bob := s.bob(t)
		for range 40 {
			s.clock.forward(time.Minute)
			order, _ := modelstest.Paid(t, s.DB, bob, s.Plain.For(30))
			s.finish(t, s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Amount: 1_00}))
		}
		s.clock.forward(12 * time.Hour)
		modelstest.Paid(t, s.DB, s.ann, s.Plain.For(30)) // tomorrow
		var want, got []models.Movement
		err = s.EachMovement(t.Context(), day, func(m models.Movement) error { want = append(want, m); return nil })
		if err != nil {
			t.Fatal(err)
		}
		for page, pages := 1, 1; page <= pages; page++ {
			list, err := s.MovementPage(t.Context(), day, len(want), page)
			if err != nil || list.Page != page || len(list.Rows) > models.MovementsPerPage || len(list.Rows) == 0 {
				t.Fatalf("page %d: got %d rows of page %d, %v", page, len(list.Rows), list.Page, err)
			}
			got, pages = append(got, list.Rows...), list.Pages
		}
		if len(want) != 80 || !slices.Equal(got, want) {
			t.Errorf("got %d on the pages, want the %d of the day in their sequence", len(got), len(want))
		}
		last, err := s.MovementPage(t.Context(), day, len(want), 999)
		if err != nil || last.Page != last.Pages || !slices.Equal(last.Rows, got[len(got)-len(last.Rows):]) {
			t.Errorf("past the end: got page %d of %d, %v; want the last", last.Page, last.Pages, err)
		}
	})
}

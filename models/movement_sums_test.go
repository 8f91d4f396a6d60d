package models_test

import (
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

// The sums of a period are those of its movements: what came, what Alipay gave back, and what staff
// paid by other means. What is only on its way, and what moved on another day, is in neither.
func TestSumMovements(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		day, err := models.ParsePeriod(noon.In(models.Beijing).Format(time.DateOnly))
		if err != nil {
			t.Fatal(err)
		}
		want := func(want models.MovementSums) {
			t.Helper()
			var added models.MovementSums
			err := s.EachMovement(t.Context(), day, func(m models.Movement) error { added.Add(m); return nil })
			got, sumErr := s.SumMovements(t.Context(), day)
			if err != nil || sumErr != nil || got != want || added != want {
				t.Errorf("got %+v, %v; one by one %+v, %v; want %+v", got, sumErr, added, err, want)
			}
		}
		want(models.MovementSums{})
		order := s.twoLines(t) // 216.33
		give := func(sum models.Fen) models.Refund {
			return s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Amount: sum, By: "boss"})
		}
		s.finish(t, give(10_00))
		other := give(20_00)
		s.refuse(t, other)
		s.settle(t, other, nil)
		give(30_00) // on its way
		want(models.MovementSums{Trades: 1, Came: 216_33, Refunds: 1, Back: 10_00, Elsewhere: 1, Other: 20_00})

		s.clock.forward(12 * time.Hour) // to the next day's midnight, which begins it
		modelstest.Paid(t, s.DB, s.bob(t), s.Plain.For(30))
		s.finish(t, give(40_00))
		want(models.MovementSums{Trades: 1, Came: 216_33, Refunds: 1, Back: 10_00, Elsewhere: 1, Other: 20_00})
	})
}

package models_test

import (
	"errors"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

func TestSummary(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		got, err := s.Summary(t.Context(), s.ann.ID)
		if want := (models.Summary{Credit: 1000, CreatedAt: got.CreatedAt}); err != nil ||
			got != want || !got.CreatedAt.Equal(noon) {
			t.Errorf("at first: got %+v, %v; want %+v", got, err, want)
		}
		s.buy(t, s.Plain.For(30), noon)
		s.buy(t, s.Rate.For(0), noon)
		s.buy(t, s.Step.For(90), noon)
		s.give(t, modelstest.CouponOff)
		s.give(t, modelstest.CouponRate)
		s.fill(t, s.Off.For(0))
		modelstest.PlaceOrder(t, s.DB, s.ann, models.Choice{Points: 100})
		modelstest.Paid(t, s.DB, student(t, s.DB, "bob"), s.Plain.For(30)) // counts for nobody else
		s.clock.now = noon.AddDate(0, 0, 30).Add(-models.EndingSoon + time.Second)
		exec(t, s.DB, "UPDATE ly_user_coupon SET end_time = ?", s.Now().Add(time.Hour))
		exec(t, s.DB, "UPDATE ly_user_coupon SET end_time = ? WHERE id = 1", s.Now())
		want := models.Summary{
			Credit: 1000, CreditHeld: 100, Coupons: 1, Courses: 3, Ending: 1, Unpaid: 1, CreatedAt: got.CreatedAt,
		}
		if got, err := s.Summary(t.Context(), s.ann.ID); err != nil || got != want {
			t.Errorf("later: got %+v, %v; want %+v", got, err, want)
		}
		s.clock.now = noon.AddDate(0, 0, 30)
		if got, err := s.Summary(t.Context(), s.ann.ID); err != nil || got.Courses != 2 || got.Ending != 0 {
			t.Errorf("after an end: got %d courses, %d ending, %v; want 2 and none", got.Courses, got.Ending, err)
		}
		exec(t, s.DB, "UPDATE ly_user_course SET revoked_at = ? WHERE course_id = ?", s.Now(), s.Rate.ID)
		if got, err := s.Summary(t.Context(), s.ann.ID); err != nil || got.Courses != 1 {
			t.Errorf("after a refund: got %d courses, %v; want 1", got.Courses, err)
		}
		if _, err := s.Summary(t.Context(), 99); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("of nobody: got %v, want ErrNotFound", err)
		}
	})
}

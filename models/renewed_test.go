package models_test

import (
	"testing"
	"time"

	"luffy/models"
)

// A student who has renewed a course is not told on the first order that it ends, while the second
// one lasts.
func TestRenewed(t *testing.T) {
	const day = 24 * time.Hour
	onEach(t, func(t *testing.T, s *scene) {
		s.buy(t, s.Plain.For(30), noon)
		s.buy(t, s.Rate.For(30), noon)
		s.clock.forward(20 * day)
		s.buy(t, s.Plain.For(30), s.Now()) // until day 60
		renewed := func() (lines []bool) {
			t.Helper()
			for _, o := range s.list(t, models.OrderFilter{}).Orders {
				view, err := s.Order(t.Context(), s.ann.ID, o.OrderNumber)
				if err != nil {
					t.Fatal(err)
				}
				if view.Lines[0].Renewed != o.Lines[0].Renewed {
					t.Errorf("%s: got %v on its own page, %v in the list",
						o.Lines[0].CourseName, view.Lines[0].Renewed, o.Lines[0].Renewed)
				}
				lines = append(lines, o.Lines[0].Renewed)
			}
			return lines
		}
		for _, c := range []struct {
			after time.Duration
			first bool
		}{
			{0, false},        // day 20: nothing ends soon
			{5 * day, true},   // day 25: the first would end soon
			{15 * day, true},  // day 40: it has ended
			{21 * day, false}, // day 61: all have
		} {
			s.clock.forward(c.after)
			if got := renewed(); len(got) != 3 || got[0] || got[1] || got[2] != c.first {
				t.Errorf("%v: got %v, want false, false, %v", s.Now(), got, c.first)
			}
		}
		s.buy(t, s.Plain.For(0), s.Now())
		if got := renewed(); got[0] || !got[1] || got[2] || !got[3] {
			t.Errorf("bought for ever: got %v", got)
		}
		exec(t, s.DB, "UPDATE ly_user_course SET revoked_at = ? WHERE out_time IS NULL", s.Now())
		if got := renewed(); got[1] || got[3] {
			t.Errorf("and given back: got %v", got)
		}
	})
}

package models_test

import (
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

// That no notify arrives shows once five payments in a row were only learned of by asking.
func TestUnnotified(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		pay := func(sources ...models.Source) {
			order := s.order(t, s.Plain.For(30))
			_, trade := s.attempt(t, order)
			for _, source := range sources {
				event := notified(s.DB, trade)
				event.Source = source
				if _, err := s.Confirm(t.Context(), trade, event); err != nil {
					t.Fatal(err)
				}
			}
			forged := notified(s.DB, trade)
			forged.Verdict = models.VerdictRefused
			if err := s.RecordEvent(t.Context(), forged); err != nil {
				t.Fatal(err)
			}
		}
		want := func(when string, want int) {
			t.Helper()
			if b, err := s.Backlog(t.Context()); err != nil || b.Unnotified != want {
				t.Errorf("%s: got %d, %v; want %d", when, b.Unnotified, err, want)
			}
		}
		pay(models.SourceNotify)
		s.clock.forward(time.Minute)
		for range models.NotifyWatched {
			pay(models.SourceQuery)
		}
		want("at once: a notify may still come", 0)
		s.clock.forward(15 * time.Minute)
		want("all by asking", models.NotifyWatched)
		pay(models.SourceQuery, models.SourceNotify)
		s.clock.forward(15 * time.Minute)
		want("a notify came behind an answer", models.NotifyWatched-1)
		modelstest.Paid(t, s.DB, s.ann, s.Plain.For(30))
		s.clock.forward(15 * time.Minute)
		want("one came first", models.NotifyWatched-2)
		s.clock.forward(7 * 24 * time.Hour)
		want("a week without a payment", 0)
	})
}

package models_test

import (
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

// due claims what is due now and returns how many refunds, attempts, orders and bills that are.
func (s *scene) due(t testing.TB, date string) [4]int {
	t.Helper()
	refunds, err := s.ClaimRefunds(t.Context(), modelstest.AppID, 10)
	if err != nil {
		t.Fatal(err)
	}
	closings, err := s.ClaimDue(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	asks := s.claimAsks(t)
	compare, err := s.ClaimBillDay(t.Context(), date)
	if err != nil {
		t.Fatal(err)
	}
	bills := 0
	if compare {
		bills = 1
	}
	return [4]int{len(refunds), asks, len(closings), bills}
}

func (s *scene) pullBack(t testing.TB, want int) {
	t.Helper()
	if n, err := s.PullBack(t.Context()); err != nil || n != want {
		t.Errorf("pulled back %d rows, %v; want %d", n, err, want)
	}
}

// For a moment the server's clock shows a day weeks ahead. What it did then is not left alone until that
// day.
func TestClockFarAhead(t *testing.T) {
	const date = "2026-03-20"
	onEach(t, func(t *testing.T, s *scene) {
		paid := s.twoLines(t)
		s.refund(t, models.NewRefund{OrderNumber: paid.OrderNumber, Amount: 1})
		s.attempt(t, s.order(t, s.Step.For(30)))
		all := [4]int{1, 1, 1, 1}

		s.clock.forward(20 * 24 * time.Hour)
		if got := s.due(t, date); got != all {
			t.Fatalf("far ahead: got %v due, want %v", got, all)
		}
		if err := s.NoteBillDay(t.Context(), date); err != nil { // there is no bill of a day to come
			t.Fatal(err)
		}
		s.clock.forward(-20*24*time.Hour + time.Hour)
		if got := s.due(t, date); got != [4]int{} {
			t.Errorf("an hour later: got %v due, want none", got)
		}
		s.pullBack(t, 5)
		s.clock.forward(time.Hour)
		if got := s.due(t, date); got != all {
			t.Errorf("pulled back: got %v due, want %v", got, all)
		}
		s.pullBack(t, 0)
		wantClean(t, s.DB)
	})
}

// What was planned by a right clock stays as it is: pauses, and the last question about a link that
// lives for days.
func TestPullBackLeavesPlans(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		paid := s.twoLines(t)
		s.refund(t, models.NewRefund{OrderNumber: paid.OrderNumber, Amount: 1})
		s.attempt(t, s.order(t, s.Step.For(30)))
		exec(t, s.DB, "UPDATE ly_payment SET expires_at = ?, ask_at = ? WHERE state = 'open'",
			noon.Add(15*24*time.Hour), noon.Add(15*24*time.Hour+time.Minute))
		for range 12 {
			s.due(t, "2026-02-28")
			s.pullBack(t, 0)
			s.clock.forward(20 * time.Minute)
		}
	})
}

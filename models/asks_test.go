package models_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

// claimAsks claims the attempts about which it is time to ask, and returns how many they are.
func (s *scene) claimAsks(t testing.TB) int {
	t.Helper()
	due, err := s.ClaimAsks(t.Context(), modelstest.AppID, 100)
	if err != nil {
		t.Fatalf("claim: %v", err)
	}
	return len(due)
}

// asked lists the times after the click at which an attempt is asked about, within that period, by a job
// that looks every ten seconds.
func (s *scene) asked(t testing.TB, within time.Duration) []time.Duration {
	t.Helper()
	var at []time.Duration
	for since := time.Duration(0); since <= within; since += 10 * time.Second {
		s.clock.now = noon.Add(since)
		if s.claimAsks(t) > 0 {
			at = append(at, since)
		}
	}
	return at
}

func TestAskSchedule(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		s.attempt(t, s.order(t, s.Plain.For(30))) // 15 minutes to pay, so no question at 30
		got := s.asked(t, 20*time.Minute)
		want := []time.Duration{time.Minute, 3 * time.Minute, 10 * time.Minute, 16 * time.Minute}
		if len(got) < len(want) {
			t.Fatalf("asked at %v, want %v", got, want)
		}
		for i, at := range want {
			if got[i] != at {
				t.Errorf("asked at %v, want %v first", got, want)
				break
			}
		}
	})
}

func TestAskScheduleOfALongOrder(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		payment, _ := s.attempt(t, s.order(t, s.Plain.For(30)))
		exec(t, s.DB, "UPDATE ly_payment SET expires_at = ?", noon.Add(time.Hour))
		for _, want := range []time.Duration{
			time.Minute, 3 * time.Minute, 10 * time.Minute, 30 * time.Minute, 61 * time.Minute,
		} {
			next := rows[models.Payment](t, s.DB, "id = ?", payment.ID)[0].AskAt
			if next == nil || !next.Equal(noon.Add(want)) {
				t.Fatalf("got next question at %v, want %v", next, noon.Add(want))
			}
			s.clock.now = *next
			if n := s.claimAsks(t); n != 1 {
				t.Fatalf("at %v: got %d claimed, want 1", want, n)
			}
			if n := s.claimAsks(t); n != 0 {
				t.Errorf("at %v: claimed again at once", want)
			}
		}
	})
}

// While Alipay does not answer, the questions go on, at most an hour apart.
func TestUnansweredQuestionsComeAgain(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		payment, _ := s.attempt(t, s.order(t, s.Plain.For(30)))
		s.clock.forward(24 * time.Hour)
		last := time.Duration(0)
		for range 12 {
			if n := s.claimAsks(t); n != 1 {
				t.Fatalf("got %d claimed, want 1", n)
			}
			pause := rows[models.Payment](t, s.DB, "id = ?", payment.ID)[0].AskAt.Sub(s.Now())
			if pause < last || pause <= 0 || pause > time.Hour {
				t.Errorf("got a pause of %v after one of %v, want it to grow up to an hour", pause, last)
			}
			last = pause
			s.clock.forward(pause)
		}
		if last != time.Hour {
			t.Errorf("got %v, want an hour in the end", last)
		}
	})
}

func TestNothingIsAskedAboutWhatIsOver(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		_, trade := s.attempt(t, s.order(t, s.Plain.For(30)))
		s.confirm(t, trade)
		closed, _ := s.attempt(t, s.order(t, s.Rate.For(30)))
		if err := s.ClosePayment(t.Context(), closed.ID, "TRADE_CLOSED"); err != nil {
			t.Fatal(err)
		}
		s.clock.forward(24 * time.Hour)
		if n := s.claimAsks(t); n != 0 {
			t.Errorf("got %d claimed, want none", n)
		}
		got := rows[models.Payment](t, s.DB, "id = ?", closed.ID)[0]
		if got.State != models.PaymentClosed || got.TradeStatus != "TRADE_CLOSED" {
			t.Errorf("got %s, %q; want closed, TRADE_CLOSED", got.State, got.TradeStatus)
		}
	})
}

// While one replica has claimed some of the attempts and not committed, another replica can claim the
// next ones, and attempts that neither has claimed can be paid.
func TestClaimAsksHoldsUpNobody(t *testing.T) {
	s := newScene(t, modelstest.MariaDB)
	var trades []models.PaidTrade
	for range 12 {
		_, trade := s.attempt(t, s.order(t, s.Plain.For(30)))
		trades = append(trades, trade)
	}
	s.clock.forward(time.Minute)
	err := s.HoldAsks(t.Context(), modelstest.AppID, 4, func(first []models.Payment) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		others, err := s.ClaimAsks(ctx, modelstest.AppID, 7)
		if err != nil || len(first) != 4 || len(others) != 7 || others[0].ID != first[3].ID+1 {
			t.Errorf("got %d claimed and then %d, %v; want 4 and the 7 after them", len(first), len(others), err)
		}
		last := trades[len(trades)-1]
		if got, err := s.Confirm(ctx, last, notified(s.DB, last)); err != nil || got != models.Fulfilled {
			t.Errorf("payment meanwhile: got %q, %v; want it fulfilled", got, err)
		}
	})
	if err != nil {
		t.Error(err)
	}
}

// An attempt that Alipay does not know is given up only when its link is dead: until then somebody
// may still pay it.
func TestRetirePayment(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		payment, trade := s.attempt(t, s.order(t, s.Plain.For(30)))
		for _, c := range []struct {
			at   time.Time
			want bool
		}{
			{payment.ExpiresAt, false},
			{payment.ExpiresAt.Add(time.Minute - time.Microsecond), false},
			{payment.ExpiresAt.Add(time.Minute), true},
		} {
			s.clock.now = c.at
			if got, err := s.RetirePayment(t.Context(), payment, "TRADE_NOT_EXIST"); err != nil || got != c.want {
				t.Errorf("at %v: got %v, %v; want %v", c.at, got, err, c.want)
			}
		}
		if got := rows[models.Payment](t, s.DB, "id = ?", payment.ID)[0].State; got != models.PaymentClosed {
			t.Errorf("got %s, want closed", got)
		}
		if got := s.confirm(t, trade); got != models.Fulfilled {
			t.Errorf("paid all the same: got %q, want fulfilled", got)
		}
	})
}

func TestRetireLeavesAPaidAttempt(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		payment, trade := s.attempt(t, s.order(t, s.Plain.For(30)))
		s.confirm(t, trade)
		s.clock.forward(24 * time.Hour)
		if _, err := s.RetirePayment(t.Context(), payment, "TRADE_NOT_EXIST"); err != nil {
			t.Error(err)
		}
		got := rows[models.Payment](t, s.DB, "id = ?", payment.ID)[0]
		if got.State != models.PaymentPaid || got.TradeStatus != "" {
			t.Errorf("got %s, %q; want paid as it was", got.State, got.TradeStatus)
		}
	})
}

func TestQuestionGoesToOneOfEightReplicas(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		const attempts = 12
		s.fill(t, s.Plain.For(30))
		for range attempts {
			s.attempt(t, modelstest.PlaceOrder(t, s.DB, s.ann, models.Choice{}))
		}
		s.clock.forward(time.Minute)
		var claimed atomic.Int64
		together(8, func(int) {
			due, err := s.ClaimAsks(t.Context(), modelstest.AppID, 5)
			if err != nil {
				t.Errorf("claim: %v", err)
			}
			claimed.Add(int64(len(due)))
		})
		if rest := s.claimAsks(t); claimed.Load()+int64(rest) != attempts {
			t.Errorf("got %d claimed together and %d after, want %d, each once", claimed.Load(), rest, attempts)
		}
	})
}

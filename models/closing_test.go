package models_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

// holding is an unpaid order of ann's that holds a coupon and 300 points.
func (s *scene) holding(t testing.TB) (models.Order, models.UserCoupon) {
	t.Helper()
	coupon := s.give(t, modelstest.CouponOff)
	s.fill(t, s.Plain.For(0))
	return modelstest.PlaceOrder(t, s.DB, s.ann, models.Choice{Coupon: coupon.ID, Points: 300}), coupon
}

// claimDue claims the due orders and expects them to be these.
func (s *scene) claimDue(t testing.TB, want ...models.Order) []models.Closing {
	t.Helper()
	due, err := s.ClaimDue(t.Context(), 10)
	if err != nil {
		t.Fatalf("claim: %v", err)
	}
	var got, wanted []int64
	for _, c := range due {
		got = append(got, c.Order.ID)
	}
	for _, o := range want {
		wanted = append(wanted, o.ID)
	}
	if !slices.Equal(got, wanted) {
		t.Errorf("claimed orders %v, want %v", got, wanted)
	}
	return due
}

func TestClosedOrderGivesBackWhatItHeld(t *testing.T) {
	for _, c := range []struct {
		name string
		end  func(*testing.T, *scene, models.Order)
		want models.OrderStatus
	}{
		{"cancelled", func(t *testing.T, s *scene, o models.Order) { s.cancel(t, o) }, models.OrderCancelled},
		{"timed out", func(t *testing.T, s *scene, o models.Order) {
			s.clock.forward(modelstest.TTL)
			s.claimDue(t, o)
			s.close(t, o)
		}, models.OrderTimedOut},
	} {
		t.Run(c.name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				order, coupon := s.holding(t)
				c.end(t, s, order)
				got := s.read(t, order)
				if got.OrderStatus != c.want || got.ClosedAt == nil || !got.ClosedAt.Equal(s.Now()) ||
					got.ClosingTo != nil || got.CheckAt != nil {
					t.Errorf("got %+v, want it closed now as %v", got, c.want)
				}
				if free := rows[models.UserCoupon](t, s.DB, "id = ?", coupon.ID)[0]; free.OrderID != nil || free.UsedAt != nil {
					t.Errorf("coupon: got %+v, want it free", free)
				}
				if credit, held := s.points(t); credit != 1000 || held != 0 {
					t.Errorf("got %d points, %d held; want 1000, 0", credit, held)
				}
				if err := s.FinishClosing(t.Context(), order.ID); !errors.Is(err, models.ErrNotPayable) {
					t.Errorf("closed again: got %v, want ErrNotPayable", err)
				}
				wantClean(t, s.DB)
			})
		})
	}
}

func TestCancelRefused(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		bob := student(t, s.DB, "bob")
		unpaid := s.order(t, s.Plain.For(30))
		paid, _ := modelstest.Paid(t, s.DB, s.ann, s.Rate.For(30))
		closed := s.order(t, s.Off.For(60))
		s.cancel(t, closed)
		for name, c := range map[string]struct {
			user   int64
			number string
			want   error
		}{
			"another's": {bob.ID, unpaid.OrderNumber, models.ErrNotFound},
			"none":      {s.ann.ID, "404", models.ErrNotFound},
			"paid":      {s.ann.ID, paid.OrderNumber, models.ErrNotPayable},
			"cancelled": {s.ann.ID, closed.OrderNumber, models.ErrNotPayable},
		} {
			if _, err := s.BeginCancel(t.Context(), c.user, c.number); !errors.Is(err, c.want) {
				t.Errorf("%s: got %v, want %v", name, err, c.want)
			}
		}
		if got := s.read(t, unpaid); got.ClosingTo != nil {
			t.Errorf("got an order on its way to %v, want it untouched", *got.ClosingTo)
		}
	})
}

// While an order is being closed, no new attempt to pay it can be opened.
func TestNoAttemptWhileClosing(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.order(t, s.Plain.For(30))
		open, _ := s.attempt(t, order)
		closing, err := s.BeginCancel(t.Context(), s.ann.ID, order.OrderNumber)
		if err != nil || len(closing.Open) != 1 || closing.Open[0].ID != open.ID {
			t.Fatalf("got %+v, %v; want the open attempt", closing.Open, err)
		}
		if _, err := s.OpenAttempt(t.Context(), attemptOf(order)); !errors.Is(err, models.ErrNotPayable) {
			t.Errorf("got %v, want ErrNotPayable", err)
		}
	})
}

func TestClosingNeedsToBeBegun(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.order(t, s.Plain.For(30))
		if err := s.FinishClosing(t.Context(), order.ID); !errors.Is(err, models.ErrNotPayable) {
			t.Errorf("got %v, want ErrNotPayable", err)
		}
		if err := s.FinishClosing(t.Context(), 404); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("no such order: got %v, want ErrNotFound", err)
		}
	})
}

// A minute after a job died, another goes on with its order, and the order still becomes what the
// student wanted.
func TestInterruptedClosingGoesOn(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.order(t, s.Plain.For(30))
		if _, err := s.BeginCancel(t.Context(), s.ann.ID, order.OrderNumber); err != nil {
			t.Fatal(err)
		}
		s.clock.forward(time.Minute - time.Microsecond)
		s.claimDue(t)
		s.clock.forward(time.Microsecond)
		s.claimDue(t, order)
		s.claimDue(t)
		s.clock.forward(modelstest.TTL)
		s.claimDue(t, order)
		s.close(t, order)
		if got := s.read(t, order).OrderStatus; got != models.OrderCancelled {
			t.Errorf("got %v, want 已取消 although the time to pay is over, too", got)
		}
	})
}

func TestClaimDueOnlyWhatIsDue(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		modelstest.Paid(t, s.DB, s.ann, s.Rate.For(30))
		cancelled := s.order(t, s.Off.For(60))
		s.cancel(t, cancelled)
		first := s.order(t, s.Plain.For(30))
		s.clock.forward(time.Minute)
		second := s.order(t, s.Plain.For(60))
		s.clock.now = first.ExpiresAt.Add(-time.Microsecond)
		s.claimDue(t)
		s.clock.forward(time.Microsecond)
		s.claimDue(t, first)
		s.clock.now = second.ExpiresAt
		s.claimDue(t, first, second) // the first's minute is over just now
	})
}

// Even if orders cannot be closed, and passes take longer than a claim holds, every order is tried
// before any is tried again.
func TestClosingsThatFailKeepNobodyWaiting(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		var orders []models.Order
		for range 5 {
			orders = append(orders, s.order(t, s.Plain.For(30)))
			s.clock.forward(time.Second)
		}
		s.clock.now = orders[4].ExpiresAt
		for _, want := range [][]int{{0, 1}, {2, 3}, {4, 0}} {
			due, err := s.ClaimDue(t.Context(), 2)
			if err != nil || len(due) != 2 || due[0].Order.ID != orders[want[0]].ID || due[1].Order.ID != orders[want[1]].ID {
				t.Fatalf("got %d claimed, %v; want the orders %v of five", len(due), err, want)
			}
			s.clock.forward(time.Minute + time.Second)
		}
	})
}

// The longer an order cannot be closed, the longer the pauses between the tries, up to a quarter of an
// hour.
func TestClosingIsTriedEverMoreSeldom(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.order(t, s.Plain.For(30))
		s.clock.now = order.ExpiresAt
		for _, minutes := range []int{1, 1, 2, 4, 8, 15, 15} {
			s.claimDue(t, order)
			next := s.read(t, order).CheckAt
			if want := time.Duration(minutes) * time.Minute; next == nil || next.Sub(s.Now()) != want {
				t.Fatalf("got the next try at %v, want it %v after %v", next, want, s.Now())
			}
			s.clock.now = *next
		}
	})
}

// While a replica has claimed some of the due orders and not committed, everything else goes on:
// payments of fresh orders and of due ones that it did not take, and the claim of another replica.
func TestClaimDueHoldsUpNobody(t *testing.T) {
	s := newScene(t, modelstest.MariaDB)
	var trades []models.PaidTrade
	place := func(n int) {
		for range n {
			_, trade := s.attempt(t, s.order(t, s.Plain.For(30)))
			trades = append(trades, trade)
		}
	}
	place(12)
	s.clock.forward(modelstest.TTL)
	place(6)
	err := s.HoldDue(t.Context(), 4, func(first []models.Closing) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		others, err := s.ClaimDue(ctx, 7)
		if err != nil || len(first) != 4 || len(others) != 7 || others[0].Order.ID != first[3].Order.ID+1 {
			t.Errorf("got %d claimed and then %d, %v; want 4 and the 7 after them", len(first), len(others), err)
		}
		for _, trade := range trades[11:] {
			if got, err := s.Confirm(ctx, trade, notified(s.DB, trade)); err != nil || got != models.Fulfilled {
				t.Errorf("payment of %s meanwhile: got %q, %v; want it fulfilled", trade.OutTradeNo, got, err)
			}
		}
	})
	if err != nil {
		t.Error(err)
	}
	wantClean(t, s.DB)
}

func TestDueOrderGoesToOneOfEightReplicas(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		const orders = 12
		s.fill(t, s.Plain.For(30))
		for range orders {
			modelstest.PlaceOrder(t, s.DB, s.ann, models.Choice{})
		}
		s.clock.forward(modelstest.TTL)
		var claimed atomic.Int64
		together(8, func(int) {
			due, err := s.ClaimDue(t.Context(), 5)
			if err != nil || len(due) > 5 {
				t.Errorf("got %d, %v; want at most 5", len(due), err)
			}
			claimed.Add(int64(len(due)))
			for _, c := range due {
				if err := s.FinishClosing(t.Context(), c.Order.ID); err != nil {
					t.Errorf("close: %v", err)
				}
			}
		})
		rest, err := s.ClaimDue(t.Context(), orders)
		if err != nil || claimed.Load()+int64(len(rest)) != orders {
			t.Errorf("got %d claimed together and %d after, %v; want %d, each once", claimed.Load(), len(rest), err, orders)
		}
	})
}

// Payment and closing of one order at the same moment: one of them comes first, and the other sees it.
func TestPaymentRacesClosing(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		for range 5 {
			coupon := s.give(t, modelstest.CouponOff)
			s.fill(t, s.Plain.For(0), s.Rate.For(30)) // not for ever alone: a late payment of that would go back
			order := modelstest.PlaceOrder(t, s.DB, s.ann, models.Choice{Coupon: coupon.ID, Points: 300})
			_, trade := s.attempt(t, order)
			if _, err := s.BeginCancel(t.Context(), s.ann.ID, order.OrderNumber); err != nil {
				t.Fatal(err)
			}
			together(2, func(i int) {
				if i == 0 {
					s.confirm(t, trade)
				} else if err := s.FinishClosing(t.Context(), order.ID); err != nil && !errors.Is(err, models.ErrNotPayable) {
					t.Errorf("close: %v", err)
				}
			})
			if got := s.read(t, order).OrderStatus; got != models.OrderPaid {
				t.Errorf("got %v, want paid: before the closing or, as all was free again, after it", got)
			}
			exec(t, s.DB, "UPDATE ly_user SET credit = credit + 300")
			exec(t, s.DB, "INSERT INTO ly_credit (user_id, opera, number, reference, created_at) VALUES (?, 1, 300, ?, ?)",
				s.ann.ID, order.OrderNumber, s.Now())
		}
		wantClean(t, s.DB)
	})
}

package models_test

import (
	"crypto/rand"
	"errors"
	"slices"
	"testing"

	"luffy/models"
	"luffy/models/modelstest"
)

func TestSameFormTwice(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		coupon := s.give(t, modelstest.CouponOff)
		s.fill(t, s.Plain.For(0))
		form := s.form(t, "page", models.Choice{Coupon: coupon.ID, Points: 600})
		first, err := s.PlaceOrder(t.Context(), form)
		if err != nil {
			t.Fatal(err)
		}
		exec(t, s.DB, "DELETE FROM ly_cart_item")
		again, err := s.PlaceOrder(t.Context(), form)
		if err != nil || again.OrderNumber != first.OrderNumber {
			t.Errorf("got order %q, %v; want %q again", again.OrderNumber, err, first.OrderNumber)
		}
		if _, held := s.points(t); held != 600 {
			t.Errorf("got %d points held, want 600", held)
		}
	})
}

// The same token on another student's page makes an order of that student's own.
func TestSameTokenOfAnotherStudent(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		s.fill(t, s.Plain.For(0))
		form := s.form(t, "page", models.Choice{})
		first, err := s.PlaceOrder(t.Context(), form)
		if err != nil {
			t.Fatal(err)
		}
		bob := student(t, s.DB, "bob")
		modelstest.FillCart(t, s.DB, bob, s.Plain.For(0))
		form.UserID = bob.ID
		second, err := s.PlaceOrder(t.Context(), form)
		if err != nil || second.UserID != bob.ID || second.ID == first.ID {
			t.Errorf("got order %d of user %d, %v; want one of bob's own", second.ID, second.UserID, err)
		}
	})
}

// Whichever of the sixteen comes first, the others find its order, even though it has taken the
// coupon, the points and the cart.
func TestSameFormSixteenTimesAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		offer  func(*scene) models.Offer
		choice func(*testing.T, *scene) models.Choice
	}{
		"with coupon and points": {
			func(s *scene) models.Offer { return s.Plain.For(0) },
			func(t *testing.T, s *scene) models.Choice {
				return models.Choice{Coupon: s.give(t, modelstest.CouponOff).ID, Points: 600}
			},
		},
		"of 0.00, which empties the cart": {
			func(s *scene) models.Offer { return s.Free.For(0) },
			func(*testing.T, *scene) models.Choice { return models.Choice{} },
		},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				s.fill(t, c.offer(s))
				form := s.form(t, "page", c.choice(t, s))
				var numbers [16]string
				together(len(numbers), func(i int) {
					order, err := s.PlaceOrder(t.Context(), form)
					if err != nil {
						t.Errorf("place order: %v", err)
					}
					numbers[i] = order.OrderNumber
				})
				if made := slices.Compact(numbers[:]); len(made) != 1 {
					t.Errorf("got orders %v, want one", made)
				}
				if n := sum(t, s.DB, "SELECT COUNT(*) FROM ly_order"); n != 1 {
					t.Errorf("got %d orders, want 1", n)
				}
				if _, held := s.points(t); held != form.Points {
					t.Errorf("got %d points held, want %d", held, form.Points)
				}
			})
		})
	}
}

func TestTwoTabsWithOneCoupon(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		coupon := s.give(t, modelstest.CouponOff)
		s.fill(t, s.Plain.For(0))
		var errs [2]error
		form := s.form(t, "", models.Choice{Coupon: coupon.ID, Points: 100})
		together(2, func(i int) {
			tab := form
			tab.Token = rand.Text()
			_, errs[i] = s.PlaceOrder(t.Context(), tab)
		})
		if errs[0] != nil {
			errs[0], errs[1] = errs[1], errs[0]
		}
		if errs[0] != nil || !errors.Is(errs[1], models.ErrCoupon) {
			t.Errorf("got %v and %v, want one order and ErrCoupon", errs[0], errs[1])
		}
		if n := sum(t, s.DB, "SELECT COUNT(*) FROM ly_order"); n != 1 {
			t.Errorf("got %d orders, want 1: the loser must leave nothing", n)
		}
		if _, held := s.points(t); held != 100 {
			t.Errorf("got %d points held, want the winner's 100", held)
		}
	})
}

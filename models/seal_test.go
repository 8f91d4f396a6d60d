package models_test

import (
	"errors"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

// The seal changes with the courses, terms and prices that the student saw, and with nothing else.
func TestSealChanges(t *testing.T) {
	for name, change := range map[string]func(*testing.T, *scene){
		"price": func(t *testing.T, s *scene) {
			exec(t, s.DB, "UPDATE ly_course SET price = price + 1 WHERE id = ?", s.Plain.ID)
		},
		"discount begins": func(t *testing.T, s *scene) {
			discountPlain(t, s, noon, noon.Add(time.Hour), "off", "-0.01")
		},
		"term":               func(t *testing.T, s *scene) { s.fill(t, s.Plain.For(90)) },
		"more courses":       func(t *testing.T, s *scene) { s.fill(t, s.Step.For(30)) },
		"other courses":      func(t *testing.T, s *scene) { swap(t, s, s.Plain.ID, s.Step.For(0)) },
		"a free course more": func(t *testing.T, s *scene) { s.fill(t, s.Free.For(0)) },
		"course withdrawn": func(t *testing.T, s *scene) {
			exec(t, s.DB, "UPDATE ly_course SET published = 0 WHERE id = ?", s.Plain.ID)
		},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				s.fill(t, s.Plain.For(0), s.Rate.For(0))
				before := s.quote(t, models.Choice{}).Seal()
				change(t, s)
				if after := s.quote(t, models.Choice{}).Seal(); after == before {
					t.Errorf("the seal is still %s", after)
				}
			})
		})
	}
}

func swap(t *testing.T, s *scene, out int64, in models.Offer) {
	t.Helper()
	if err := s.RemoveFromCart(t.Context(), s.ann.ID, out); err != nil {
		t.Fatal(err)
	}
	s.fill(t, in)
}

func TestSealStays(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		s.fill(t, s.Plain.For(0), s.Rate.For(0))
		coupon := s.give(t, modelstest.CouponOff)
		before := s.quote(t, models.Choice{}).Seal()
		s.clock.forward(time.Hour)
		for _, choice := range []models.Choice{{}, {Coupon: coupon.ID}, {Points: 100}, {Coupon: coupon.ID, Points: 10}} {
			if q := s.quote(t, choice); q.Seal() != before || !q.Keeps(before, choice.Coupon) {
				t.Errorf("%+v: got %s, want %s", choice, q.Seal(), before)
			}
		}
		if got := models.SealedTotal(before); got != 310_00+351_99 {
			t.Errorf("sealed total: got %v, want 661.99", got)
		}
	})
}

// If a coupon takes off another sum than the page said, the seal no longer holds for students who
// chose that coupon, and still holds for all others.
func TestSealHoldsTheCoupon(t *testing.T) {
	for name, c := range map[string]struct {
		seen bool // the page offered the coupon
		sale string
	}{
		"takes less": {true, "-5"}, "takes more": {true, "-55"}, "a rate": {true, "*0.9"}, "was not offered": {false, "-50"},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				s.fill(t, s.Plain.For(0))
				form := s.form(t, "page", models.Choice{})
				coupon := s.give(t, modelstest.CouponOff)
				if c.seen {
					form = s.form(t, "page", models.Choice{})
				}
				exec(t, s.DB, "UPDATE ly_coupon SET sale = ? WHERE name = ?", c.sale, modelstest.CouponOff)
				form.Coupon = coupon.ID
				if o, err := s.PlaceOrder(t.Context(), form); !errors.Is(err, models.ErrPriceChanged) {
					t.Errorf("with the coupon: got an order of %s, %v; want ErrPriceChanged", o.RealPrice, err)
				}
				form.Coupon = 0
				if o, err := s.PlaceOrder(t.Context(), form); err != nil || o.RealPrice != 310_00 {
					t.Errorf("without it: got an order of %s, %v; want one of 310.00", o.RealPrice, err)
				}
			})
		})
	}
}

func TestSealedTotalOfForgery(t *testing.T) {
	t.Parallel()
	for _, seal := range []string{"", "-", "x-y", "-5.00-abc", "1e9-abc"} {
		if got := models.SealedTotal(seal); got != 0 {
			t.Errorf("%q: got %v, want 0", seal, got)
		}
	}
}

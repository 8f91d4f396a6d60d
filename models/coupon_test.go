package models_test

import (
	"errors"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

// Each case changes a coupon of -50 from 100.00 that could be used for an order of 310.00.
func TestCouponThatCannotBeUsed(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*testing.T, *scene, models.UserCoupon)
		why   string // shown beside the coupon; empty if it is not listed at all
	}{
		"not begun": {func(t *testing.T, s *scene, c models.UserCoupon) {
			exec(t, s.DB, "UPDATE ly_user_coupon SET start_time = ? WHERE id = ?", noon.Add(time.Hour), c.ID)
		}, "还没到时间，2026-03-01 13:00 起可用"},
		"ended":      {func(_ *testing.T, s *scene, c models.UserCoupon) { s.clock.now = c.EndTime }, "已于 2026-03-31 12:00 过期"},
		"long ended": {func(_ *testing.T, s *scene, c models.UserCoupon) { s.clock.now = c.EndTime.AddDate(0, 0, 30) }, ""},
		"too small":  {func(t *testing.T, s *scene, _ models.UserCoupon) { swap(t, s, s.Plain.ID, s.Plain.For(30)) }, "满 ¥100.00 可用"},
		"held": {func(t *testing.T, s *scene, c models.UserCoupon) {
			modelstest.PlaceOrder(t, s.DB, s.ann, models.Choice{Coupon: c.ID})
		}, "已用于待付款的订单"},
		"used": {func(t *testing.T, s *scene, c models.UserCoupon) {
			order := modelstest.PlaceOrder(t, s.DB, s.ann, models.Choice{Coupon: c.ID})
			_, trade := s.attempt(t, order)
			s.confirm(t, trade)
			s.fill(t, s.Plain.For(0))
		}, ""},
		"another's": {func(t *testing.T, s *scene, c models.UserCoupon) {
			bob := student(t, s.DB, "bob")
			exec(t, s.DB, "UPDATE ly_user_coupon SET user_id = ? WHERE id = ?", bob.ID, c.ID)
		}, ""},
		"saves nothing": {func(t *testing.T, s *scene, _ models.UserCoupon) {
			exec(t, s.DB, "UPDATE ly_coupon SET sale = '*1'")
		}, "对本单没有优惠"},
		"malformed": {func(t *testing.T, s *scene, _ models.UserCoupon) {
			exec(t, s.DB, "UPDATE ly_coupon SET sale = 'half'")
		}, "优惠规则有误，请联系客服"},
		"not there": {func(t *testing.T, s *scene, c models.UserCoupon) {
			exec(t, s.DB, "DELETE FROM ly_user_coupon WHERE id = ?", c.ID)
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				s.fill(t, s.Plain.For(0))
				coupon := s.give(t, modelstest.CouponOff)
				c.spoil(t, s, coupon)
				q, err := s.Checkout(t.Context(), s.ann.ID, models.Choice{Coupon: coupon.ID})
				if !errors.Is(err, models.ErrCoupon) || q.CouponOff != 0 || q.Real != q.Total {
					t.Errorf("checkout: got %v off, %v to pay, %v; want the full price and ErrCoupon", q.CouponOff, q.Real, err)
				}
				why := ""
				for _, offer := range q.Coupons {
					why = offer.Why
					if (offer.HeldBy != "") != (name == "held") || (offer.Missing > 0) != (name == "too small") {
						t.Errorf("got held by %q and %v missing", offer.HeldBy, offer.Missing)
					}
				}
				if why != c.why || len(q.Coupons) == 1 != (c.why != "") {
					t.Errorf("got %d coupons listed, %q; want %q", len(q.Coupons), why, c.why)
				}
				orders := sum(t, s.DB, "SELECT COUNT(*) FROM ly_order")
				_, err = s.PlaceOrder(t.Context(), s.form(t, "page", models.Choice{Coupon: coupon.ID}))
				if !errors.Is(err, models.ErrCoupon) {
					t.Errorf("place order: got %v, want ErrCoupon", err)
				}
				if got := sum(t, s.DB, "SELECT COUNT(*) FROM ly_order"); got != orders {
					t.Errorf("got %d orders, want %d", got, orders)
				}
			})
		})
	}
}

func TestCouponAndPointsRefusedTogether(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		s.fill(t, s.Plain.For(30))
		q, err := s.Checkout(t.Context(), s.ann.ID, models.Choice{Coupon: 404, Points: 1001})
		if !errors.Is(err, models.ErrCoupon) || !errors.Is(err, models.ErrPoints) || q.Real != 99_00 {
			t.Errorf("got %v to pay, %v; want the full price and both errors", q.Real, err)
		}
	})
}

func TestUsableCouponsComeFirst(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		s.fill(t, s.Plain.For(30)) // 99.00, too little for the first kind
		tooSmall := s.give(t, modelstest.CouponOff)
		later, sooner := s.give(t, modelstest.CouponRate), s.give(t, modelstest.CouponRate)
		ended := s.give(t, modelstest.CouponRate)
		exec(t, s.DB, "UPDATE ly_user_coupon SET end_time = ? WHERE id = ?", noon.Add(-time.Hour), ended.ID)
		exec(t, s.DB, "UPDATE ly_user_coupon SET end_time = ? WHERE id = ?", noon.Add(time.Hour), sooner.ID)
		exec(t, s.DB, "UPDATE ly_user_coupon SET end_time = ? WHERE id = ?", noon.Add(time.Minute), tooSmall.ID)
		var got [4]int64
		for i, offer := range s.quote(t, models.Choice{}).Coupons {
			got[i] = offer.ID
		}
		if want := [4]int64{sooner.ID, later.ID, tooSmall.ID, ended.ID}; got != want {
			t.Errorf("got %v, want %v: usable ones by their end, the others last", got, want)
		}
	})
}

func TestGiveCoupon(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		coupon := s.give(t, modelstest.CouponRate)
		stored := rows[models.UserCoupon](t, s.DB, "id = ?", coupon.ID)[0]
		if !stored.StartTime.Equal(noon) || !stored.EndTime.Equal(noon.AddDate(0, 0, 7)) ||
			stored.OrderID != nil || stored.UsedAt != nil {
			t.Errorf("got %+v, want a free coupon for seven days from now", stored)
		}
		if _, err := s.GiveCoupon(t.Context(), s.ann.ID, "no such kind"); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("unknown kind: got %v, want ErrNotFound", err)
		}
	})
}

package models_test

import (
	"errors"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

// spoiling is a cart of 310.00 and a coupon of -50 from 100.00 that could be used for it.
type spoiling struct {
	*scene
	t      *testing.T
	coupon models.UserCoupon
}

func (c spoiling) exec(statement string, args ...any) {
	c.t.Helper()
	exec(c.t, c.DB, statement, args...)
}

func (c spoiling) order() models.Order {
	c.t.Helper()
	return modelstest.PlaceOrder(c.t, c.DB, c.ann, models.Choice{Coupon: c.coupon.ID})
}

func TestCouponThatCannotBeUsed(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(spoiling)
		why   string // shown beside the coupon; empty if it is not listed at all
	}{
		"not begun": {func(c spoiling) {
			c.exec("UPDATE ly_user_coupon SET start_time = ?", noon.Add(time.Hour))
		}, "还没到时间，2026-03-01 13:00 起可用"},
		"ended":      {func(c spoiling) { c.clock.now = c.coupon.EndTime }, "已于 2026-03-31 12:00 过期"},
		"long ended": {func(c spoiling) { c.clock.now = c.coupon.EndTime.AddDate(0, 0, 30) }, ""},
		"too small":  {func(c spoiling) { swap(c.t, c.scene, c.Plain.ID, c.Plain.For(30)) }, "满 ¥100.00 可用"},
		"held":       {func(c spoiling) { c.order() }, "已用于待付款的订单"},
		"another's": {
			func(c spoiling) { c.exec("UPDATE ly_user_coupon SET user_id = ?", student(c.t, c.DB, "bob").ID) }, "",
		},
		"saves nothing": {func(c spoiling) { c.exec("UPDATE ly_coupon SET sale = '*1'") }, "对本单没有优惠"},
		"malformed":     {func(c spoiling) { c.exec("UPDATE ly_coupon SET sale = 'half'") }, "优惠规则有误，请联系客服"},
		"not there":     {func(c spoiling) { c.exec("DELETE FROM ly_user_coupon") }, ""},
		"used": {func(c spoiling) {
			_, trade := c.attempt(c.t, c.order())
			c.confirm(c.t, trade)
			c.fill(c.t, c.Plain.For(0))
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				s.fill(t, s.Plain.For(0))
				coupon := s.give(t, modelstest.CouponOff)
				c.spoil(spoiling{s, t, coupon})
				choice := models.Choice{Coupon: coupon.ID}
				q, err := s.Checkout(t.Context(), s.ann.ID, choice)
				if !errors.Is(err, models.ErrCoupon) || q.CouponOff != 0 || q.Real != q.Total {
					t.Errorf("checkout: got %v off, %v to pay, %v; want the full price and ErrCoupon", q.CouponOff, q.Real, err)
				}
				wantWhyNot(t, q.Coupons, c.why)
				orders := sum(t, s.DB, "SELECT COUNT(*) FROM ly_order")
				if _, err = s.PlaceOrder(t.Context(), s.form(t, "page", choice)); !errors.Is(err, models.ErrCoupon) {
					t.Errorf("place order: got %v, want ErrCoupon", err)
				}
				if got := sum(t, s.DB, "SELECT COUNT(*) FROM ly_order"); got != orders {
					t.Errorf("got %d orders, want %d", got, orders)
				}
			})
		})
	}
}

// wantWhyNot wants one coupon listed, with the reason why it cannot be used and what belongs to that
// reason, or none if there is no reason.
func wantWhyNot(t *testing.T, listed []models.CouponOffer, why string) {
	t.Helper()
	if why == "" {
		if len(listed) != 0 {
			t.Errorf("got %+v, want no coupon listed", listed)
		}
		return
	}
	if len(listed) != 1 || listed[0].Why != why {
		t.Fatalf("got %+v, want one coupon: %s", listed, why)
	}
	held, small := why == "已用于待付款的订单", why == "满 ¥100.00 可用"
	if offer := listed[0]; (offer.HeldBy != "") != held || (offer.Missing > 0) != small {
		t.Errorf("%s: got held by %q and %v missing", why, offer.HeldBy, offer.Missing)
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

package models_test

import (
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

// coupons reads a tab of ann's and checks that the counts of all tabs are those.
func (s *scene) coupons(t testing.TB, tab models.CouponTab, usable, used, expired int) []models.MyCoupon {
	t.Helper()
	list, err := s.MyCoupons(t.Context(), s.ann.ID, tab, 1)
	if err != nil {
		t.Fatal(err)
	}
	want := map[models.CouponTab]int{
		models.CouponsUsable: usable, models.CouponsUsed: used, models.CouponsExpired: expired,
	}
	for tab, n := range want {
		if list.Counts[tab] != n {
			t.Errorf("%s: got %d, want %d", tab, list.Counts[tab], n)
		}
	}
	if len(list.Coupons) != want[tab] || list.Tab != tab {
		t.Fatalf("%s: got %d coupons of %s, want %d", tab, len(list.Coupons), list.Tab, want[tab])
	}
	return list.Coupons
}

func TestMyCoupons(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		s.coupons(t, models.CouponsUsable, 0, 0, 0)
		off, rate := s.give(t, modelstest.CouponOff), s.give(t, modelstest.CouponRate)
		bob := student(t, s.DB, "bob")
		if _, err := s.GiveCoupon(t.Context(), bob.ID, modelstest.CouponOff); err != nil {
			t.Fatal(err)
		}
		s.coupons(t, models.CouponsUsable, 2, 0, 0)

		s.fill(t, s.Plain.For(0))
		order := modelstest.PlaceOrder(t, s.DB, s.ann, models.Choice{Coupon: off.ID})
		_, trade := s.attempt(t, order)
		s.clock.now = off.EndTime.Add(time.Second)
		if rate.EndTime.After(s.clock.now) {
			s.clock.now = rate.EndTime
		}
		held := s.coupons(t, models.CouponsUsable, 1, 0, 1)[0]
		if held.Name != modelstest.CouponOff || held.OrderNumber != order.OrderNumber ||
			held.ConditionPrice != 100_00 || held.Sale != "-50" {
			t.Errorf("held: got %+v, want that of order %s", held, order.OrderNumber)
		}
		gone := s.coupons(t, models.CouponsExpired, 1, 0, 1)[0]
		if gone.Name != modelstest.CouponRate || !gone.EndTime.Equal(rate.EndTime) {
			t.Errorf("expired: got %+v", gone)
		}
		s.confirm(t, trade)
		used := s.coupons(t, models.CouponsUsed, 0, 1, 1)[0]
		if used.OrderNumber != order.OrderNumber || used.UsedAt == nil || !used.UsedAt.Equal(s.Now()) {
			t.Errorf("used: got %+v, want it used now by %s", used, order.OrderNumber)
		}
	})
}

func TestMyCouponsPages(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		for range models.CouponsPerPage + 1 {
			s.give(t, modelstest.CouponOff)
			s.clock.forward(time.Minute)
		}
		for page, want := range map[int]struct{ shown, coupons int }{
			1: {1, models.CouponsPerPage}, 2: {2, 1}, 0: {1, models.CouponsPerPage}, 1_000_000_000: {2, 1},
		} {
			list, err := s.MyCoupons(t.Context(), s.ann.ID, models.CouponsUsable, page)
			if err != nil || list.Page != want.shown || list.Pages != 2 || len(list.Coupons) != want.coupons {
				t.Errorf("page %d: got page %d of %d, %d coupons, %v; want %+v",
					page, list.Page, list.Pages, len(list.Coupons), err, want)
			}
		}
	})
}

func TestSaleText(t *testing.T) {
	t.Parallel()
	for sale, want := range map[string]string{
		"-50": "减 ¥50.00", "-0.5": "减 ¥0.50", "*0.9": "9 折", "*0.88": "8.8 折",
		"*0.885": "8.85 折", "*0.8888": "8.888 折", "*0.05": "0.5 折",
		"*1": "10 折", "*0": "免费", "": "", "-": "-", "*": "*", "9折": "9折", "*9": "*9",
	} {
		if got := models.SaleText(sale); got != want {
			t.Errorf("%q: got %q, want %q", sale, got, want)
		}
	}
}

func TestParseCouponTab(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]models.CouponTab{
		"used": models.CouponsUsed, "expired": models.CouponsExpired,
		"usable": models.CouponsUsable, "": models.CouponsUsable,
		"USED": models.CouponsUsable, "' OR 1=1": models.CouponsUsable,
	} {
		if got := models.ParseCouponTab(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestConditionText(t *testing.T) {
	t.Parallel()
	for least, want := range map[models.Fen]string{0: "无门槛", 1: "满 ¥0.01 可用", 1000_00: "满 ¥1,000.00 可用"} {
		if got := models.ConditionText(least); got != want {
			t.Errorf("%s: got %q, want %q", least, got, want)
		}
	}
}

package models_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

func TestOffers(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		for _, c := range []struct {
			course   modelstest.Course
			days     int
			text     string
			list     models.Fen
			sale     models.Fen
			discount string
		}{
			{s.Plain, 30, "一个月有效", 99_00, 99_00, ""},
			{s.Plain, 0, "永久有效", 310_00, 310_00, ""},
			{s.Free, 60, "两个月有效", 59_00, 0, "限时免费"},
			{s.Free, 0, "永久有效", 128_00, 0, "限时免费"},
			{s.Rate, 30, "一个月有效", 133_33, 117_33, "限时折扣"},
			{s.Rate, 0, "永久有效", 399_99, 351_99, "限时折扣"},
			{s.Off, 30, "一个月有效", 88_00, 0, "限时减免"},
			{s.Off, 90, "三个月有效", 208_00, 108_00, "限时减免"},
			{s.Step, 30, "一个月有效", 90_00, 90_00, ""}, // below the first step nothing is reduced, so nothing is named
			{s.Step, 60, "两个月有效", 150_00, 140_00, "满减"},
			{s.Step, 0, "永久有效", 300_00, 255_00, "满减"},
		} {
			got := c.course.For(c.days)
			if got.ExpireText != c.text || got.Price != c.list || got.SalePrice != c.sale || got.DiscountName != c.discount {
				t.Errorf("%s for %d days: got %+v, want %+v", c.course.Name, c.days, got, c)
			}
			if hasEnd := !got.DiscountEnds.IsZero(); hasEnd != (c.discount != "") {
				t.Errorf("%s for %d days: got end of discount %v", c.course.Name, c.days, got.DiscountEnds)
			}
		}
	})
}

// discountPlain gives the course without a discount a new activity.
func discountPlain(t *testing.T, s *scene, start, end time.Time, kind, sale string) {
	t.Helper()
	err := s.Import(t.Context(), models.Catalogue{Activities: []models.CatalogueActivity{{
		Name: kind + sale, Start: start, End: end,
		Discounts: []models.CatalogueDiscount{{Course: s.Plain.Name, Type: kind, Sale: sale}},
	}}})
	if err != nil {
		t.Fatalf("import activity: %v", err)
	}
}

func TestActivityHoldsFromStartUntilEnd(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		start, end := noon.Add(time.Hour), noon.Add(2*time.Hour)
		discountPlain(t, s, start.In(models.Beijing), end.In(models.Beijing), "off", "-10")
		s.fill(t, s.Plain.For(0))
		for _, c := range []struct {
			at   time.Time
			want models.Fen
		}{
			{start.Add(-time.Microsecond), 310_00},
			{start, 300_00},
			{end.Add(-time.Microsecond), 300_00},
			{end, 310_00},
		} {
			s.clock.now = c.at
			if got := s.quote(t, models.Choice{}).Real; got != c.want {
				t.Errorf("at %v: got %v, want %v", c.at, got, c.want)
			}
		}
	})
}

func TestBestOfSeveralDiscountsCounts(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		for _, sale := range []string{"-10", "-30", "-20"} {
			discountPlain(t, s, noon, noon.Add(time.Hour), "off", sale)
		}
		s.fill(t, s.Plain.For(0))
		if got := s.quote(t, models.Choice{}).Real; got != 280_00 {
			t.Errorf("got %v, want 280.00", got)
		}
	})
}

func TestDiscountThatDoesNotCount(t *testing.T) {
	for name, change := range map[string]string{
		"activity not published":     "UPDATE ly_activity SET published = 0 WHERE name = 'off-10'",
		"rule that cannot be read":   "UPDATE ly_discount SET sale = '10 off' WHERE sale = '-10'",
		"price below the condition":  "UPDATE ly_discount SET condition_price = 31001 WHERE sale = '-10'",
		"type that nobody knows":     "UPDATE ly_discount SET discount_type = 9 WHERE sale = '-10'",
		"discount of another course": "UPDATE ly_discount SET course_id = (SELECT id FROM ly_course WHERE name = 'MySQL 进阶') WHERE sale = '-10'",
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				discountPlain(t, s, noon, noon.Add(time.Hour), "off", "-10")
				exec(t, s.DB, change)
				s.fill(t, s.Plain.For(0))
				if got := s.quote(t, models.Choice{}); got.Real != 310_00 || got.Discount != 0 || got.Lines[0].DiscountName != "" {
					t.Errorf("got %v after a discount of %v named %q, want the list price",
						got.Real, got.Discount, got.Lines[0].DiscountName)
				}
			})
		})
	}
}

func TestQuoteAddsUp(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		off, rate := s.give(t, modelstest.CouponOff).ID, s.give(t, modelstest.CouponRate).ID
		s.fill(t, s.Plain.For(0), s.Rate.For(30), s.Free.For(0)) // 310.00 + 117.33 + 0.00
		for _, c := range []struct {
			choice          models.Choice
			coupon, pts, to models.Fen
		}{
			{models.Choice{}, 0, 0, 427_33},
			{models.Choice{Coupon: off}, 50_00, 0, 377_33},
			{models.Choice{Coupon: rate}, 42_73, 0, 384_60}, // 384.597 rounds up
			{models.Choice{Points: 7}, 0, 70, 426_63},
			{models.Choice{Coupon: off, Points: 1000}, 50_00, 100_00, 277_33},
		} {
			q := s.quote(t, c.choice)
			if q.Total != 571_33 || q.Discount != 144_00 || q.CouponOff != c.coupon || q.PointsOff != c.pts || q.Real != c.to {
				t.Errorf("%+v: got %v - %v - %v - %v = %v, want 571.33 - 144.00 - %v - %v = %v",
					c.choice, q.Total, q.Discount, q.CouponOff, q.PointsOff, q.Real, c.coupon, c.pts, c.to)
			}
			var shares models.Fen
			for i, share := range q.Shares {
				shares += share
				if share < 0 || share > q.Lines[i].SalePrice {
					t.Errorf("%+v: line %d of %v costs %v", c.choice, i, q.Lines[i].SalePrice, share)
				}
			}
			if shares != q.Real {
				t.Errorf("%+v: the lines add up to %v, want %v", c.choice, shares, q.Real)
			}
		}
	})
}

func TestQuoteTakesOnlyWhatIsSelected(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		s.fill(t, s.Plain.For(30), s.Rate.For(30))
		err := s.PutInCart(t.Context(), models.CartItem{UserID: s.ann.ID, CourseID: s.Rate.ID, Expire: s.Rate.For(30).Expire})
		if err != nil {
			t.Fatal(err)
		}
		if q := s.quote(t, models.Choice{}); len(q.Lines) != 1 || q.Lines[0].CourseID != s.Plain.ID || q.Real != 99_00 {
			t.Errorf("got %d lines for %v, want the selected one for 99.00", len(q.Lines), q.Real)
		}
	})
}

func TestPointsBounds(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		s.fill(t, s.Off.For(60)) // 48.00, so 480 of the 1,000 points
		for points, ok := range map[int64]bool{
			-1: false, 0: true, 1: true, 480: true, 481: false, 1000: false, 1 << 62: false,
		} {
			q, err := s.Checkout(t.Context(), s.ann.ID, models.Choice{Points: points})
			want, off := error(nil), models.PointsWorth(points)
			if !ok {
				want, off = models.ErrPoints, 0
			}
			if !errors.Is(err, want) || q.PointsOff != off || q.Real != 48_00-off || q.MaxPoints != 480 {
				t.Errorf("%d points: got %v off, %v left, at most %d, %v; want %v off, %v",
					points, q.PointsOff, q.Real, q.MaxPoints, err, off, want)
			}
		}
	})
}

func TestPointsHeldByAnotherOrderAreNotFree(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		s.fill(t, s.Plain.For(0))
		modelstest.PlaceOrder(t, s.DB, s.ann, models.Choice{Points: 900})
		q, err := s.Checkout(t.Context(), s.ann.ID, models.Choice{Points: 101})
		if !errors.Is(err, models.ErrPoints) || q.FreePoints != 100 || q.MaxPoints != 100 {
			t.Errorf("got %d free, at most %d, %v; want 100, 100, ErrPoints", q.FreePoints, q.MaxPoints, err)
		}
	})
}

// The seal is what a student saw without choosing it: it must change with these, and only these.
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

// What a coupon takes off was read on the page: another reduction is another quote for who chose
// it, and nobody else's business.
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

func TestCheckoutWithoutCourses(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		if _, err := s.Checkout(t.Context(), s.ann.ID, models.Choice{}); !errors.Is(err, models.ErrEmptyCart) {
			t.Errorf("got %v, want ErrEmptyCart", err)
		}
	})
}

// A student who is about to pay twice for one course is told what there is already.
func TestQuoteLooksBack(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		modelstest.Paid(t, s.DB, s.ann, s.Plain.For(30))
		overdue := s.order(t, s.Step.For(30))
		s.clock.forward(modelstest.TTL)
		unpaid := s.order(t, s.Rate.For(30)) // and the step course, still in the cart
		bob := student(t, s.DB, "bob")
		modelstest.Order(t, s.DB, bob, s.Off.For(60))
		s.fill(t, s.Plain.For(0), s.Off.For(60))
		q := s.quote(t, models.Choice{})
		if right := q.Rights[s.Plain.ID]; len(q.Rights) != 1 || !right.End.Equal(noon.AddDate(0, 0, 30)) {
			t.Errorf("rights: got %+v, want the plain course for 30 days", q.Rights)
		}
		want := []string{"", "", unpaid.OrderNumber, unpaid.OrderNumber}
		got := []string{q.Unpaid[s.Plain.ID], q.Unpaid[s.Off.ID], q.Unpaid[s.Rate.ID], q.Unpaid[s.Step.ID]}
		if !slices.Equal(got, want) {
			t.Errorf("unpaid: got %v, want %v (and never the overdue %s)", got, want, overdue.OrderNumber)
		}
	})
}

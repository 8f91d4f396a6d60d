package models_test

import (
	"errors"
	"slices"
	"testing"

	"luffy/models"
	"luffy/models/modelstest"
)

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

func TestCheckoutWithoutCourses(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		if _, err := s.Checkout(t.Context(), s.ann.ID, models.Choice{}); !errors.Is(err, models.ErrEmptyCart) {
			t.Errorf("got %v, want ErrEmptyCart", err)
		}
	})
}

// A student who is about to pay for a course twice is told what they have already.
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

package models_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

// revoked lists the courses of the order whose purchase records do not stand any more.
func (s *scene) revoked(t testing.TB, order models.Order) []int64 {
	t.Helper()
	view, err := s.Order(t.Context(), s.ann.ID, order.OrderNumber)
	if err != nil {
		t.Fatal(err)
	}
	var courses []int64
	for _, line := range view.Lines {
		if line.Revoked {
			courses = append(courses, line.CourseID)
		}
	}
	return courses
}

// discounted is a paid order of 310.00 + 351.99 with a coupon of 50.00 and 301 points.
func (s *scene) discounted(t testing.TB) (models.Order, models.UserCoupon) {
	t.Helper()
	coupon := s.give(t, modelstest.CouponOff)
	s.fill(t, s.Plain.For(0), s.Rate.For(0))
	order := modelstest.PlaceOrder(t, s.DB, s.ann, models.Choice{Coupon: coupon.ID, Points: 301})
	_, trade := s.attempt(t, order)
	s.confirm(t, trade)
	return order, coupon
}

func TestRefundOfALine(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order, coupon := s.discounted(t)
		foldAll(t, s.DB)
		refund := s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Line: 1})
		for range 2 {
			s.finish(t, refund)
		}
		got := s.read(t, order)
		if got.OrderStatus != models.OrderPaid || got.RefundedAmount != refund.Amount || got.ClosedAt != nil {
			t.Errorf("got %v, %s back; want a paid order of which %s went back",
				got.OrderStatus, got.RefundedAmount, refund.Amount)
		}
		if got := s.revoked(t, order); !slices.Equal(got, []int64{s.Plain.ID}) {
			t.Errorf("got revoked courses %v, want only %d", got, s.Plain.ID)
		}
		// 301 points × 310.00 / 661.99, rounded down.
		if credit, _ := s.points(t); credit != 699+140 {
			t.Errorf("got %d points, want 839", credit)
		}
		if used := rows[models.UserCoupon](t, s.DB, "id = ?", coupon.ID)[0]; used.UsedAt == nil {
			t.Error("the coupon is free again, want it used while a part of the order stands")
		}
		foldAll(t, s.DB)
		if plain, rate := studentsOf(t, s.DB, s.Plain.ID), studentsOf(t, s.DB, s.Rate.ID); plain != 0 || rate != 1 {
			t.Errorf("got %d and %d students, want 0 and 1", plain, rate)
		}
		wantClean(t, s.DB)
	})
}

// Whatever the steps, once all has gone back everything has.
func TestRefundInFull(t *testing.T) {
	for name, steps := range map[string][]models.NewRefund{
		"at once":            {{}},
		"line by line":       {{Line: 2}, {Line: 1}},
		"a line and a rest":  {{Line: 1}, {}},
		"sums":               {{Amount: 1}, {Amount: 300_00}, {}},
		"a sum and a line":   {{Amount: 10_00}, {Line: 2}, {}},
		"the whole as a sum": {{Amount: 581_89}},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				order, coupon := s.discounted(t)
				for _, step := range steps {
					step.OrderNumber = order.OrderNumber
					refund := s.refund(t, step)
					s.finish(t, refund)
					s.finish(t, refund)
					wantClean(t, s.DB)
				}
				got := s.read(t, order)
				if got.OrderStatus != models.OrderRefunded || got.RefundedAmount != order.RealPrice ||
					got.RefundedAt == nil || got.ClosedAt != nil {
					t.Errorf("got %v, %s back at %v, closed at %v; want 已退款, all of %s, never closed",
						got.OrderStatus, got.RefundedAmount, got.RefundedAt, got.ClosedAt, order.RealPrice)
				}
				if got := s.revoked(t, order); len(got) != 2 {
					t.Errorf("got revoked courses %v, want both", got)
				}
				if credit, held := s.points(t); credit != 1000 || held != 0 {
					t.Errorf("got %d points, %d held; want all 1000 free", credit, held)
				}
				free := rows[models.UserCoupon](t, s.DB, "id = ?", coupon.ID)[0]
				if free.OrderID != nil || free.UsedAt != nil || !free.EndTime.Equal(coupon.EndTime) {
					t.Errorf("coupon: got %+v, want it free until the same day", free)
				}
				foldAll(t, s.DB)
				if n := studentsOf(t, s.DB, s.Plain.ID) + studentsOf(t, s.DB, s.Rate.ID); n != 0 {
					t.Errorf("got %d students, want none", n)
				}
			})
		})
	}
}

func TestRefundOfASumRevokesNothing(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order, _ := s.discounted(t)
		s.finish(t, s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Amount: 400_00}))
		if got := s.revoked(t, order); len(got) != 0 {
			t.Errorf("got revoked courses %v, want none", got)
		}
		if credit, _ := s.points(t); credit != 699 {
			t.Errorf("got %d points, want 699", credit)
		}
		wantClean(t, s.DB)
	})
}

// Sixteen callers learn at once that both halves of an order are back.
func TestRefundsFinishedAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order, _ := s.discounted(t)
		halves := [2]models.Refund{
			s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Line: 1}),
			s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Line: 2}),
		}
		together(16, func(i int) { s.finish(t, halves[i%2]) })
		if got := s.read(t, order); got.OrderStatus != models.OrderRefunded || got.RefundedAmount != order.RealPrice {
			t.Errorf("got %v, %s back; want 已退款, %s", got.OrderStatus, got.RefundedAmount, order.RealPrice)
		}
		if credit, _ := s.points(t); credit != 1000 {
			t.Errorf("got %d points, want 1000", credit)
		}
		wantClean(t, s.DB)
	})
}

// A course bought three times for 30, 60 and 90 days: what is given back never was, and the others
// stand with terms of their own.
func TestRefundShortensWhatItExtended(t *testing.T) {
	for name, c := range map[string]struct {
		refunded []int // which purchases
		want     time.Time
	}{
		"the first":     {[]int{0}, noon.AddDate(0, 0, 60+90)},
		"the middle":    {[]int{1}, noon.AddDate(0, 0, 30+90)},
		"the last":      {[]int{2}, noon.AddDate(0, 0, 30+60)},
		"first and mid": {[]int{0, 1}, noon.AddDate(0, 0, 90)},
		"all":           {[]int{2, 0, 1}, time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				var orders []models.Order
				for _, days := range []int{30, 60, 90} {
					order, _ := modelstest.Paid(t, s.DB, s.ann, s.Plain.For(days))
					orders = append(orders, order)
				}
				s.clock.forward(24 * time.Hour)
				for _, i := range c.refunded {
					s.finish(t, s.refund(t, models.NewRefund{OrderNumber: orders[i].OrderNumber}))
				}
				if right := s.right(t, s.Plain.ID); right.Records != 3-len(c.refunded) || !right.End.Equal(c.want) {
					t.Errorf("got %d records until %v, want %d until %v", right.Records, right.End, 3-len(c.refunded), c.want)
				}
				foldAll(t, s.DB)
				want := int64(1)
				if c.want.IsZero() {
					want = 0
				}
				if n := studentsOf(t, s.DB, s.Plain.ID); n != want {
					t.Errorf("got %d students, want %d", n, want)
				}
				wantClean(t, s.DB)
			})
		})
	}
}

// A refund moves the terms of its own course alone.
func TestRefundShortensNoOtherCourse(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		modelstest.Paid(t, s.DB, s.ann, s.Rate.For(30))
		first, _ := modelstest.Paid(t, s.DB, s.ann, s.Plain.For(30))
		modelstest.Paid(t, s.DB, s.ann, s.Plain.For(60))
		s.finish(t, s.refund(t, models.NewRefund{OrderNumber: first.OrderNumber}))
		for course, days := range map[int64]int{s.Rate.ID: 30, s.Plain.ID: 60} {
			if got, want := s.right(t, course).End, noon.AddDate(0, 0, days); !got.Equal(want) {
				t.Errorf("course %d: got end %v, want %v", course, got, want)
			}
		}
	})
}

// A right bought when the earlier one was over began on its own day, and a term after a gap keeps the gap.
func TestRefundKeepsATermAfterAGap(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		first, _ := modelstest.Paid(t, s.DB, s.ann, s.Plain.For(30))
		s.clock.forward(40 * 24 * time.Hour)
		_, trade := modelstest.Paid(t, s.DB, s.ann, s.Plain.For(30))
		s.finish(t, s.refund(t, models.NewRefund{OrderNumber: first.OrderNumber}))
		if right, want := s.right(t, s.Plain.ID), trade.PaidAt.AddDate(0, 0, 30); !right.End.Equal(want) {
			t.Errorf("got until %v, want %v", right.End, want)
		}
	})
}

func TestRefundOfASurplusTouchesNoOrder(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.order(t, s.Plain.For(30))
		first, trade := s.attempt(t, order)
		if err := s.ClosePayment(t.Context(), first.ID, "TRADE_CLOSED"); err != nil {
			t.Fatal(err)
		}
		_, second := s.attempt(t, order)
		s.confirm(t, second)
		s.confirm(t, trade)
		tasks := s.claimRefunds(t)
		if len(tasks) != 1 {
			t.Fatalf("got %d refunds, want 1", len(tasks))
		}
		s.finish(t, tasks[0].Refund)
		if got := rows[models.Payment](t, s.DB, "id = ?", first.ID)[0].State; got != models.PaymentReturned {
			t.Errorf("got payment %s, want returned", got)
		}
		got := s.read(t, order)
		if got.OrderStatus != models.OrderPaid || got.RefundedAmount != 0 || len(s.revoked(t, order)) != 0 {
			t.Errorf("got %v, %s back; want the paid order untouched", got.OrderStatus, got.RefundedAmount)
		}
		wantClean(t, s.DB)
	})
}

func TestFinishRefundThatIsNotThere(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		if err := s.FinishRefund(t.Context(), 404, s.Now()); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("got %v, want ErrNotFound", err)
		}
	})
}

// Alipay makes a refund that it had refused, after the line went back by another: no points go back
// for the line again.
func TestRefusedRefundOfALineThatWentBack(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order, _ := s.discounted(t)
		refused := s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Line: 1})
		s.refuse(t, refused)
		s.finish(t, s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Line: 1}))
		before, _ := s.points(t)
		s.finish(t, refused)
		if after, _ := s.points(t); after != before {
			t.Errorf("got %d points, want %d as before", after, before)
		}
		if got := s.read(t, order).RefundedAmount; got != 2*refused.Amount {
			t.Errorf("got %s back, want twice %s", got, refused.Amount)
		}
		wantClean(t, s.DB)
	})
}

// A bare sum goes back, just that of the line of an open request, then the other line: with that all
// of the order has gone back, and the request ends.
func TestRequestEndsWithItsOrder(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.twoLines(t)
		s.requestRefund(t, order, 2)
		s.finish(t, s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Amount: 117_33}))
		s.finish(t, s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Line: 1}))
		if got := s.read(t, order).OrderStatus; got != models.OrderRefunded {
			t.Errorf("got %v, want refunded", got)
		}
		s.wantSteps(t, order, "", models.StepRefunded)
		wantClean(t, s.DB)
	})
}

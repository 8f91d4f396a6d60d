package models_test

import (
	"testing"

	"luffy/models"
	"luffy/models/modelstest"
)

// unheld is ann's order of 160.00 with a coupon and 300 points, as an older shop left it: it holds
// neither of them.
func (s *scene) unheld(t *testing.T) (models.Order, models.UserCoupon, models.PaidTrade) {
	t.Helper()
	order, coupon := s.holding(t)
	exec(t, s.DB, "UPDATE ly_user_coupon SET order_id = NULL")
	exec(t, s.DB, "UPDATE ly_user SET credit_held = 0")
	return order, coupon, modelstest.Trade(s.DB, models.Payment{OutTradeNo: order.OrderNumber, Amount: order.RealPrice})
}

// A payment of an order that does not hold its coupon and points fulfils it if both are free.
// Otherwise it goes back in full.
func TestPaymentOfAnOrderBroughtOverThatHoldsNothing(t *testing.T) {
	for name, c := range map[string]struct {
		before  func(*testing.T, *scene, models.Order, models.UserCoupon)
		outcome models.Outcome
		again   models.Outcome
		order   models.OrderStatus
	}{
		"both are free": {
			func(*testing.T, *scene, models.Order, models.UserCoupon) {},
			models.Fulfilled, models.AlreadyDone, models.OrderPaid,
		},
		"it holds the coupon": {
			func(t *testing.T, s *scene, o models.Order, c models.UserCoupon) {
				exec(t, s.DB, "UPDATE ly_user_coupon SET order_id = ? WHERE id = ?", o.ID, c.ID)
			},
			models.Fulfilled, models.AlreadyDone, models.OrderPaid,
		},
		"another order has the coupon": {
			func(t *testing.T, s *scene, _ models.Order, c models.UserCoupon) {
				modelstest.PlaceOrder(t, s.DB, s.ann, models.Choice{Coupon: c.ID})
			},
			models.OrderClosed, models.OrderClosed, models.OrderTimedOut,
		},
		"the points are spent": {
			func(t *testing.T, s *scene, _ models.Order, _ models.UserCoupon) {
				exec(t, s.DB, "UPDATE ly_user SET credit = 299")
				exec(t, s.DB, "UPDATE ly_credit SET number = 299")
			},
			models.OrderClosed, models.OrderClosed, models.OrderTimedOut,
		},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				order, coupon, trade := s.unheld(t)
				c.before(t, s, order, coupon)
				first, again := s.confirm(t, trade), s.confirm(t, trade)
				if first != c.outcome || again != c.again {
					t.Errorf("got %q, then %q; want %q, then %q", first, again, c.outcome, c.again)
				}
				if got := s.read(t, order).OrderStatus; got != c.order {
					t.Errorf("got %v, want %v", got, c.order)
				}
				if c.outcome == models.OrderClosed {
					wantSentBack(t, s.DB, s.only(t, order), models.RefundLate)
				}
				wantClean(t, s.DB)
			})
		})
	}
}

// An order of an older shop may have lost its lines when courses were deleted there. Its money goes back.
func TestPaymentOfAnOrderWithoutLines(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order, coupon := s.holding(t)
		exec(t, s.DB, "DELETE FROM ly_order_detail")
		trade := modelstest.Trade(s.DB, models.Payment{OutTradeNo: order.OrderNumber, Amount: order.RealPrice})
		if first, again := s.confirm(t, trade), s.confirm(t, trade); first != models.OrderClosed || again != first {
			t.Errorf("got %q, then %q; want %q twice", first, again, models.OrderClosed)
		}
		wantSentBack(t, s.DB, s.only(t, order), models.RefundLate)
		if got := s.read(t, order).OrderStatus; got != models.OrderTimedOut {
			t.Errorf("got %v, want it timed out", got)
		}
		if c := rows[models.UserCoupon](t, s.DB, "id = ?", coupon.ID)[0]; c.OrderID != nil || c.UsedAt != nil {
			t.Errorf("got coupon %+v, want it free", c)
		}
		if credit, held := s.points(t); credit != 1000 || held != 0 {
			t.Errorf("got %d points, %d held; want 1000, none held", credit, held)
		}
	})
}

// only is the one attempt to pay the order.
func (s *scene) only(t *testing.T, o models.Order) models.Payment {
	t.Helper()
	attempts := rows[models.Payment](t, s.DB, "order_id = ?", o.ID)
	if len(attempts) != 1 {
		t.Fatalf("got %d attempts, want 1", len(attempts))
	}
	return attempts[0]
}

// The points that such an order takes may have been held by another order, whose payment must
// count, too.
func TestPaymentOfAnOrderWhosePointsAnotherTook(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		_, _, trade := s.unheld(t)
		other := modelstest.PlaceOrder(t, s.DB, s.ann, models.Choice{Points: 400})
		_, others := s.attempt(t, other)
		for _, paid := range []models.PaidTrade{trade, others} {
			if got := s.confirm(t, paid); got != models.Fulfilled {
				t.Errorf("got %q, want fulfilled", got)
			}
		}
		if credit, held := s.points(t); credit != 300 || held != 0 {
			t.Errorf("got %d points, %d held; want 300, 0", credit, held)
		}
		wantClean(t, s.DB)
	})
}

func TestCloseAnOrderBroughtOverThatHoldsNothing(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order, coupon, _ := s.unheld(t)
		modelstest.PlaceOrder(t, s.DB, s.ann, models.Choice{Coupon: coupon.ID, Points: 100})
		s.cancel(t, order)
		if got := s.read(t, order).OrderStatus; got != models.OrderCancelled {
			t.Errorf("got %v, want cancelled", got)
		}
		if held := rows[models.UserCoupon](t, s.DB, "id = ?", coupon.ID)[0].OrderID; held == nil || *held == order.ID {
			t.Errorf("coupon: got order %v, want still the other", held)
		}
	})
}

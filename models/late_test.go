package models_test

import (
	"cmp"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

func TestLatePaymentIsGranted(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order, coupon := s.holding(t)
		_, trade := s.attempt(t, order)
		s.cancel(t, order)
		s.clock.forward(time.Hour)
		if got := s.confirm(t, trade); got != models.FulfilledLate {
			t.Errorf("got %q, want fulfilled_late", got)
		}
		got := s.read(t, order)
		if got.OrderStatus != models.OrderPaid || got.PayTime == nil || !got.PayTime.Equal(trade.PaidAt) {
			t.Errorf("got %v at %v, want paid at %v", got.OrderStatus, got.PayTime, trade.PaidAt)
		}
		if used := rows[models.UserCoupon](t, s.DB, "id = ?", coupon.ID)[0]; used.UsedAt == nil || used.OrderID == nil {
			t.Errorf("coupon: got %+v, want it used", used)
		}
		if credit, held := s.points(t); credit != 700 || held != 0 {
			t.Errorf("got %d points, %d held; want 700, 0", credit, held)
		}
		wantClean(t, s.DB)
	})
}

// Whatever has changed since the order was closed, its late payment goes back in full, and nothing
// else is touched.
func TestLatePaymentGoesBack(t *testing.T) {
	for name, change := range map[string]func(*testing.T, *scene, models.Order, models.UserCoupon){
		"coupon taken": func(t *testing.T, s *scene, _ models.Order, c models.UserCoupon) {
			modelstest.PlaceOrder(t, s.DB, s.ann, models.Choice{Coupon: c.ID})
		},
		"coupon over": func(_ *testing.T, s *scene, _ models.Order, c models.UserCoupon) { s.clock.now = c.EndTime },
		"points spent": func(t *testing.T, s *scene, _ models.Order, _ models.UserCoupon) {
			modelstest.PlaceOrder(t, s.DB, s.ann, models.Choice{Points: 701})
		},
		"course withdrawn": func(t *testing.T, s *scene, _ models.Order, _ models.UserCoupon) {
			exec(t, s.DB, "UPDATE ly_course SET published = ? WHERE id = ?", false, s.Plain.ID)
		},
		"bought for ever meanwhile": func(t *testing.T, s *scene, _ models.Order, _ models.UserCoupon) {
			modelstest.Paid(t, s.DB, s.ann, s.Plain.For(0))
		},
		"term dropped": func(t *testing.T, s *scene, o models.Order, _ models.UserCoupon) {
			exec(t, s.DB, "UPDATE ly_order_detail SET expire = 404 WHERE order_id = ?", o.ID)
		},
		"price raised": func(t *testing.T, s *scene, _ models.Order, _ models.UserCoupon) {
			exec(t, s.DB, "UPDATE ly_course SET price = price + 1 WHERE id = ?", s.Plain.ID)
		},
		"price lowered": func(t *testing.T, s *scene, _ models.Order, _ models.UserCoupon) {
			exec(t, s.DB, "UPDATE ly_course SET price = price - 1 WHERE id = ?", s.Plain.ID)
		},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				order, coupon := s.holding(t)
				payment, trade := s.attempt(t, order)
				s.cancel(t, order)
				change(t, s, order, coupon)
				_, heldBefore := s.points(t)
				for range 2 {
					if got := s.confirm(t, trade); got != models.OrderClosed {
						t.Errorf("got %q, want order_closed", got)
					}
				}
				wantSentBack(t, s.DB, payment, models.RefundLate)
				if got := s.read(t, order).OrderStatus; got != models.OrderCancelled {
					t.Errorf("got %v, want the order still 已取消", got)
				}
				if _, held := s.points(t); held != heldBefore {
					t.Errorf("got %d points held, want %d as before", held, heldBefore)
				}
				wantClean(t, s.DB)
			})
		})
	}
}

// Late money is kept as long as it brings the student something.
func TestLatePaymentForWhatIsPartlyHad(t *testing.T) {
	for name, had := range map[string]func(*scene) models.Offer{
		"one of two courses for ever": func(s *scene) models.Offer { return s.Rate.For(0) },
		"for a month":                 func(s *scene) models.Offer { return s.Plain.For(30) },
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				order := s.order(t, s.Plain.For(30), s.Rate.For(30))
				_, trade := s.attempt(t, order)
				s.cancel(t, order)
				exec(t, s.DB, "DELETE FROM ly_cart_item")
				modelstest.Paid(t, s.DB, s.ann, had(s))
				if got := s.confirm(t, trade); got != models.FulfilledLate {
					t.Errorf("got %q, want fulfilled_late", got)
				}
				wantClean(t, s.DB)
			})
		})
	}
}

// wantSentBack wants exactly one refund of the attempt, of all of it, pending and due.
func wantSentBack(t testing.TB, db *models.DB, p models.Payment, cause models.RefundCause) {
	t.Helper()
	refunds := rows[models.Refund](t, db, "payment_id = ?", p.ID)
	if len(refunds) != 1 {
		t.Fatalf("got %d refunds, want 1", len(refunds))
	}
	r := refunds[0]
	if r.Amount != p.Amount || r.Cause != cause ||
		r.State != models.RefundPending || r.OutRequestNo != p.OutTradeNo+"R1" ||
		r.TryAt == nil || r.TryAt.After(db.Now()) || r.Reason == "" || r.RequestedBy != "luffy" {
		t.Errorf("got %+v, want all of %s to go back as %sR1, %s", r, p.Amount, p.OutTradeNo, cause)
	}
	if got := rows[models.Payment](t, db, "id = ?", p.ID)[0].State; got != models.PaymentSurplus {
		t.Errorf("got payment %s, want surplus", got)
	}
}

func TestSecondPaymentGoesBack(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.order(t, s.Plain.For(30))
		first, trade := s.attempt(t, order)
		if err := s.ClosePayment(t.Context(), first.ID, "TRADE_CLOSED"); err != nil {
			t.Fatal(err)
		}
		_, second := s.attempt(t, order)
		s.confirm(t, second)
		if got := s.confirm(t, trade); got != models.SecondTrade {
			t.Errorf("got %q, want second_trade", got)
		}
		wantSentBack(t, s.DB, first, models.RefundSecond)
		if n := sum(t, s.DB, "SELECT COUNT(*) FROM ly_user_course"); n != 1 {
			t.Errorf("got %d purchase records, want 1", n)
		}
		wantClean(t, s.DB)
	})
}

// Both attempts of one order are reported by eight callers at once: one pays the order, the other
// goes back once.
func TestTwoPaymentsOfOneOrderAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.order(t, s.Plain.For(30))
		first, one := s.attempt(t, order)
		if err := s.ClosePayment(t.Context(), first.ID, "TRADE_CLOSED"); err != nil {
			t.Fatal(err)
		}
		_, two := s.attempt(t, order)
		together(8, func(i int) { s.confirm(t, []models.PaidTrade{one, two}[i%2]) })
		for state, want := range map[models.PaymentState]int64{models.PaymentPaid: 1, models.PaymentSurplus: 1} {
			if n := sum(t, s.DB, "SELECT COUNT(*) FROM ly_payment WHERE state = ?", state); n != want {
				t.Errorf("got %d payments %s, want %d", n, state, want)
			}
		}
		if n := sum(t, s.DB, "SELECT COUNT(*) FROM ly_refund"); n != 1 {
			t.Errorf("got %d refunds, want 1", n)
		}
		wantClean(t, s.DB)
	})
}

// One word of a wrong sum holds an attempt only until Alipay tells of the right one; what was told
// of another trade stays in sight.
func TestHeldAttemptIsFulfilledByTheRightSum(t *testing.T) {
	for name, c := range map[string]struct {
		trade       string // that the right sum is told of; empty = the same
		closed      bool
		want        models.Outcome
		differences int64
	}{
		"the same trade":   {"", false, models.Fulfilled, 0},
		"another trade":    {"2026112222001439889999999999", false, models.Fulfilled, 1},
		"closed meanwhile": {"", true, models.FulfilledLate, 0},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				order, _ := s.holding(t)
				_, right := s.attempt(t, order)
				wrong := right
				wrong.Amount = 1
				s.confirm(t, wrong)
				if c.closed {
					s.cancel(t, order)
				}
				right.TradeNo = cmp.Or(c.trade, right.TradeNo)
				for _, want := range []models.Outcome{c.want, models.AlreadyDone} {
					if got := s.confirm(t, right); got != want {
						t.Errorf("got %q, want %q", got, want)
					}
				}
				if got := s.read(t, order).OrderStatus; got != models.OrderPaid {
					t.Errorf("got order %v, want paid", got)
				}
				open := sum(t, s.DB, "SELECT COUNT(*) FROM ly_bill_difference WHERE alipay_amount = 1 AND shop_amount = ?",
					right.Amount)
				if open != c.differences {
					t.Errorf("got %d differences, want %d", open, c.differences)
				}
				wantClean(t, s.DB)
			})
		})
	}
}

// Staff have begun to give held money back when Alipay tells of the right sum: it stays with them,
// for the order would be paid by less.
func TestHeldAttemptThatIsGoingBackStaysHeld(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.order(t, s.Plain.For(30))
		_, right := s.attempt(t, order)
		wrong := right
		wrong.Amount = 50_00
		s.confirm(t, wrong)
		news := models.RefundNews{OutTradeNo: order.OrderNumber, OutRequestNo: "X", Amount: 10_00, At: noon}
		if err := s.NoteRefund(t.Context(), news); err != nil {
			t.Fatal(err)
		}
		if got := s.confirm(t, right); got != models.WrongAmount {
			t.Errorf("got %q, want wrong_amount", got)
		}
		if b, err := s.Backlog(t.Context()); err != nil || b.PaymentsHeld != 1 {
			t.Errorf("got %d held, %v; want 1", b.PaymentsHeld, err)
		}
	})
}

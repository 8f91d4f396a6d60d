package models_test

import (
	"errors"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

func attemptOf(order models.Order) models.Attempt {
	return models.Attempt{
		UserID: order.UserID, OrderNumber: order.OrderNumber, AppID: modelstest.AppID,
		Subject: func(o models.Order) string { return "路飞学城-" + o.OrderTitle },
	}
}

func TestOpenAttempt(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.order(t, s.Rate.For(30))
		opened, err := s.OpenAttempt(t.Context(), attemptOf(order))
		if err != nil {
			t.Fatal(err)
		}
		stored := rows[models.Payment](t, s.DB, "order_id = ?", order.ID)
		if len(stored) != 1 {
			t.Fatalf("got %d rows, want 1", len(stored))
		}
		for name, p := range map[string]models.Payment{"returned": opened, "stored": stored[0]} {
			if p.ID == 0 || p.OutTradeNo != order.OrderNumber || p.Amount != 117_33 || p.AppID != modelstest.AppID ||
				p.Subject != "路飞学城-Django 项目实战" || p.State != models.PaymentOpen || p.TradeNo != nil ||
				!p.ExpiresAt.Equal(order.ExpiresAt) || !p.CreatedAt.Equal(noon) || p.PaidAt != nil {
				t.Errorf("%s: got %+v", name, p)
			}
		}
	})
}

// Paying again continues the same trade with the same sum and subject, because Alipay refuses
// others under the same name.
func TestOpenAttemptAgain(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.order(t, s.Plain.For(30))
		first, err := s.OpenAttempt(t.Context(), attemptOf(order))
		if err != nil {
			t.Fatal(err)
		}
		s.clock.forward(time.Minute)
		other := attemptOf(order)
		other.Subject = func(models.Order) string { return "another subject" }
		again, err := s.OpenAttempt(t.Context(), other)
		if err != nil || again.ID != first.ID || again.Subject != first.Subject {
			t.Errorf("got %+v, %v; want the first attempt unchanged", again, err)
		}
	})
}

func TestOpenAttemptSixteenTimesAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.order(t, s.Plain.For(30))
		together(16, func(int) {
			p, err := s.OpenAttempt(t.Context(), attemptOf(order))
			if err != nil || p.OutTradeNo != order.OrderNumber {
				t.Errorf("got %q, %v; want %q", p.OutTradeNo, err, order.OrderNumber)
			}
		})
		if n := len(rows[models.Payment](t, s.DB, "order_id = ?", order.ID)); n != 1 {
			t.Errorf("got %d rows, want 1", n)
		}
	})
}

// A closed out_trade_no can never be paid again, so each later attempt has a name of its own.
func TestOpenAttemptAfterOneClosed(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.order(t, s.Plain.For(30))
		for _, want := range []string{order.OrderNumber, order.OrderNumber + "_2", order.OrderNumber + "_3"} {
			p, err := s.OpenAttempt(t.Context(), attemptOf(order))
			if err != nil || p.OutTradeNo != want {
				t.Errorf("got %q, %v; want %q", p.OutTradeNo, err, want)
			}
			exec(t, s.DB, "UPDATE ly_payment SET state = ? WHERE id = ?", models.PaymentClosed, p.ID)
		}
	})
}

// Trades belong to the app that made them. After the shop has moved to another app the old attempt
// is not its to continue.
func TestOpenAttemptOfAnotherApp(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.order(t, s.Plain.For(30))
		old, _ := s.attempt(t, order)
		moved := attemptOf(order)
		moved.AppID = "2021000000000002"
		p, err := s.OpenAttempt(t.Context(), moved)
		if err != nil || p.OutTradeNo == old.OutTradeNo || p.AppID != moved.AppID {
			t.Errorf("got %q of app %q, %v; want a new attempt of the new app", p.OutTradeNo, p.AppID, err)
		}
	})
}

func TestOpenAttemptRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*testing.T, *scene, models.Order, *models.Attempt)
		want   error
	}{
		"another's order": {
			func(_ *testing.T, _ *scene, _ models.Order, a *models.Attempt) { a.UserID++ }, models.ErrNotFound,
		},
		"no such order": {
			func(_ *testing.T, _ *scene, _ models.Order, a *models.Attempt) { a.OrderNumber = "404" },
			models.ErrNotFound,
		},
		"paid": {func(t *testing.T, s *scene, o models.Order, _ *models.Attempt) {
			_, trade := s.attempt(t, o)
			s.confirm(t, trade)
		}, models.ErrNotPayable},
		"cancelled": {func(t *testing.T, s *scene, o models.Order, _ *models.Attempt) {
			setStatus(t, s, o, models.OrderCancelled)
		}, models.ErrNotPayable},
		"timed out": {func(t *testing.T, s *scene, o models.Order, _ *models.Attempt) {
			setStatus(t, s, o, models.OrderTimedOut)
		}, models.ErrNotPayable},
		"at the deadline": {func(_ *testing.T, s *scene, o models.Order, _ *models.Attempt) {
			s.clock.now = o.ExpiresAt
		}, models.ErrPastDeadline},
		"open, but past the deadline": {func(t *testing.T, s *scene, o models.Order, _ *models.Attempt) {
			s.attempt(t, o)
			s.clock.forward(modelstest.TTL)
		}, models.ErrPastDeadline},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				order := s.order(t, s.Plain.For(30))
				attempt := attemptOf(order)
				c.change(t, s, order, &attempt)
				if _, err := s.OpenAttempt(t.Context(), attempt); !errors.Is(err, c.want) {
					t.Errorf("got %v, want %v", err, c.want)
				}
			})
		})
	}
}

func setStatus(t testing.TB, s *scene, o models.Order, status models.OrderStatus) {
	t.Helper()
	exec(t, s.DB, "UPDATE ly_order SET order_status = ? WHERE id = ?", status, o.ID)
}

func TestOpenAttemptJustBeforeTheDeadline(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.order(t, s.Plain.For(30))
		s.clock.now = order.ExpiresAt.Add(-time.Microsecond)
		if _, err := s.OpenAttempt(t.Context(), attemptOf(order)); err != nil {
			t.Errorf("got %v, want an attempt", err)
		}
	})
}

func TestPaymentByOutTradeNo(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.order(t, s.Plain.For(30))
		payment, trade := s.attempt(t, order)
		got, err := s.PaymentByOutTradeNo(t.Context(), order.OrderNumber)
		if err != nil || got.Payment.ID != payment.ID ||
			got.Payment.Amount != 99_00 || got.Payment.State != models.PaymentOpen ||
			got.Payment.OutTradeNo != order.OrderNumber || got.OrderNumber != order.OrderNumber ||
			got.OrderStatus != models.OrderUnpaid {
			t.Errorf("open: got %+v, %v", got, err)
		}
		s.confirm(t, trade)
		got, err = s.PaymentByOutTradeNo(t.Context(), order.OrderNumber)
		if err != nil || got.Payment.State != models.PaymentPaid ||
			got.OrderStatus != models.OrderPaid || *got.Payment.TradeNo != trade.TradeNo {
			t.Errorf("paid: got %+v, %v", got, err)
		}
		for _, unknown := range []string{
			"", "404", order.OrderNumber + "_1", order.OrderNumber + "x", "00000000000000000000000000",
		} {
			if got, err := s.PaymentByOutTradeNo(t.Context(), unknown); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("%q: got %+v, %v; want ErrNotFound", unknown, got, err)
			}
		}
	})
}

// An order of an older shop went to Alipay under its number without a row in ly_payment, and a restored
// backup lacks the rows of later attempts.
func TestPaymentOfAnAttemptWithoutARow(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.order(t, s.Plain.For(30))
		for _, name := range []string{order.OrderNumber, order.OrderNumber + "_2"} {
			got, err := s.PaymentByOutTradeNo(t.Context(), name)
			if err != nil || got.Payment.ID != 0 || got.Payment.Amount != 99_00 || got.Payment.State != models.PaymentOpen ||
				got.Payment.OutTradeNo != name || got.OrderNumber != order.OrderNumber {
				t.Errorf("%s: got %+v, %v; want an open attempt of 99.00 with id 0", name, got, err)
			}
		}
	})
}

// After a backup was restored the shop may hear of a third attempt before it knows the second. The next
// one is a fourth, because Alipay knows the others.
func TestNextAttemptAfterOneThatWasLost(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.order(t, s.Plain.For(30))
		first, _ := s.attempt(t, order)
		third := modelstest.Trade(s.DB, models.Payment{OutTradeNo: order.OrderNumber + "_3", Amount: order.RealPrice})
		third.Refunded = true
		if got := s.confirm(t, third); got != models.GoneBack {
			t.Errorf("got %q, want gone_back", got)
		}
		if err := s.ClosePayment(t.Context(), first.ID, "TRADE_CLOSED"); err != nil {
			t.Fatal(err)
		}
		if next, _ := s.attempt(t, order); next.OutTradeNo != order.OrderNumber+"_4" {
			t.Errorf("got %s, want %s_4", next.OutTradeNo, order.OrderNumber)
		}
		wantClean(t, s.DB)
	})
}

func TestClaimQuery(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		payment, _ := s.attempt(t, s.order(t, s.Plain.For(30)))
		const floor = 2 * time.Second
		claim := func() bool {
			claimed, err := s.ClaimQuery(t.Context(), payment.ID, floor)
			if err != nil {
				t.Errorf("claim: %v", err)
			}
			return claimed
		}
		claims := make([]bool, 8)
		together(len(claims), func(i int) { claims[i] = claim() })
		n := 0
		for _, claimed := range claims {
			if claimed {
				n++
			}
		}
		if n != 1 {
			t.Errorf("got %d claims at once, want 1", n)
		}
		s.clock.forward(floor - time.Microsecond)
		if claim() {
			t.Error("claimed again before the floor has passed")
		}
		s.clock.forward(time.Microsecond)
		if !claim() {
			t.Error("not claimed after the floor has passed")
		}
		if claimed, err := s.ClaimQuery(t.Context(), 0, floor); claimed || err != nil {
			t.Errorf("attempt without a row: got %v, %v; want no claim", claimed, err)
		}
	})
}

func TestNoteTradeStatus(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		payment, trade := s.attempt(t, s.order(t, s.Plain.For(30)))
		noted := func(status string) string {
			if err := s.NoteTradeStatus(t.Context(), payment.ID, status); err != nil {
				t.Fatal(err)
			}
			return rows[models.Payment](t, s.DB, "id = ?", payment.ID)[0].TradeStatus
		}
		if got := noted("WAIT_BUYER_PAY"); got != "WAIT_BUYER_PAY" {
			t.Errorf("open: got %q", got)
		}
		s.confirm(t, trade)
		if got := noted("TRADE_NOT_EXIST"); got != "WAIT_BUYER_PAY" {
			t.Errorf("paid: got %q, want what was noted before", got)
		}
	})
}

package models_test

import (
	"errors"
	"testing"

	"luffy/models"
	"luffy/models/modelstest"
)

func TestOrderOfAnotherIsNotFound(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.order(t, s.Plain.For(30))
		bob := student(t, s.DB, "bob")
		for name, c := range map[string]struct {
			user   int64
			number string
		}{
			"bob":            {bob.ID, order.OrderNumber},
			"nobody":         {0, order.OrderNumber},
			"no such number": {s.ann.ID, "20260301120000000001000000"},
			"no number":      {s.ann.ID, ""},
			"wildcard":       {s.ann.ID, "%"},
		} {
			if _, err := s.Order(t.Context(), c.user, c.number); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("%s: got %v, want ErrNotFound", name, err)
			}
		}
	})
}

func TestOrderPayments(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.order(t, s.Plain.For(30))
		first, _ := s.attempt(t, order)
		exec(t, s.DB, "UPDATE ly_payment SET state = ?", models.PaymentClosed)
		second, trade := s.attempt(t, order)
		view := func() models.OrderView {
			v, err := s.Order(t.Context(), s.ann.ID, order.OrderNumber)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		v := view()
		if len(v.Payments) != 2 || v.Payments[0].ID != first.ID || v.Payments[1].ID != second.ID {
			t.Errorf("got %+v, want both attempts in their order", v.Payments)
		}
		if open, ok := v.OpenPayment(); !ok || open.ID != second.ID {
			t.Errorf("open: got %+v, %v; want the second", open, ok)
		}
		if paid, ok := v.PaidBy(); ok {
			t.Errorf("paid by: got %+v before payment", paid)
		}
		s.confirm(t, trade)
		v = view()
		if paid, ok := v.PaidBy(); !ok || paid.ID != second.ID || *paid.TradeNo != trade.TradeNo {
			t.Errorf("paid by: got %+v, %v; want the second", paid, ok)
		}
		if open, ok := v.OpenPayment(); ok {
			t.Errorf("open: got %+v after payment", open)
		}
	})
}

func TestOrderShowsItsRights(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order, _ := modelstest.Paid(t, s.DB, s.ann, s.Plain.For(30))
		view := func() models.LineView {
			v, err := s.Order(t.Context(), s.ann.ID, order.OrderNumber)
			if err != nil {
				t.Fatal(err)
			}
			return v.Lines[0]
		}
		if l := view(); !l.Granted || l.Revoked || !l.OutTime.Equal(noon.AddDate(0, 0, 30)) {
			t.Errorf("got %+v, want it granted for 30 days", l)
		}
		exec(t, s.DB, "UPDATE ly_user_course SET revoked_at = ?", noon)
		if l := view(); l.Granted || !l.Revoked {
			t.Errorf("got %+v, want it revoked", l)
		}
	})
}

package models_test

import (
	"testing"

	"luffy/models"
	"luffy/models/modelstest"
)

// Only orders that can still be paid are shown to a student as waiting for payment.
func TestAlreadyUnpaid(t *testing.T) {
	for name, c := range map[string]struct {
		become func(*testing.T, *scene, models.Order)
		want   bool
	}{
		"unpaid": {func(*testing.T, *scene, models.Order) {}, true},
		"paid": {
			func(t *testing.T, s *scene, o models.Order) { _, trade := s.attempt(t, o); s.confirm(t, trade) }, false,
		},
		"cancelled":         {func(t *testing.T, s *scene, o models.Order) { s.cancel(t, o) }, false},
		"past its deadline": {func(_ *testing.T, s *scene, _ models.Order) { s.clock.forward(modelstest.TTL) }, false},
		"being cancelled": {func(t *testing.T, s *scene, o models.Order) {
			if _, err := s.BeginCancel(t.Context(), s.ann.ID, o.OrderNumber); err != nil {
				t.Fatal(err)
			}
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				order := s.order(t, s.Plain.For(30))
				another := s.order(t, s.Plain.For(30))
				c.become(t, s, another)
				view, err := s.Order(t.Context(), s.ann.ID, order.OrderNumber)
				if err != nil {
					t.Fatal(err)
				}
				has, err := s.AlreadyHas(t.Context(), view)
				if got := has.Unpaid[s.Plain.ID]; err != nil || (got == another.OrderNumber) != c.want || got == order.OrderNumber {
					t.Errorf("got order %q, %v; want %s: %t", got, err, another.OrderNumber, c.want)
				}
			})
		})
	}
}

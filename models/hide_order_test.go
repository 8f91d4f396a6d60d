package models_test

import (
	"errors"
	"slices"
	"testing"

	"luffy/models"
	"luffy/models/modelstest"
)

// O15: 删除 takes a closed order out of My Orders and its counts, and changes nothing else. Orders
// that are not closed or refunded stay.
func TestHideOrder(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		paid, _ := modelstest.Paid(t, s.DB, s.ann, s.Plain.For(30))
		closed := s.order(t, s.Off.For(60))
		s.cancel(t, closed)
		unpaid := s.order(t, s.Rate.For(30))
		bob := student(t, s.DB, "bob")
		for _, c := range []struct {
			what   string
			user   int64
			number string
			want   error
		}{
			{"paid", s.ann.ID, paid.OrderNumber, models.ErrNotEnded},
			{"unpaid", s.ann.ID, unpaid.OrderNumber, models.ErrNotEnded},
			{"another's", bob.ID, closed.OrderNumber, models.ErrNotFound},
			{"unknown", s.ann.ID, "20190929151453000001000020", models.ErrNotFound},
			{"closed", s.ann.ID, closed.OrderNumber, nil},
			{"closed, again", s.ann.ID, closed.OrderNumber, nil},
		} {
			if err := s.HideOrder(t.Context(), c.user, c.number); !errors.Is(err, c.want) {
				t.Errorf("%s: got %v, want %v", c.what, err, c.want)
			}
		}
		list := s.list(t, models.OrderFilter{})
		got, want := numbers(list), []string{unpaid.OrderNumber, paid.OrderNumber}
		if !slices.Equal(got, want) || list.Matches != 2 || list.Counts[models.TabClosed] != 0 {
			t.Errorf("got %v of %d, counts %v; want %v", got, list.Matches, list.Counts, want)
		}
		if found := s.list(t, models.OrderFilter{Search: closed.OrderNumber}); found.Matches != 0 {
			t.Errorf("the search finds %d hidden orders, want none", found.Matches)
		}
		if view, err := s.Order(t.Context(), s.ann.ID, closed.OrderNumber); err != nil || view.HiddenAt == nil {
			t.Errorf("its own page: got %v, hidden at %v; want it shown as hidden", err, view.HiddenAt)
		}
		wantClean(t, s.DB)
	})
}

// O15, R19: a late payment that grants a cancelled and deleted order brings it back to My Orders.
// Who closed the order stays known, even if all the money goes back later.
func TestGrantedAfterHiding(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.order(t, s.Plain.For(30))
		_, trade := s.attempt(t, order)
		s.clock.forward(modelstest.TTL) // the deadline passes between the click and the closing
		s.cancel(t, order)
		s.hide(t, order)
		closedAt := s.Now()
		s.clock.forward(1)
		if outcome := s.confirm(t, trade); outcome != models.FulfilledLate {
			t.Fatalf("got %s, want it granted late", outcome)
		}
		check := func(status models.OrderStatus) {
			t.Helper()
			got := s.read(t, order)
			if got.OrderStatus != status || got.HiddenAt != nil || !got.GrantedLate() {
				t.Errorf("got %v, hidden at %v, granted late %v; want %v and shown",
					got.OrderStatus, got.HiddenAt, got.GrantedLate(), status)
			}
			if got.ClosedAs == nil || *got.ClosedAs != models.OrderCancelled || !got.ClosedAt.Equal(closedAt) {
				t.Errorf("got closed as %v at %v, want by the student at %v", got.ClosedAs, got.ClosedAt, closedAt)
			}
		}
		check(models.OrderPaid)
		s.refundLine(t, order, 1)
		check(models.OrderRefunded)
		if got := s.read(t, order); got.RefundedAt == nil {
			t.Error("got no time of the refund")
		}
	})
}

// O4: the links to the neighbouring pages continue from the orders shown, even if orders were added
// or left the tab since.
func TestNeighbouringPages(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		orders := pile(t, s, s.ann, 40)
		s.order(t, s.Plain.For(30)) // new since page 1 was made
		want := func(newest, length int) []string {
			var all []string
			for n := newest; n > newest-length; n-- {
				all = append(all, orders[n-1].OrderNumber)
			}
			return all
		}
		for name, c := range map[string]struct {
			filter models.OrderFilter
			want   []string
		}{
			"next":                  {models.OrderFilter{Page: 2, Older: orders[30].OrderNumber}, want(30, 10)},
			"next at the end":       {models.OrderFilter{Page: 4, Older: orders[4].OrderNumber}, want(4, 4)},
			"back":                  {models.OrderFilter{Page: 2, Newer: orders[9].OrderNumber}, want(20, 10)},
			"behind the last":       {models.OrderFilter{Page: 9, Older: orders[0].OrderNumber}, want(1, 1)},
			"of nobody's order":     {models.OrderFilter{Page: 2, Older: "20190929151453000001000020"}, want(31, 10)},
			"of a number like HTML": {models.OrderFilter{Page: 2, Newer: "<b>'"}, want(31, 10)},
		} {
			if got := numbers(s.list(t, c.filter)); !slices.Equal(got, c.want) {
				t.Errorf("%s: got %v, want %v", name, got, c.want)
			}
		}
		within := s.list(t, models.OrderFilter{Tab: models.TabClosed, Page: 2, Older: orders[27].OrderNumber})
		if got := numbers(within); len(got) != 10 || got[0] != orders[23].OrderNumber {
			t.Errorf("within a tab: got %v, want ten from %s", got, orders[23].OrderNumber)
		}
	})
}

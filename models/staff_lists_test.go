package models_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"luffy/models"
)

// What a metric counts for staff is what they find in the lists, with what they need to decide.
func TestStaffLists(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order, _ := s.discounted(t)
		s.requestRefund(t, order, 1)
		s.refuse(t, s.approve(t, order, 1))
		unpaid := s.order(t, s.Plain.For(30))
		_, trade := s.attempt(t, unpaid)
		trade.Amount += 100
		if got := s.confirm(t, trade); got != models.WrongAmount {
			t.Fatalf("got %s, want %s", got, models.WrongAmount)
		}
		s.saveDifferences(t,
			models.BillDifference{Kind: models.MissingThere, OutTradeNo: "a", ShopAmount: new(models.Fen(1))},
			models.BillDifference{Kind: models.MissingHere, OutTradeNo: "b", AlipayAmount: new(models.Fen(2))})

		owed, err := s.OwedRefunds(t.Context(), 10)
		if err != nil || len(owed) != 1 || owed[0].OrderNumber != order.OrderNumber || owed[0].Username != "ann" ||
			owed[0].Refund.State != models.RefundFailed || owed[0].Refund.Amount <= 0 || owed[0].Title == "" {
			t.Errorf("owed: got %+v, %v; want the refused refund of %s", owed, err, order.OrderNumber)
		}
		held, err := s.HeldPayments(t.Context(), 10)
		if err != nil || len(held) != 1 || held[0].OrderNumber != unpaid.OrderNumber || held[0].TradeNo != trade.TradeNo ||
			held[0].Asked != unpaid.RealPrice || held[0].Came != unpaid.RealPrice+100 || held[0].PaidAt == nil {
			t.Errorf("held: got %+v, %v; want the wrong sum for %s", held, err, unpaid.OrderNumber)
		}
		open, err := s.OpenBillDifferences(t.Context(), 1)
		if err != nil || len(open) != 1 {
			t.Errorf("open: got %+v, %v; want as many as asked for: 1", open, err)
		}
		backlog, err := s.Backlog(t.Context())
		if err != nil || backlog.RefundsFailed != 1 || backlog.PaymentsHeld != 1 || backlog.OpenDifferences != 2 {
			t.Errorf("got %+v, %v; want as many as in the lists", backlog, err)
		}

		s.wantOverdue(t, 0)
		s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Amount: 1})
		s.clock.forward(time.Hour - time.Second)
		s.wantOverdue(t, 0)
		s.clock.forward(time.Second)
		s.wantOverdue(t, 1)

		s.settle(t, owed[0].Refund, nil)
		if owed, err = s.OwedRefunds(t.Context(), 10); err != nil || len(owed) != 0 {
			t.Errorf("settled: got %+v, %v; want none owed", owed, err)
		}
	})
}

// wantOverdue wants so many refunds that have been pending for an hour, listed and counted.
func (s *scene) wantOverdue(t testing.TB, want int) {
	t.Helper()
	overdue, err := s.OverdueRefunds(t.Context(), 10)
	if err != nil || len(overdue) != want {
		t.Errorf("overdue: got %+v, %v; want %d", overdue, err, want)
	}
	if b, err := s.Backlog(t.Context()); err != nil || b.RefundsOverdue != want {
		t.Errorf("got %d overdue, %v; want %d", b.RefundsOverdue, err, want)
	}
}

// Of a day, what is open comes before what is closed.
func TestComparedDay(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		all := s.saveDifferences(t,
			models.BillDifference{Kind: models.MissingHere, OutTradeNo: "a"},
			models.BillDifference{Kind: models.MissingThere, OutTradeNo: "b"},
			models.BillDifference{Kind: models.SecondPayment, OutTradeNo: "c"})
		if err := s.SettleBillDifference(t.Context(), all[0].ID, "boss", "asked"); err != nil {
			t.Fatal(err)
		}
		if err := s.NoteBillDay(t.Context(), all[0].BillDate); err != nil {
			t.Fatal(err)
		}
		day, err := s.ComparedDay(t.Context(), all[0].BillDate, 0)
		if err != nil || day.At == nil || day.Open != 2 || day.Total != 3 || len(day.Differences) != 3 ||
			day.Differences[0].ClosedAt != nil || day.Differences[1].ClosedAt != nil {
			t.Errorf("got %+v, %v; want three, the two open ones first", day, err)
		}
		settled, err := s.BillDifferenceByID(t.Context(), all[0].ID)
		if err != nil || settled.SettledBy != "boss" || settled.Action != "asked" {
			t.Errorf("got %+v, %v; want it settled by boss", settled, err)
		}
		if _, err := s.BillDifferenceByID(t.Context(), 99); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("got %v, want %v", err, models.ErrNotFound)
		}
		if day, err := s.ComparedDay(t.Context(), "2020-01-01", 1); err != nil || day.At != nil || day.Total != 0 {
			t.Errorf("a day that was never compared: got %+v, %v; want nothing", day, err)
		}
	})
}

// Every day since the first attempt to pay is missing until it was compared, and is due at noon of the next.
func TestMissingBillDays(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		wantMissing := func(limit int, want ...string) {
			t.Helper()
			got, err := s.MissingBillDays(t.Context(), limit)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("got %q, %v; want %q", got, err, want)
			}
		}
		wantMissing(10)
		s.attempt(t, s.order(t, s.Plain.For(30))) // on 2026-03-01
		s.clock.forward(4*24*time.Hour - time.Minute)
		wantMissing(10, "2026-03-03", "2026-03-02", "2026-03-01")
		s.clock.forward(time.Minute)
		wantMissing(2, "2026-03-04", "2026-03-03")
		if err := s.NoteBillDay(t.Context(), "2026-03-03"); err != nil {
			t.Fatal(err)
		}
		wantMissing(10, "2026-03-04", "2026-03-02", "2026-03-01")
		if b, err := s.Backlog(t.Context()); err != nil || b.BillDaysMissing != 3 {
			t.Errorf("got %d counted, %v; want 3", b.BillDaysMissing, err)
		}
	})
}

// A day with many differences is read in pages, which together have each of them once.
func TestComparedDayIsPaged(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		var many []models.BillDifference
		for i := range models.DifferencesPerPage + 1 {
			many = append(many, models.BillDifference{Kind: models.MissingHere, OutTradeNo: fmt.Sprint("trade ", i)})
		}
		date := s.saveDifferences(t, many...)[0].BillDate
		seen := map[int64]bool{}
		for page, want := range map[int]int{1: models.DifferencesPerPage, 2: 1} {
			day, err := s.ComparedDay(t.Context(), date, page)
			if err != nil || len(day.Differences) != want || day.Page != page || day.Pages != 2 || day.Open != len(many) {
				t.Errorf("page %d: got %d rows of page %d of %d, %v; want %d",
					page, len(day.Differences), day.Page, day.Pages, err, want)
			}
			for _, d := range day.Differences {
				seen[d.ID] = true
			}
		}
		if len(seen) != len(many) {
			t.Errorf("got %d differences on both pages, want %d", len(seen), len(many))
		}
		if day, err := s.ComparedDay(t.Context(), date, 99); err != nil || day.Page != 2 {
			t.Errorf("past the end: got page %d, %v; want the last", day.Page, err)
		}
	})
}

// A request says who decided it and how, so that a second decision can be answered with that.
func TestRefundRequestByID(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.order(t, s.Plain.For(30))
		_, trade := s.attempt(t, order)
		s.confirm(t, trade)
		s.requestRefund(t, order, 1)
		id := s.request(t, order, 1).ID
		if err := s.RejectRefund(t.Context(), id, models.RefundDecision{By: "boss", Reason: "课程已学完"}); err != nil {
			t.Fatal(err)
		}
		got, err := s.RefundRequestByID(t.Context(), id)
		if err != nil || got.State != models.RequestRejected || got.DecidedBy != "boss" || got.Answer != "课程已学完" ||
			got.OrderNumber != order.OrderNumber {
			t.Errorf("got %+v, %v; want it rejected by boss", got, err)
		}
		if _, err := s.RefundRequestByID(t.Context(), id+1); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("got %v, want %v", err, models.ErrNotFound)
		}
	})
}

// A session tells whether its visitor is of the staff now, whatever they were at the login.
func TestVisitorIsStaff(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		s.save(t, "session", s.ann.ID, "")
		for _, is := range []bool{false, true, false} {
			exec(t, s.DB, "UPDATE ly_user SET is_staff = ? WHERE id = ?", is, s.ann.ID)
			if v, err := s.Visitor(t.Context(), "session"); err != nil || v.IsStaff != is {
				t.Errorf("got staff %t, %v; want %t", v.IsStaff, err, is)
			}
		}
	})
}

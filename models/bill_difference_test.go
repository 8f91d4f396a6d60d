package models_test

import (
	"fmt"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

const billDate = "2026-02-28"

// saveDifferences stores what a comparison found, and returns all differences of the day.
func (s *scene) saveDifferences(t testing.TB, found ...models.BillDifference) []models.BillDifference {
	t.Helper()
	all, err := s.SaveBillDifferences(t.Context(), billDate, found)
	if err != nil {
		t.Fatalf("save: %v", err)
	}
	return all
}

func TestSaveBillDifferences(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		missing := models.BillDifference{
			Kind: models.MissingHere, OutTradeNo: "A1", TradeNo: "T1", AlipayAmount: new(models.Fen(99_00)),
		}
		second := models.BillDifference{
			Kind: models.SecondPayment, OutTradeNo: "A1", TradeNo: "T2",
			AlipayAmount: new(models.Fen(99_00)), ShopAmount: new(models.Fen(99_00)),
		}
		healed := second
		healed.Action, healed.ClosedAt = "given back as A1R1", new(noon.Add(time.Hour))
		for _, step := range []struct {
			name     string
			found    []models.BillDifference
			all      int
			missing  bool // whether the difference is open
			second   bool
			secondBy string
		}{
			{"found", []models.BillDifference{missing, second}, 2, true, true, ""},
			{"found again", []models.BillDifference{second, missing}, 2, true, true, ""},
			{"one healed", []models.BillDifference{missing, healed}, 2, true, false, healed.Action},
			{"one gone", []models.BillDifference{healed}, 2, false, false, healed.Action},
			{"nothing", nil, 2, false, false, healed.Action},
			{"one is back", []models.BillDifference{missing}, 2, true, false, healed.Action},
		} {
			s.clock.forward(time.Hour)
			all := s.saveDifferences(t, step.found...)
			if len(all) != step.all {
				t.Fatalf("%s: got %d rows, want %d", step.name, len(all), step.all)
			}
			for _, d := range all {
				open := step.missing
				if d.Kind == models.SecondPayment {
					open = step.second
					if d.Action != step.secondBy {
						t.Errorf("%s: got action %q, want %q", step.name, d.Action, step.secondBy)
					}
				}
				if (d.ClosedAt == nil) != open || d.BillDate != billDate || !d.FoundAt.Equal(noon.Add(time.Hour)) {
					t.Errorf("%s: got %+v, want open %v, found first at one", step.name, d, open)
				}
			}
		}
	})
}

// Staff may compare a day while the job does, or press twice: both store what they found, once.
func TestSaveBillDifferencesAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		found := []models.BillDifference{
			{Kind: models.MissingHere, OutTradeNo: "a"}, {Kind: models.MissingThere, OutTradeNo: "b"},
		}
		for day := range 20 {
			date := fmt.Sprintf("2026-01-%02d", day+1)
			together(4, func(int) {
				all, err := s.SaveBillDifferences(t.Context(), date, slices.Clone(found))
				if err != nil || len(all) != len(found) {
					t.Errorf("%s: got %+v, %v; want %d differences", date, all, err, len(found))
				}
			})
		}
	})
}

// When the bill of a big day comes empty, every payment of that day is a difference. They are written
// together, and those that have not changed are not written again.
func TestManyBillDifferences(t *testing.T) {
	s := newScene(t, modelstest.MariaDB, func(o *models.Options) { o.MaxConns = 1 })
	var found []models.BillDifference
	for i := range 2000 {
		number := strconv.Itoa(i)
		found = append(found, models.BillDifference{Kind: models.MissingThere, OutTradeNo: number, TradeNo: number})
	}
	for _, step := range []struct {
		name  string
		found []models.BillDifference
		open  int64
	}{
		{"found", found, 2000},
		{"found again", found, 2000},
		{"one is left", found[:1], 1},
	} {
		before := modelstest.Questions(t, s.DB)
		all := s.saveDifferences(t, step.found...)
		if asked := modelstest.Questions(t, s.DB) - before - 1; asked > 20 {
			t.Errorf("%s: got %d statements, want one for hundreds of rows", step.name, asked)
		}
		open := sum(t, s.DB, "SELECT COUNT(*) FROM ly_bill_difference WHERE closed_at IS NULL")
		if len(all) != len(found) || open != step.open {
			t.Errorf("%s: got %d differences, %d of them open; want %d, %d", step.name, len(all), open, len(found), step.open)
		}
	}
}

func TestBillDifferencesOfOtherDaysStand(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		s.saveDifferences(t, models.BillDifference{Kind: models.MissingHere, OutTradeNo: "A1", TradeNo: "T1"})
		if all, err := s.SaveBillDifferences(t.Context(), "2026-02-27", nil); err != nil || len(all) != 0 {
			t.Errorf("got %+v, %v; want none of that day", all, err)
		}
		if n := sum(t, s.DB, "SELECT COUNT(*) FROM ly_bill_difference WHERE closed_at IS NULL"); n != 1 {
			t.Errorf("got %d open, want 1", n)
		}
	})
}

func TestBillDayIsComparedByOneOfFourReplicas(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		claims := func() int64 {
			var n atomic.Int64
			together(4, func(int) {
				claimed, err := s.ClaimBillDay(t.Context(), billDate)
				if err != nil {
					t.Errorf("claim: %v", err)
				}
				if claimed {
					n.Add(1)
				}
			})
			return n.Load()
		}
		open := models.BillDifference{Kind: models.MissingHere, OutTradeNo: "A1", TradeNo: "T1"}
		for _, step := range []struct {
			name    string
			forward time.Duration
			lead    func()
			want    int64
		}{
			{"the first time", 0, func() {}, 1},
			{"within half an hour", 30*time.Minute - time.Microsecond, func() {}, 0},
			{"the one who had it died", time.Microsecond, func() {}, 1},
			{"compared", time.Hour, func() {
				if err := s.NoteBillDay(t.Context(), billDate); err != nil {
					t.Fatal(err)
				}
			}, 0},
			{"a day later", 24 * time.Hour, func() {}, 0},
			{"a day later, with a difference open", 0, func() { s.saveDifferences(t, open) }, 1},
		} {
			s.clock.forward(step.forward)
			step.lead()
			if got := claims(); got != step.want {
				t.Errorf("%s: got %d claims, want %d", step.name, got, step.want)
			}
		}
	})
}

// A difference that staff have settled stays closed, unless its sums have changed when the day is
// compared again.
func TestSettledBillDifference(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		found := models.BillDifference{
			Kind: models.AmountDiffers, OutTradeNo: "A1", TradeNo: "T1",
			AlipayAmount: new(models.Fen(100)), ShopAmount: new(models.Fen(200)),
		}
		id := s.saveDifferences(t, found)[0].ID
		if err := s.SettleBillDifference(t.Context(), id, "boss", "asked Alipay"); err != nil {
			t.Fatal(err)
		}
		if got := s.saveDifferences(t, found)[0]; got.ClosedAt == nil || got.SettledBy != "boss" ||
			got.Action != "asked Alipay" {
			t.Errorf("compared again: got %+v, want it settled by boss", got)
		}
		found.AlipayAmount = new(models.Fen(101))
		if got := s.saveDifferences(t, found)[0]; got.ClosedAt != nil || got.SettledBy != "" {
			t.Errorf("another sum: got %+v, want it open", got)
		}
	})
}

package models_test

import (
	"fmt"
	"testing"

	"gorm.io/gorm"

	"luffy/models"
	"luffy/models/modelstest"
)

func TestLedger(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		s.fill(t, s.Plain.For(30))
		order := modelstest.PlaceOrder(t, s.DB, s.ann, models.Choice{Points: 200})
		_, trade := s.attempt(t, order)
		s.confirm(t, trade)
		student(t, s.DB, "bob")
		list, err := s.Ledger(t.Context(), s.ann.ID, 1)
		if err != nil || list.Total != 2 || len(list.Rows) != 2 {
			t.Fatalf("got %+v, %v; want two rows", list, err)
		}
		spent, welcome := list.Rows[0], list.Rows[1]
		if spent.Opera != models.CreditSpent || spent.Number != -200 ||
			spent.Balance != 800 || spent.OrderNumber != order.OrderNumber {
			t.Errorf("got %+v, want 200 spent by %s, 800 left", spent, order.OrderNumber)
		}
		if welcome.Opera != models.CreditEarned || welcome.Number != 1000 ||
			welcome.Balance != 1000 || welcome.OrderNumber != "" {
			t.Errorf("got %+v, want 1000 earned", welcome)
		}
		empty, err := s.Ledger(t.Context(), 99, 1)
		if err != nil || empty.Total != 0 || len(empty.Rows) != 0 || empty.Pages != 1 {
			t.Errorf("of nobody: got %+v, %v", empty, err)
		}
	})
}

// The balances continue from page to page, and that of the oldest row is its own number.
func TestLedgerPages(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		var more []models.Credit
		for i := range 2*models.LedgerPerPage + 3 {
			more = append(more, models.Credit{
				UserID: s.ann.ID, Opera: models.CreditEarned, Number: int64(i%7) - 3,
				Reference: fmt.Sprint("row", i), CreatedAt: s.Now(),
			})
		}
		if err := s.InTx(t.Context(), func(g *gorm.DB) error { return g.Create(&more).Error }); err != nil {
			t.Fatal(err)
		}
		var all []models.LedgerRow
		for page := 1; page <= 3; page++ {
			list, err := s.Ledger(t.Context(), s.ann.ID, page)
			if err != nil || list.Page != page || list.Pages != 3 || list.Total != len(more)+1 {
				t.Fatalf("page %d: got page %d of %d with %d rows, %v", page, list.Page, list.Pages, list.Total, err)
			}
			all = append(all, list.Rows...)
		}
		if len(all) != len(more)+1 {
			t.Fatalf("got %d rows on three pages, want %d", len(all), len(more)+1)
		}
		for i, row := range all[:len(all)-1] {
			if below := all[i+1].Balance; row.Balance != below+row.Number || row.ID <= all[i+1].ID {
				t.Errorf("row %d: got balance %d after %+d over %d", i, row.Balance, row.Number, below)
			}
		}
		if last := all[len(all)-1]; last.Balance != last.Number {
			t.Errorf("the oldest row: got balance %d, want its own %d", last.Balance, last.Number)
		}
		for _, page := range []int{-1, 0, 1_000_000_000} {
			want := 1
			if page > 1 {
				want = 3
			}
			if list, err := s.Ledger(t.Context(), s.ann.ID, page); err != nil || list.Page != want {
				t.Errorf("page %d: got page %d, %v; want %d", page, list.Page, err, want)
			}
		}
	})
}

package models_test

import (
	"slices"
	"testing"

	"luffy/models"
	"luffy/models/modelstest"
)

// A backup was restored that lacks a refund. The bill tells of it by the shop's own number, with which
// the shop cannot have meant anything but a line of that price, if there is just one.
func TestLostRefundOfALine(t *testing.T) {
	const own, console = "R1", "-8342971648252905"
	for name, c := range map[string]struct {
		number  string
		amount  models.Fen
		twins   bool // the lines have the same price
		revoked int  // how many courses end
	}{
		"the line of that price":         {own, 99_00, false, 1},
		"a sum that no line costs":       {own, 98_99, false, 0},
		"two lines of that price":        {own, 99_00, true, 0},
		"made in the console":            {console, 99_00, false, 0},
		"the whole":                      {own, 216_33, false, 2},
		"the whole, made in the console": {console, 216_33, false, 2},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				other := s.Rate
				if c.twins {
					other = s.Off
					exec(t, s.DB, "UPDATE ly_course_expire SET price = 19900 WHERE course_id = ?", other.ID) // -100
				}
				order, _ := modelstest.Paid(t, s.DB, s.ann, s.Plain.For(30), other.For(30))
				news := models.RefundNews{
					OutTradeNo: order.OrderNumber, OutRequestNo: order.OrderNumber + c.number, Amount: c.amount, At: noon,
				}
				for range 2 {
					if err := s.NoteRefund(t.Context(), news); err != nil {
						t.Errorf("%+v: %v", news, err)
					}
				}
				got := s.revoked(t, order)
				if len(got) != c.revoked || c.revoked == 1 && !slices.Equal(got, []int64{s.Plain.ID}) {
					t.Errorf("got revoked courses %v, want %d, the first of them %d", got, c.revoked, s.Plain.ID)
				}
				if back := s.read(t, order).RefundedAmount; back != c.amount {
					t.Errorf("got %s back, want %s", back, c.amount)
				}
				wantClean(t, s.DB)
			})
		})
	}
}

// Two refunds were lost. Each gave back its own line.
func TestLostRefundsOfTwoLines(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.twoLines(t)
		for number, amount := range map[string]models.Fen{"R1": 117_33, "R2": 99_00} {
			err := s.NoteRefund(t.Context(), models.RefundNews{
				OutTradeNo: order.OrderNumber, OutRequestNo: order.OrderNumber + number, Amount: amount, At: noon,
			})
			if err != nil {
				t.Error(err)
			}
		}
		if got := s.read(t, order); got.OrderStatus != models.OrderRefunded || len(s.revoked(t, order)) != 2 {
			t.Errorf("got %v and revoked courses %v, want all back", got.OrderStatus, s.revoked(t, order))
		}
		wantClean(t, s.DB)
	})
}

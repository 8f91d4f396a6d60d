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
				bought := s.twoLines
				if c.twins {
					bought = s.twins
				}
				order := bought(t)
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

// twins is a paid order of two lines of 99.00.
func (s *scene) twins(t testing.TB) models.Order {
	t.Helper()
	exec(t, s.DB, "UPDATE ly_course_expire SET price = 19900 WHERE course_id = ?", s.Off.ID) // it sells at 100.00 less
	order, _ := modelstest.Paid(t, s.DB, s.ann, s.Plain.For(30), s.Off.For(30))
	return order
}

// The number of a lost refund names its line, though another has the same price and an open request.
func TestLostRefundNamesItsLine(t *testing.T) {
	for name, c := range map[string]struct {
		number  string
		revoked func(*scene) []int64
	}{
		"the first line":         {"R1L1", func(s *scene) []int64 { return []int64{s.Plain.ID} }},
		"the second line":        {"R1L2", func(s *scene) []int64 { return []int64{s.Off.ID} }},
		"its second refund":      {"R2L2", func(s *scene) []int64 { return []int64{s.Off.ID} }},
		"a line that is not one": {"R1L3", func(*scene) []int64 { return nil }},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				order := s.twins(t)
				s.requestRefund(t, order, 1)
				for range 2 {
					err := s.NoteRefund(t.Context(), models.RefundNews{
						OutTradeNo: order.OrderNumber, OutRequestNo: order.OrderNumber + c.number, Amount: 99_00, At: noon,
					})
					if err != nil {
						t.Error(err)
					}
				}
				if got, want := s.revoked(t, order), c.revoked(s); !slices.Equal(got, want) {
					t.Errorf("got revoked courses %v, want %v", got, want)
				}
				if back := s.read(t, order).RefundedAmount; back != 99_00 {
					t.Errorf("got %s back, want 99.00", back)
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

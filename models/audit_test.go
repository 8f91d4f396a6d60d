package models_test

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"luffy/models"
	"luffy/models/modelstest"
)

// bookRow is a row of the books: its ID, and how Audit names it.
type bookRow struct {
	id   int64
	name string
}

// books makes orders of ann's in every state, and returns, by names of their own, the rows that tests break.
func (s *scene) books(t testing.TB) map[string]bookRow {
	t.Helper()
	paid, coupon := s.discounted(t)
	refunded := s.twoLines(t)
	s.finish(t, s.refund(t, models.NewRefund{OrderNumber: refunded.OrderNumber}))
	partly, surplus := s.partlyRefunded(t)
	asked, granted := s.twoLines(t), s.twoLines(t)
	s.requestRefund(t, asked, 1)
	s.requestRefund(t, granted, 1)
	s.finish(t, s.approve(t, granted, 1))
	cancelled := s.order(t, s.Off.For(60))
	s.attempt(t, cancelled)
	s.cancel(t, cancelled)
	s.order(t, s.Free.For(30))
	s.give(t, modelstest.CouponRate)
	held := s.give(t, modelstest.CouponOff)
	s.fill(t, s.Plain.For(0))
	unpaid := modelstest.PlaceOrder(t, s.DB, s.ann, models.Choice{Coupon: held.ID, Points: 100})
	s.attempt(t, unpaid)
	line := rows[models.OrderDetail](t, s.DB, "order_id = ? AND position = 1", partly.ID)[0]
	return map[string]bookRow{
		"ann":       {s.ann.ID, s.ann.Username},
		"step":      {s.Step.ID, s.Step.Name},
		"paid":      {paid.ID, paid.OrderNumber},
		"coupon":    {coupon.ID, strconv.FormatInt(coupon.ID, 10)}, // used by paid
		"refunded":  {refunded.ID, refunded.OrderNumber},
		"partly":    {partly.ID, partly.OrderNumber},
		"line":      {line.ID, partly.OrderNumber}, // given back
		"surplus":   {surplus.ID, surplus.OutTradeNo},
		"asked":     {asked.ID, asked.OrderNumber},
		"granted":   {granted.ID, granted.OrderNumber},
		"request":   {s.request(t, granted, 1).ID, granted.OrderNumber},
		"cancelled": {cancelled.ID, cancelled.OrderNumber},
		"unpaid":    {unpaid.ID, unpaid.OrderNumber},
	}
}

// partlyRefunded is an order of two lines, of which one was given back. It was paid twice; the first
// payment, surplus, is on its way back.
func (s *scene) partlyRefunded(t testing.TB) (order models.Order, surplus models.Payment) {
	t.Helper()
	order = s.order(t, s.Plain.For(30), s.Step.For(60))
	surplus, late := s.attempt(t, order)
	if err := s.ClosePayment(t.Context(), surplus.ID, "TRADE_CLOSED"); err != nil {
		t.Fatal(err)
	}
	_, trade := s.attempt(t, order)
	s.confirm(t, trade)
	s.confirm(t, late)
	s.finish(t, s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Line: 1}))
	return order, surplus
}

func TestAuditOfSoundBooks(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		wantClean(t, s.DB)
		s.books(t)
		wantClean(t, s.DB)
		foldAll(t, s.DB)
		wantClean(t, s.DB)
	})
}

// Each breach breaks one thing by hand; the check must name the row that is wrong.
func TestAuditFindsWhatIsBroken(t *testing.T) {
	invariants := slices.Sorted(slices.Values(models.Invariants()))
	if got := slices.Sorted(maps.Keys(breaches)); !slices.Equal(got, invariants) {
		t.Errorf("got breaches of %q, want some of each invariant: %q", got, invariants)
	}
	for check, ways := range breaches {
		for _, b := range ways {
			t.Run(b.name, func(t *testing.T) {
				onEach(t, func(t *testing.T, s *scene) {
					sound := s.books(t)
					exec(t, s.DB, withIDs(b.statement, sound))
					findings, err := s.Audit(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					row := sound[b.row].name
					if !slices.ContainsFunc(findings, func(f models.Finding) bool { return f.Check == check && f.Row == row }) {
						t.Errorf("got %v, want %q of %s", findings, check, row)
					}
				})
			})
		}
	}
}

var idOf = regexp.MustCompile(`:[a-z]+`)

// withIDs puts the IDs of the rows in the places of their names.
func withIDs(statement string, sound map[string]bookRow) string {
	return idOf.ReplaceAllStringFunc(statement, func(name string) string {
		return strconv.FormatInt(sound[name[1:]].id, 10)
	})
}

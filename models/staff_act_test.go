package models_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"luffy/models"
)

// acts lists who did what about an order, oldest first, as "name act sum note".
func (s *scene) acts(t testing.TB, number string) []string {
	t.Helper()
	acts, err := s.ActsOf(t.Context(), number, 100)
	if err != nil {
		t.Fatal(err)
	}
	return actTexts(acts)
}

func actTexts(acts []models.StaffAct) []string {
	var texts []string
	for _, a := range slices.Backward(acts) {
		texts = append(texts, strings.Join([]string{a.DoneBy, string(a.Act), a.Amount.String(), a.Note}, " "))
	}
	return texts
}

// Every decision says who made it and when, and is stored once, with what it decides; a decision that
// is refused is none.
func TestStaffActs(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order, _ := s.discounted(t)
		number := order.OrderNumber
		s.requestRefund(t, order, 1, 2)
		first, second := s.request(t, order, 1).ID, s.request(t, order, 2).ID
		reject := func(id int64, by string) {
			if err := s.RejectRefund(t.Context(), id, models.RefundDecision{By: by, Reason: "课程已学完"}); err != nil {
				t.Fatal(err)
			}
		}
		reject(second, "boss")
		reject(second, "anna") // who was slower
		s.clock.forward(time.Hour)
		approved, err := s.ApproveRefund(t.Context(), first, models.RefundDecision{By: "anna"})
		if err != nil {
			t.Fatal(err)
		}
		s.refuse(t, approved)
		for range 2 {
			if err := s.SettleRefund(t.Context(), approved.ID, "boss", "银行转账"); err != nil {
				t.Fatal(err)
			}
		}
		sum := models.NewRefund{OrderNumber: number, Amount: 1_00, Reason: "补差价", By: "root@till", Key: "once"}
		s.refund(t, sum)
		s.refund(t, sum)
		sum.Key, sum.Amount = "too much", 1_000_000_00
		if _, err := s.CreateRefund(t.Context(), sum); err == nil {
			t.Error("got no error for more than was paid")
		}
		price := approved.Amount.String()
		want := []string{
			"boss reject_refund 0.00 课程已学完",
			"anna approve_refund " + price + " " + approved.Reason,
			"boss settle_refund " + price + " 银行转账",
			"root@till refund 1.00 补差价",
		}
		if got := s.acts(t, number); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		acts, err := s.ActsOf(t.Context(), number, 3)
		if err != nil || len(acts) != 3 || !acts[2].DoneAt.Equal(noon.Add(time.Hour)) {
			t.Errorf("got %+v, %v; want the latest three, the oldest an hour after noon", acts, err)
		}
	})
}

// An act about a bill is found by its day, and by its order too, if the shop has it.
func TestStaffActsOfADay(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.order(t, s.Plain.For(30))
		elsewhere := "20190929151453000001000020"
		found := s.saveDifferences(t,
			models.BillDifference{Kind: models.SecondPayment, OutTradeNo: order.OrderNumber + "_2"},
			models.BillDifference{Kind: models.MissingHere, OutTradeNo: elsewhere},
			models.BillDifference{Kind: models.MissingHere, OutTradeNo: "not of the shop's making"})
		day := found[0].BillDate
		for _, d := range found {
			if err := s.SettleBillDifference(t.Context(), d.ID, "boss", "asked "+d.OutTradeNo); err != nil {
				t.Fatal(err)
			}
			if err := s.SettleBillDifference(t.Context(), d.ID, "anna", "slower"); err == nil {
				t.Error("got no error for a difference that is closed")
			}
		}
		export := models.StaffAct{DoneBy: "anna", Act: models.ActExport, Period: day[:7]}
		if err := s.NoteAct(t.Context(), export); err != nil {
			t.Fatal(err)
		}
		acts, err := s.ActsIn(t.Context(), day, 10)
		if err != nil || len(acts) != 3 {
			t.Errorf("got %q, %v; want what was done about each difference", actTexts(acts), err)
		}
		for number, want := range map[string]int{order.OrderNumber: 1, elsewhere: 0} {
			if got := s.acts(t, number); len(got) != want {
				t.Errorf("order %s: got %q, want %d", number, got, want)
			}
		}
	})
}

// The list of all acts is read in pages, and none is left out or repeated when others come meanwhile.
func TestActsBefore(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		note := func(text string) {
			t.Helper()
			if err := s.NoteAct(t.Context(), models.StaffAct{DoneBy: "boss", Act: models.ActCompare, Note: text}); err != nil {
				t.Fatal(err)
			}
		}
		for _, text := range []string{"a", "b", "c", "d", strings.Repeat("长", 300)} {
			note(text)
		}
		var got []string
		for last := int64(0); ; {
			acts, err := s.ActsBefore(t.Context(), last, 2)
			if err != nil {
				t.Fatal(err)
			}
			if len(acts) == 0 {
				break
			}
			for _, a := range acts {
				got = append(got, a.Note)
			}
			last = acts[len(acts)-1].ID
			note("meanwhile")
		}
		if want := []string{strings.Repeat("长", 255), "d", "c", "b", "a"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

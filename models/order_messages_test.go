package models_test

import (
	"slices"
	"testing"

	"luffy/models"
)

// A student sees each message once, and none that was refused or led to nothing, except returns.
func TestOrderMessages(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.order(t, s.Plain.For(30))
		_, trade := s.attempt(t, order)
		another, _ := s.attempt(t, s.order(t, s.Plain.For(30)))
		for _, e := range []models.PaymentEvent{
			{Source: models.SourceReturn, OutTradeNo: trade.OutTradeNo, Verdict: models.VerdictRefused, Reason: "signature"},
			{
				Source: models.SourceReturn, OutTradeNo: trade.OutTradeNo, TradeNo: trade.TradeNo,
				Verdict: models.VerdictNoted, Reason: "returned",
			},
			{Source: models.SourceQuery, OutTradeNo: trade.OutTradeNo, Verdict: models.VerdictNoted, Reason: "no_trade_yet"},
			{
				Source: models.SourceReturn, OutTradeNo: trade.OutTradeNo, TradeNo: trade.TradeNo,
				Verdict: models.VerdictNoted, Reason: "returned",
			},
			{Source: models.SourceReturn, OutTradeNo: another.OutTradeNo, Verdict: models.VerdictNoted, Reason: "returned"},
		} {
			e.ReceivedAt = noon
			if err := s.RecordEvent(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		for range 3 {
			s.confirm(t, trade)
		}
		second := trade
		second.TradeNo += "9"
		s.confirm(t, second)
		s.confirm(t, second)

		view, err := s.Order(t.Context(), s.ann.ID, order.OrderNumber)
		if err != nil {
			t.Fatal(err)
		}
		messages, err := s.OrderMessages(t.Context(), view)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range messages {
			if m.ReceivedAt.IsZero() || m.Raw != nil {
				t.Errorf("%s: got time %v and %d raw bytes, want the time alone", m.Reason, m.ReceivedAt, len(m.Raw))
			}
			got = append(got, string(m.Verdict)+" "+m.Reason)
		}
		if want := []string{"noted returned", "accepted fulfilled", "held another_trade"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

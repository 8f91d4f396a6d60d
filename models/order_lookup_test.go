package models_test

import (
	"errors"
	"testing"

	"luffy/models"
)

// Staff find an order by any of its names, here or at Alipay, and read the latest of its messages,
// however many somebody has sent in Alipay's name.
func TestFindOrder(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.order(t, s.Plain.For(30))
		_, trade := s.attempt(t, order)
		s.confirm(t, trade)
		s.order(t, s.Rate.For(30))
		for range 250 {
			forged := models.PaymentEvent{
				ReceivedAt: noon, Source: models.SourceNotify, OutTradeNo: trade.OutTradeNo, Verdict: models.VerdictRefused,
			}
			if err := s.RecordEvent(t.Context(), forged); err != nil {
				t.Fatal(err)
			}
		}
		s.confirm(t, trade)
		refund := s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Amount: 1_00, By: "boss"})
		for _, name := range []string{order.OrderNumber, trade.OutTradeNo, trade.TradeNo, refund.OutRequestNo} {
			got, err := s.FindOrder(t.Context(), name)
			if err != nil || got.ID != order.ID || got.Username != "ann" || len(got.Lines) != 1 || len(got.Payments) != 1 {
				t.Errorf("%s: got order %d of %q, %v; want %d of ann", name, got.ID, got.Username, err, order.ID)
			}
			if n := len(got.Messages); n != 200 || got.Messages[n-1].Reason != string(models.AlreadyDone) {
				t.Errorf("%s: got %d messages, want the latest 200, the last being %s", name, n, models.AlreadyDone)
			}
		}
		for _, name := range []string{"", "ann", "%", order.OrderNumber[:25], order.OrderNumber + "_2"} {
			if got, err := s.FindOrder(t.Context(), name); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("%q: got order %q, %v; want %v", name, got.OrderNumber, err, models.ErrNotFound)
			}
		}
	})
}

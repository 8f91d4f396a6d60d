package models_test

import (
	"strings"
	"testing"

	"luffy/models"
)

// Anybody can send messages to notify_url. However long or broken they are, they are stored without
// error.
func TestRecordEventTakesAnything(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		long := strings.Repeat("长", 1000)
		for name, e := range map[string]models.PaymentEvent{
			"nothing":  {},
			"too long": {NotifyID: long, OutTradeNo: long, TradeNo: long, TradeStatus: long, Reason: long, Raw: []byte(long)},
			"not UTF-8": {
				NotifyID: "\xff\xfe", OutTradeNo: "\xc2", TradeNo: "a\x00b",
				TradeStatus: "\xf0\x9f", Raw: []byte("\x00\xff"),
			},
			"four bytes":  {OutTradeNo: "😀", Raw: []byte("😀")},
			"a statement": {OutTradeNo: "'; DROP TABLE ly_order; --"},
		} {
			e.ReceivedAt, e.Source, e.Verdict = s.Now(), models.SourceNotify, models.VerdictRefused
			if err := s.RecordEvent(t.Context(), e); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		stored := rows[models.PaymentEvent](t, s.DB, "raw = ?", []byte(long))
		if len(stored) != 1 ||
			stored[0].OutTradeNo != strings.Repeat("长", 64) || stored[0].NotifyID != strings.Repeat("长", 128) {
			t.Errorf("too long: got %d rows, want it cut to the columns and its raw form whole", len(stored))
		}
	})
}

func TestReturns(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		returned := func(outTradeNo string) bool {
			got, err := s.Returns(t.Context(), outTradeNo)
			if err != nil {
				t.Fatal(err)
			}
			return got > 0
		}
		record := func(source models.Source, verdict models.Verdict) {
			err := s.RecordEvent(t.Context(), models.PaymentEvent{
				ReceivedAt: noon, Source: source, OutTradeNo: "1", Verdict: verdict,
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		record(models.SourceReturn, models.VerdictRefused)
		record(models.SourceNotify, models.VerdictNoted)
		if returned("1") {
			t.Error("a refused return or another message passes for a return")
		}
		record(models.SourceReturn, models.VerdictNoted)
		if !returned("1") || returned("2") {
			t.Errorf("got %v and %v, want the genuine return of attempt 1 only", returned("1"), returned("2"))
		}
	})
}

package alipay

import (
	"testing"
	"time"
)

func TestFormatTimeIsBeijingWhateverTheHost(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 12, 31, 16, 0, 1, 999_999_999, time.UTC)
	for _, zone := range []*time.Location{time.UTC, time.FixedZone("", -5*3600), Zone} {
		if got, want := FormatTime(at.In(zone)), "2027-01-01 00:00:01"; got != want {
			t.Errorf("FormatTime in %v = %q, want %q", zone, got, want)
		}
	}
}

func TestParseTime(t *testing.T) {
	t.Parallel()
	valid := map[string]time.Time{
		"2019-09-29 15:15:53":     time.Date(2019, 9, 29, 7, 15, 53, 0, time.UTC),
		"2019-09-29 15:15:53.087": time.Date(2019, 9, 29, 7, 15, 53, 87e6, time.UTC),
		"2019-09-29 15:15:53.87":  time.Date(2019, 9, 29, 7, 15, 53, 87e6, time.UTC),
		"2019-09-29 15:15:53.0":   time.Date(2019, 9, 29, 7, 15, 53, 0, time.UTC),
		"2027-01-01 00:00:01":     time.Date(2026, 12, 31, 16, 0, 1, 0, time.UTC),
	}
	for text, want := range valid {
		got, err := ParseTime(text)
		if err != nil || !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("ParseTime(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
	invalid := []string{
		"", "2019-09-29", "2019-09-29T15:15:53", "2019-09-29 15:15:53Z", "2019-09-29 15:15:53+08:00", "2019-02-30 00:00:00",
		"2019-09-29 15:15:53.", "2019-09-29 15:15:53.0870", "2019-09-29 15:15:53.-1", "2019-09-29 15:15:53,087", "2019-09-29 15:15:53 ",
		"2019-9-29 15:15:53", "2019-09-29 24:00:00",
	}
	for _, text := range invalid {
		if got, err := ParseTime(text); err == nil {
			t.Errorf("ParseTime(%q) = %v, want an error", text, got)
		}
	}
}

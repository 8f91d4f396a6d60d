package models

import (
	"strings"
	"testing"
	"time"
)

func TestNewOrderNumber(t *testing.T) {
	t.Parallel()
	newYear := time.Date(2026, 12, 31, 16, 0, 1, 0, time.UTC) // in Beijing the year has changed
	for user, prefix := range map[int64]string{
		1:         "20270101000001" + "000001",
		999_999:   "20270101000001" + "999999",
		1_234_567: "20270101000001" + "234567",
	} {
		got := newOrderNumber(newYear, user)
		if !strings.HasPrefix(got, prefix) || len(got) != OrderNumberLength || !digitsOnly(got) {
			t.Errorf("user %d: got %q, want %q and 6 digits", user, got, prefix)
		}
	}
}

func TestOrderNumberCannotBeGuessed(t *testing.T) {
	t.Parallel()
	now, seen := time.Now(), map[string]bool{}
	for range 50 {
		seen[newOrderNumber(now, 7)] = true
	}
	if len(seen) < 40 { // a million possible endings: even three equal ones among 50 do not happen
		t.Errorf("got %d different numbers in one second, want about 50", len(seen))
	}
}

func TestOrderNumberOf(t *testing.T) {
	t.Parallel()
	const number = "20270101000001000001123456"
	for outTradeNo, want := range map[string]string{
		number:                                   number,
		number + "_2":                            number,
		"":                                       "",
		"2027":                                   "",
		number[1:]:                               "",
		number[1:] + "x":                         "",
		"x" + number[1:]:                         "",
		"１" + number[3:]:                         "",
		"%" + number[1:]:                         "",
		strings.ToUpper(strings.Repeat("a", 26)): "",
	} {
		got, ok := orderNumberOf(outTradeNo)
		if got != want || ok != (want != "") {
			t.Errorf("%q: got %q, %v; want %q", outTradeNo, got, ok, want)
		}
	}
}

func TestAttemptOf(t *testing.T) {
	t.Parallel()
	const number = "20270101000001000001123456"
	for outTradeNo, want := range map[string]int{
		number:          1,
		number + "_2":   2,
		number + "_17":  17,
		number + "_1":   0,
		number + "_0":   0,
		number + "_02":  0,
		number + "_-2":  0,
		number + "_+2":  0,
		number + "_":    0,
		number + "2":    0,
		number + "_2R1": 0,
		number[1:]:      0,
		"":              0,
	} {
		if got := attemptOf(outTradeNo); got != want {
			t.Errorf("%q: got %d, want %d", outTradeNo, got, want)
		}
	}
}

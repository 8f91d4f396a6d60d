package alipay

import "testing"

func TestFormatAmount(t *testing.T) {
	t.Parallel()
	tests := map[int64]string{
		0: "0.00", 1: "0.01", 10: "0.10", 99: "0.99", 100: "1.00",
		31000: "310.00", 10_000_000_000: "100000000.00", -50: "-0.50",
	}
	for fen, want := range tests {
		if got := FormatAmount(fen); got != want {
			t.Errorf("FormatAmount(%d) = %q, want %q", fen, got, want)
		}
	}
}

func TestParseAmount(t *testing.T) {
	t.Parallel()
	valid := map[string]int64{
		"0": 0, "0.01": 1, "0.1": 10, "310": 31000, "310.0": 31000, "310.00": 31000,
		"007.50": 750, "999999999.99": 99_999_999_999,
	}
	for text, want := range valid {
		if got, err := ParseAmount(text); err != nil || got != want {
			t.Errorf("ParseAmount(%q) = %d, %v, want %d", text, got, err, want)
		}
	}
	invalid := []string{
		"", ".", "310.", ".5", "310.000", "310.00 ", " 310.00", "+310", "-310", "3,100.00", "1e3", "0x10", "1_000", "310,00",
		"1234567890", "310.0.0", "３１０", "310.０", "NaN", "¥310.00", "310\n",
	}
	for _, text := range invalid {
		if got, err := ParseAmount(text); err == nil {
			t.Errorf("ParseAmount(%q) = %d, want an error", text, got)
		}
	}
}

func TestParseSignedAmount(t *testing.T) {
	t.Parallel()
	valid := map[string]int64{
		"310.00": 31000, "-310.00": -31000, "-0.04": -4, "-0.00": 0, "-999999999.99": -99_999_999_999,
	}
	for text, want := range valid {
		if got, err := parseSignedAmount(text); err != nil || got != want {
			t.Errorf("parseSignedAmount(%q) = %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "-", "--1.00", "+1.00", "- 1.00", "1.00-", "−1.00", "-1,000.00", "-1.000"} {
		if got, err := parseSignedAmount(text); err == nil {
			t.Errorf("parseSignedAmount(%q) = %d, want an error", text, got)
		}
	}
}

// FuzzParseAmount: what is read as a sum is the same sum when it is written and read again.
func FuzzParseAmount(f *testing.F) {
	for _, text := range []string{"310.00", "0.1", "1", "999999999.99", "-1", "1e3", "", "1.", "0.001"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fen, err := ParseAmount(text)
		if err != nil {
			return
		}
		if fen < 0 {
			t.Errorf("ParseAmount(%q) = %d, which is negative", text, fen)
		}
		if again, err := ParseAmount(FormatAmount(fen)); err != nil || again != fen {
			t.Errorf("%q is %d fen, and %q is %d fen (%v)", text, fen, FormatAmount(fen), again, err)
		}
	})
}

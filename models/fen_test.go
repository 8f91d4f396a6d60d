package models_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"luffy/models"
)

func TestParseFen(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]models.Fen{
		"0":            0,
		"0.01":         1,
		"0.5":          50,
		"310":          310_00,
		"310.5":        310_50,
		"310.00":       310_00,
		"007.10":       7_10,
		"99999999.99":  99_999_999_99,
		"100000000.00": models.MaxFen,
	} {
		if got, err := models.ParseFen(text); err != nil || got != want {
			t.Errorf("%q: got %d, %v; want %d", text, got, err, want)
		}
	}
}

func TestParseFenRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", ".", ".5", "5.", "1.234", "1.2.3", "-1", "+1", "1,000", "1e3",
		"0x10", " 1", "1 ", "1\n", "１", "一", "¥1", "NaN", "Inf",
		"1_000", "1.-1", "100000000.01", "0100000000", "99999999999999999999", "1\x00",
	} {
		if got, err := models.ParseFen(text); !errors.Is(err, models.ErrMoney) || got != 0 {
			t.Errorf("%q: got %d, %v; want ErrMoney", text, got, err)
		}
	}
}

func TestFenString(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fen         models.Fen
		plain, yuan string
	}{
		{0, "0.00", "¥0.00"},
		{1, "0.01", "¥0.01"},
		{-50, "-0.50", "-¥0.50"},
		{999_99, "999.99", "¥999.99"},
		{1_000_00, "1000.00", "¥1,000.00"},
		{-123_456_05, "-123456.05", "-¥123,456.05"},
		{models.MaxFen, "100000000.00", "¥100,000,000.00"},
		{math.MinInt64, "-92233720368547758.08", "-¥92,233,720,368,547,758.08"},
	} {
		if got := c.fen.String(); got != c.plain {
			t.Errorf("%d: got %q, want %q", int64(c.fen), got, c.plain)
		}
		if got := c.fen.Yuan(); got != c.yuan {
			t.Errorf("%d: got %q, want %q", int64(c.fen), got, c.yuan)
		}
	}
}

func TestFenRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		fen := models.Fen(rapid.Int64Range(0, int64(models.MaxFen)).Draw(t, "fen"))
		for _, text := range []string{fen.String(), strings.NewReplacer("¥", "", ",", "").Replace(fen.Yuan())} {
			if got, err := models.ParseFen(text); err != nil || got != fen {
				t.Fatalf("%q: got %d, %v; want %d", text, got, err, fen)
			}
		}
	})
}

// An accepted text has one meaning: printed and read again it is the same sum.
func TestFenOfAnyText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[0-9+\-.,e ]{0,12}`).Draw(t, "text")
		fen, err := models.ParseFen(text)
		if err != nil {
			return
		}
		if again, err := models.ParseFen(fen.String()); err != nil || again != fen || fen < 0 || fen > models.MaxFen {
			t.Fatalf("%q: got %d, then %d, %v", text, fen, again, err)
		}
	})
}

// FuzzParseFen: an accepted text consists of digits and at most one point, and its sum is printed with
// the same digits.
func FuzzParseFen(f *testing.F) {
	for _, text := range []string{
		"310", "310.5", "310.00", "0.01", ".5", "1.", "1e3", "-1", "+1", " 1", "１", "99999999999", "1.005", "00.10",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		sum, err := models.ParseFen(text)
		if err != nil {
			if !errors.Is(err, models.ErrMoney) || sum != 0 {
				t.Errorf("ParseFen(%q) = %d, %v; want 0 and ErrMoney", text, sum, err)
			}
			return
		}
		if sum < 0 || sum > models.MaxFen || strings.Trim(text, "0123456789.") != "" {
			t.Errorf("ParseFen(%q) = %d, want it refused", text, sum)
		}
		if again, err := models.ParseFen(sum.String()); err != nil || again != sum {
			t.Errorf("%q is written %q and read %d, %v", text, sum.String(), again, err)
		}
		whole, cents, _ := strings.Cut(text, ".")
		if want := strings.TrimLeft(whole, "0") + "." + (cents + "00")[:2]; strings.TrimLeft(sum.String(), "0") != want {
			t.Errorf("ParseFen(%q) = %s", text, sum)
		}
	})
}

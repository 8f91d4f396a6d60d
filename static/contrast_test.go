package static

import (
	"math"
	"regexp"
	"strconv"
	"testing"
)

// C4, 1.4.11: What marks the edges of controls and states has a contrast of at least 3:1 to what
// lies beside it. That of text, 4.5:1, is seen to in the browser.
func TestEdgesHaveContrast(t *testing.T) {
	t.Parallel()
	sheet, err := files.ReadFile("shop.css")
	if err != nil {
		t.Fatal(err)
	}
	colours := map[string]string{}
	for _, found := range regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{3,6});`).FindAllStringSubmatch(string(sheet), -1) {
		colours[found[1]] = found[2]
	}
	for _, edge := range []string{"edge", "amber-edge", "good", "bad", "focus"} {
		for _, beside := range []string{"paper", "ground", "amber-soft"} {
			if got := contrast(t, colours[edge], colours[beside]); got < 3 {
				t.Errorf("--%s on --%s: got %.2f:1, want at least 3:1", edge, beside, got)
			}
		}
	}
}

// contrast is the ratio that WCAG 2.2 defines.
func contrast(t *testing.T, one, other string) float64 {
	t.Helper()
	a, b := luminance(t, one), luminance(t, other)
	return (max(a, b) + 0.05) / (min(a, b) + 0.05)
}

// luminance is the relative luminance of a colour like 1d4ed8 or fff.
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	if len(colour) == 3 {
		colour = string([]byte{colour[0], colour[0], colour[1], colour[1], colour[2], colour[2]})
	}
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(colour[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		part := float64(n) / 255
		if part <= 0.04045 {
			sum += weight * part / 12.92
		} else {
			sum += weight * math.Pow((part+0.055)/1.055, 2.4)
		}
	}
	return sum
}

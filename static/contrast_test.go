package static

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// C4, 1.4.11: What marks the edges of controls and states has a contrast of at least 3:1 to what
// lies beside it, in the light and in the dark. That of text, 4.5:1, is seen to in the browser.
func TestEdgesHaveContrast(t *testing.T) {
	t.Parallel()
	sheet, err := files.ReadFile("shop.css")
	if err != nil {
		t.Fatal(err)
	}
	light, rest, _ := strings.Cut(string(sheet), "@media screen and (prefers-color-scheme: dark)")
	dark, _, _ := strings.Cut(rest, "\n}\n")
	colours := map[string]string{}
	for _, scheme := range []struct{ name, rules string }{{"light", light}, {"dark", dark}} {
		own := colour.FindAllStringSubmatch(scheme.rules, -1)
		if len(own) == 0 {
			t.Fatalf("no colours in the %s", scheme.name)
		}
		for _, found := range own { // those that the dark does not name are the light's
			colours[found[1]] = found[2]
		}
		for _, edge := range []string{"edge", "amber-edge", "good", "bad", "focus"} {
			for _, beside := range []string{"paper", "ground", "amber-soft"} {
				if got := contrast(t, colours[edge], colours[beside]); got < 3 {
					t.Errorf("--%s on --%s in the %s: got %.2f:1, want at least 3:1", edge, beside, scheme.name, got)
				}
			}
		}
	}
}

var colour = regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{3,6});`)

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

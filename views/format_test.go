package views

import (
	"slices"
	"strings"
	"testing"
	"time"

	"luffy/static"
)

// C7.
func TestTimesAreShownInBeijing(t *testing.T) {
	t.Parallel()
	late := time.Date(2026, 12, 31, 16, 5, 59, 0, time.UTC)
	if got, want := minuteText(late), "2027-01-01 00:05"; got != want {
		t.Errorf("minuteText: got %q, want %q", got, want)
	}
	if got, want := dayText(late), "2027-01-01"; got != want {
		t.Errorf("dayText: got %q, want %q", got, want)
	}
	if got, want := machineTime(late), "2027-01-01T00:05:59+08:00"; got != want {
		t.Errorf("machineTime: got %q, want %q", got, want)
	}
}

func TestPictureURL(t *testing.T) {
	t.Parallel()
	none := static.URL("img/placeholder.svg")
	tests := []struct{ name, want string }{
		{"img/go.svg", static.URL("img/go.svg")},
		{"/media/7.jpg", "/media/7.jpg"},
		{"", none},
		{"img/gone.svg", none},
		{"//elsewhere.example/x.png", none},
		{"javascript:alert(1)", none},
	}
	for _, test := range tests {
		if got := pictureURL(test.name); got != test.want {
			t.Errorf("pictureURL(%q) = %q, want %q", test.name, got, test.want)
		}
	}
}

func TestParagraphs(t *testing.T) {
	t.Parallel()
	got := paragraphs("一\r\n二\r\n\r\n\r\n\r\n三\n\n")
	if want := []string{"一\n二", "三"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestQuoted(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("长", 41)
	for words, want := range map[string]string{
		"Rust": "“Rust”", sampleNumber: "“" + sampleNumber + "”", long[3:]: "“" + long[3:] + "”", long: "“" + long[3:] + "…”",
	} {
		if got := quoted(words); got != want {
			t.Errorf("%s: got %s, want %s", words, got, want)
		}
	}
}

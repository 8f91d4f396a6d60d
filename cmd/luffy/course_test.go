package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFaultyCatalogue: the author of a file learns of all its faults in one go, and nothing of it is stored.
func TestFaultyCatalogue(t *testing.T) {
	t.Parallel()
	environ := []string{"LUFFY_DATABASE_URL=sqlite:" + t.TempDir() + "/luffy.db"}
	wantRun(t, environ, "", []string{"migrate", "up"}, 0)
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"several faults", `{
			"courses": [
				{"name": "Go", "category": "后端", "teacher": {"name": "Go 教研组"}, "price": "99.00",
					"terms": [{"days": 0, "text": "", "price": "9.00"}]},
				{"name": "", "price": "1.00"}
			],
			"activities": [{"name": "周年", "start": "2026-02-01T00:00:00+08:00", "end": "2026-01-01T00:00:00+08:00",
				"discounts": [{"course": "Go", "type": "rate", "sale": "0.88"}]}],
			"coupons": [{"name": "立减", "sale": "50", "days": 30}]
		}`, []string{`course "Go"`, "course 2", `activity "周年"`, "0.88", `coupon "立减"`}},
		{"a price that is no sum", `{"courses": [{"name": "Go", "price": "1,50"}]}`, []string{"1,50"}},
		{"a misspelt name", `{"course": []}`, []string{`"course"`}},
		{"no JSON", "name,price\nGo,99.00\n", []string{"invalid character"}},
		{"an empty file", "", []string{"EOF"}},
	} {
		file := filepath.Join(t.TempDir(), "catalogue.json")
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		code, stdout, stderr := run(t, environ, "", "course", "import", file)
		if code != exitFailure || stdout != "" {
			t.Errorf("%s: got exit %d and %q, want %d and nothing imported", c.name, code, stdout, exitFailure)
		}
		for _, want := range c.want {
			if !strings.Contains(stderr, want) {
				t.Errorf("%s: %q does not name %s", c.name, stderr, want)
			}
		}
	}
	wantRun(t, environ, "", []string{"course", "import", "no-such-file.json"}, exitFailure, "no-such-file.json")
}

package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMigrate(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, environ []string) {
		wantRun(t, environ, "", []string{"migrate", "up"}, 0, "applied 00001_")
		wantRun(t, environ, "", []string{"migrate", "up"}, 0, "nothing to apply")
		wantRun(t, environ, "", []string{"migrate", "status"}, 0, "applied 00001_")
	})
}

// TestNoDatabase: who names the wrong file, or forgot to name one, is not given an empty shop, of
// which the audit would say that it is clean.
func TestNoDatabase(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "luffy.db")
	environ := append(goodSettings(t), "LUFFY_DATABASE_URL=sqlite:"+file)
	for _, command := range []string{"serve", "audit", "refund requests", "migrate status"} {
		wantRun(t, environ, "", strings.Fields(command), exitUsage, file, "luffy migrate up")
		if _, err := os.Stat(file); err == nil {
			t.Fatalf("luffy %s has made the file", command)
		}
	}
}

func TestDatabaseOutOfReach(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"luffy.db", "postgres://localhost/luffy", "sqlite:" + t.TempDir() + "/no/such/folder/luffy.db", "mysql://root@127.0.0.1:1/luffy",
	} {
		environ := []string{"LUFFY_DATABASE_URL=" + address}
		wantRun(t, environ, "", []string{"migrate", "up"}, exitUsage, "LUFFY_DATABASE_URL")
	}
}

// TestStock fills a shop as its operator does on the first day.
func TestStock(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, environ []string) {
		add := []string{"user", "add", "路飞"}
		wantRun(t, environ, "correct horse\n", add, exitUsage, "luffy migrate up")
		wantRun(t, environ, "", []string{"migrate", "up"}, 0)
		wantRun(t, environ, "correct horse\n", append(add, "--points", "500"), 0, "added 路飞")
		wantRun(t, environ, "correct horse\n", add, exitFailure, "路飞", "taken")
		wantRun(t, environ, "short\n", []string{"user", "add", "nami"}, exitFailure, "nami", "password")
		wantRun(t, environ, "", []string{"user", "add", "nami"}, exitFailure, "password")
		wantRun(t, environ, "correct horse", []string{"user", "add", "a/b"}, exitFailure, "a/b")
		wantRun(t, environ, "correct horse", []string{"user", "add", "boss", "--staff"}, 0, "added boss")

		forgotten := []string{"user", "password", "路飞"}
		wantRun(t, environ, "short\n", forgotten, exitFailure, "路飞", "password")
		wantRun(t, environ, "straw hat pirate\n", forgotten, 0, "路飞 is changed")
		wantRun(t, environ, "straw hat pirate\n", []string{"user", "password", "nobody"}, exitFailure, `user "nobody"`, "not found")

		imported := []string{"course", "import", "../demo/catalogue.json"}
		wantRun(t, environ, "", imported, 0, "imported 8 courses, 1 activities, 3 coupons")
		wantRun(t, environ, "", imported, 0, "imported 8 courses") // after an edit of the file

		wantRun(t, environ, "", []string{"coupon", "give", "路飞", "全场九折券"}, 0, "valid until 20")
		wantRun(t, environ, "", []string{"coupon", "give", "nobody", "全场九折券"}, exitFailure, `user "nobody"`, "not found")
		wantRun(t, environ, "", []string{"coupon", "give", "路飞", "八折券"}, exitFailure, `coupon "八折券"`, "not found")
	})
}

// TestPasswordInterrupted: Ctrl-C ends the program that waits for a password, which catches it.
func TestPasswordInterrupted(t *testing.T) {
	t.Parallel()
	stdin, typing := io.Pipe()
	defer typing.Close()
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	p := program{stdin: stdin, stdout: io.Discard, stderr: io.Discard}
	if code := p.run(ctx, []string{"user", "add", "nami"}); code != exitFailure {
		t.Errorf("got exit %d, want %d", code, exitFailure)
	}
}

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
				{"name": "Go", "category": "后端", "teacher": {"name": "Go 教研组"}, "price": "99.00", "terms": [{"days": 0, "text": "", "price": "9.00"}]},
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

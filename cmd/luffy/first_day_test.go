package main

import (
	"testing"
)

// TestFirstDay fills a shop as its operator does on the first day.
func TestFirstDay(t *testing.T) {
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
		wantRun(t, environ, "straw hat pirate\n", []string{"user", "password", "nobody"}, exitFailure,
			`user "nobody"`, "not found")

		imported := []string{"course", "import", "../demo/catalogue.json"}
		wantRun(t, environ, "", imported, 0, "imported 8 courses, 1 activities, 3 coupons")
		wantRun(t, environ, "", imported, 0, "imported 8 courses") // after an edit of the file

		wantRun(t, environ, "", []string{"coupon", "give", "路飞", "全场九折券"}, 0, "valid until 20")
		wantRun(t, environ, "", []string{"coupon", "give", "nobody", "全场九折券"}, exitFailure, `user "nobody"`, "not found")
		wantRun(t, environ, "", []string{"coupon", "give", "路飞", "八折券"}, exitFailure, `coupon "八折券"`, "not found")
	})
}

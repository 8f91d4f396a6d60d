package main

import (
	"slices"
	"strings"
	"testing"

	"luffy/models/modelstest/dbproxy"
)

// TestChanging: two connections work at the same time, and what only reads is no point to die at.
func TestChanging(t *testing.T) {
	counts := changing()
	var got []string
	for i, line := range strings.Split(strings.TrimSpace(`
1 START TRANSACTION
2 START TRANSACTION
1 SELECT due
2 SELECT due
2 COMMIT
1 UPDATE claim
2 SELECT page
1 SELECT rest
1 COMMIT
1 SELECT page
2 INSERT event
2 SELECT page
1 START TRANSACTION
1 SELECT due
1 COMMIT`), "\n") {
		conn, sql, _ := strings.Cut(line, " ")
		if counts(dbproxy.Statement{Number: i + 1, Conn: int(conn[0] - '0'), SQL: sql}) {
			got = append(got, line)
		}
	}
	want := []string{"1 UPDATE claim", "1 SELECT rest", "1 COMMIT", "2 INSERT event"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

package models_test

import (
	"testing"

	"luffy/models/modelstest"
)

// If a connection runs the same text again while the rows of the first run are still being read,
// the two do not share a statement.
func TestSameStatementWithinItself(t *testing.T) {
	db := modelstest.SQLite(t)
	tx, err := db.SQL().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	const query = "SELECT column1 + ? FROM (VALUES (1), (2), (3))"
	read := func(base int, each func(int)) {
		t.Helper()
		rows, err := tx.QueryContext(t.Context(), query, base)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var n int
			if err := rows.Scan(&n); err != nil {
				t.Fatal(err)
			}
			each(n)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		outer, inner := 0, 0
		read(10, func(n int) {
			outer += n
			read(100, func(n int) { inner += n })
		})
		if want := 11 + 12 + 13; outer != want {
			t.Errorf("outer rows: got %d in all, want %d", outer, want)
		}
		if want := 3 * (101 + 102 + 103); inner != want {
			t.Errorf("inner rows: got %d in all, want %d", inner, want)
		}
	}
}

// A kept statement still works after it failed, and after the table under it has changed.
func TestKeptStatementIsUsedAgain(t *testing.T) {
	pool := modelstest.SQLite(t).SQL()
	run := func(statement string, args ...any) error {
		_, err := pool.ExecContext(t.Context(), statement, args...)
		return err
	}
	if err := run("CREATE TABLE kept (n INTEGER UNIQUE)"); err != nil {
		t.Fatal(err)
	}
	const insert = "INSERT INTO kept VALUES (?)"
	for n, wantError := range []bool{false, true, false} {
		if err := run(insert, n/2*2); (err != nil) != wantError {
			t.Errorf("row %d: got %v, want an error %t", n, err, wantError)
		}
	}
	for _, change := range []string{"DROP TABLE kept", "CREATE TABLE kept (n TEXT)"} {
		if err := run(change); err != nil {
			t.Fatalf("%s: %v", change, err)
		}
	}
	var got string
	if err := pool.QueryRowContext(t.Context(), insert+" RETURNING typeof(n)", 7).Scan(&got); err != nil || got != "text" {
		t.Errorf("in the new table: got %q, %v; want text", got, err)
	}
	if err := run(insert, 8); err != nil {
		t.Errorf("the kept statement on the new table: %v", err)
	}
}

package modelstest

import (
	"testing"

	"luffy/models"
)

// RowsRead counts the rows that a MariaDB or MySQL database with a single connection reads for work,
// including those of indexes.
func RowsRead(t testing.TB, db *models.DB, work func()) int64 {
	t.Helper()
	first := rowsSoFar(t, db)
	before := rowsSoFar(t, db)
	work()
	return rowsSoFar(t, db) - before - (before - first) // counting reads some rows itself
}

func rowsSoFar(t testing.TB, db *models.DB) int64 {
	t.Helper()
	rows, err := db.SQL().QueryContext(t.Context(), "SHOW SESSION STATUS LIKE 'Handler_read%'")
	if err != nil {
		t.Fatalf("rows read so far: %v", err)
	}
	defer rows.Close()
	var all int64
	for rows.Next() {
		var name string
		var n int64
		if err := rows.Scan(&name, &n); err != nil {
			t.Fatalf("rows read so far: %v", err)
		}
		all += n
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("rows read so far: %v", err)
	}
	return all
}

package modelstest

import (
	"testing"

	"luffy/models"
)

// Questions counts the statements that a MariaDB or MySQL database with a single connection has
// received on it so far, including its own.
func Questions(t testing.TB, db *models.DB) int64 {
	t.Helper()
	var name string
	var n int64
	if err := db.SQL().QueryRowContext(t.Context(), "SHOW SESSION STATUS LIKE 'Questions'").Scan(&name, &n); err != nil {
		t.Fatalf("statements so far: %v", err)
	}
	return n
}

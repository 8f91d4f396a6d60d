package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

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
		"luffy.db", "postgres://localhost/luffy", "sqlite:" + t.TempDir() + "/no/such/folder/luffy.db",
		"mysql://root@127.0.0.1:1/luffy",
	} {
		environ := []string{"LUFFY_DATABASE_URL=" + address}
		wantRun(t, environ, "", []string{"migrate", "up"}, exitUsage, "LUFFY_DATABASE_URL")
	}
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, environ []string) {
		wantRun(t, environ, "", []string{"migrate", "up"}, 0, "applied 00001_")
		wantRun(t, environ, "", []string{"migrate", "up"}, 0, "nothing to apply")
		wantRun(t, environ, "", []string{"migrate", "status"}, 0, "applied 00001_")
	})
}

// Package modelstest gives tests migrated databases of their own, with rows to begin with.
package modelstest

import (
	"io"
	"strings"
	"testing"
	"time"

	"luffy/migrations"
	"luffy/models"
	"luffy/models/modelstest/logwatch"
)

// OnEach runs the test twice: on a SQLite and on a MariaDB database.
func OnEach(t *testing.T, test func(t *testing.T, db *models.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("mariadb", func(t *testing.T) { test(t, MariaDB(t)) })
}

// SQLite opens a migrated database in memory, which is closed when the test ends.
func SQLite(t testing.TB, options ...func(*models.Options)) *models.DB {
	t.Helper()
	db := open(t, "sqlite::memory:", options)
	migrate(t, db)
	return db
}

// MariaDB opens a migrated, empty database on the test server, which no other test uses at the same
// time. Without a server the test is skipped, and with CI set it fails.
func MariaDB(t testing.TB, options ...func(*models.Options)) *models.DB {
	t.Helper()
	server := mariaDBServer(t)
	name, used := borrow()
	if !used {
		server.run(t, createDatabase(name))
	}
	t.Cleanup(func() { giveBack(name) })
	db := open(t, server.address+"/"+name, options)
	if used {
		empty(t, db)
	} else {
		migrate(t, db)
	}
	return db
}

// MariaDBURL creates a database without tables, and a user with a password for it, and returns its
// address, for tests that migrate it or start a program on it. Both are dropped after the test.
func MariaDBURL(t testing.TB) string {
	t.Helper()
	server := mariaDBServer(t)
	name := newName()
	server.run(t, createDatabase(name))
	t.Cleanup(func() { server.run(t, "DROP DATABASE "+name) })
	const password = logwatch.Marker
	server.run(t, "CREATE USER "+name+" IDENTIFIED BY '"+password+"'")
	t.Cleanup(func() { server.run(t, "DROP USER "+name) })
	server.run(t, "GRANT ALL ON "+name+".* TO "+name)
	_, host, _ := strings.Cut(server.address, "@")
	return "mysql://" + name + ":" + password + "@" + host + "/" + name
}

// Broken returns a database on which every statement fails, for tests of what visitors see then.
func Broken(t testing.TB) *models.DB {
	t.Helper()
	db := open(t, "sqlite::memory:", nil)
	if err := db.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	return db
}

// At sets the clock of a test database.
func At(now func() time.Time) func(*models.Options) {
	return func(o *models.Options) { o.Now = now }
}

func open(t testing.TB, url string, options []func(*models.Options)) *models.DB {
	t.Helper()
	o := models.Options{URL: url, Log: logwatch.New(t, io.Discard)}
	for _, set := range options {
		set(&o)
	}
	db, err := models.Open(t.Context(), o)
	if err != nil {
		t.Fatalf("open %s: %v", url, err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close %s: %v", url, err)
		}
	})
	return db
}

func migrate(t testing.TB, db *models.DB) {
	t.Helper()
	if _, err := migrations.Up(t.Context(), db.SQL(), db.Dialect()); err != nil {
		t.Fatalf("migrate: %v", err)
	}
}

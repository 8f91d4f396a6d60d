package models_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"luffy/migrations"
	"luffy/models"
	"luffy/models/modelstest"
)

func TestOpenRefusesAddress(t *testing.T) {
	for _, address := range []string{
		"",
		"sqlite:",
		"luffy.db",
		"postgres://luffy:secret@db/luffy",
		"mysql:luffy:secret@tcp(db)/luffy",
		"mysql://luffy:secret@db:3306/",
		"mysql://luffy:secret@db:3306",
		"mysql://luffy:secret@db:port/luffy",
		"mysql://luffy:secret@db:port,db2:3306/luffy",
		"mysql://luffy:secret@db,/luffy",
		"mysql://luffy:secret@,db/luffy",
		"mysql://db,db2/luffy",
		"mysql://luffy:secret%zz@db/luffy",
		"mysql://luffy:secret/@db/luffy",
		"mysql://luffy:secret@/luffy",
		"mysql://luffy:secret@db/luffy?tls=secret",
		"mysql://db/luffy",
	} {
		_, err := models.Open(t.Context(), models.Options{URL: address})
		if !errors.Is(err, models.ErrDatabaseURL) {
			t.Errorf("%q: got %v, want ErrDatabaseURL", address, err)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: the error tells the password: %v", address, err)
		}
	}
}

func TestOpenUnreachable(t *testing.T) {
	_, err := models.Open(t.Context(), models.Options{URL: "mysql://luffy:secret@" + nobody + "/luffy"})
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v, want an error without the password", err)
	}
}

func TestMySQLAddress(t *testing.T) {
	for _, c := range []struct{ address, user, password, host, name string }{
		{"mysql://luffy:secret@db:3307/shop", "luffy", "secret", "db:3307", "shop"},
		{"mysql://luffy@db/shop", "luffy", "", "db:3306", "shop"},
		{"mysql://luffy:p%40ss%2Fw%3Ard@db/shop", "luffy", "p@ss/w:rd", "db:3306", "shop"},
		{"mysql://luffy:secret@[::1]/shop", "luffy", "secret", "[::1]:3306", "shop"},
		{"mysql://luffy:p%40ss,w@a:3307,b,[::1]:3308/shop", "luffy", "p@ss,w", "a:3307 b:3306 [::1]:3308", "shop"},
	} {
		got, err := models.MySQLConfigs(c.address)
		if err != nil {
			t.Errorf("%s: %v", c.address, err)
			continue
		}
		var hosts []string
		for _, node := range got {
			hosts = append(hosts, node.Addr)
			if node.User != c.user || node.Passwd != c.password || node.DBName != c.name {
				t.Errorf("%s: got user %q, password %q, name %q; want %+v", c.address, node.User, node.Passwd, node.DBName, c)
			}
		}
		if got := strings.Join(hosts, " "); got != c.host {
			t.Errorf("%s: got hosts %s, want %s", c.address, got, c.host)
		}
	}
}

// A statement that takes longer than Options.Patience fails. Connecting may take as long, on a busy machine too.
func TestPatience(t *testing.T) {
	address := modelstest.MariaDBURL(t)
	for patience, waits := range map[time.Duration]bool{time.Second: false, 0: true, time.Hour: true} {
		db, err := models.Open(t.Context(), models.Options{URL: address, Patience: patience})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if err := db.SQL().QueryRowContext(t.Context(), "SELECT SLEEP(2)").Scan(new(int)); (err == nil) != waits {
			t.Errorf("patience %v: got %v, want that it waits: %v", patience, err, waits)
		}
	}
}

func TestSQLiteFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "luffy.db")
	open := func() *models.DB {
		db, err := models.Open(t.Context(), models.Options{URL: "sqlite:" + file})
		if err != nil {
			t.Fatalf("open: %v", err)
		}
		t.Cleanup(func() { db.Close() })
		if _, err := migrations.Up(t.Context(), db.SQL(), db.Dialect()); err != nil {
			t.Fatalf("migrate: %v", err)
		}
		return db
	}
	db := open()
	for pragma, want := range map[string]string{"journal_mode": "wal", "foreign_keys": "1", "synchronous": "2"} {
		var got string
		if err := db.SQL().QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s: got %q, %v; want %q", pragma, got, err, want)
		}
	}
	modelstest.Student(t, db, "ann")
	if err := db.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	if _, err := open().UserByName(t.Context(), "ann"); err != nil {
		t.Errorf("after opening the file again: %v", err)
	}
}

// Times from a clock in another zone and with a finer resolution are stored like any others,
// because SQLite compares times as text.
func TestTimesRoundTrip(t *testing.T) {
	clock := time.Date(2026, 2, 28, 7, 59, 59, 123456789, models.Beijing)
	want := time.Date(2026, 2, 27, 23, 59, 59, 123456000, time.UTC)
	test := func(t *testing.T, db *models.DB) {
		added := modelstest.Student(t, db, "ann")
		read, err := db.UserByName(t.Context(), "ann")
		if err != nil {
			t.Fatal(err)
		}
		for name, got := range map[string]time.Time{"returned": added.CreatedAt, "stored": read.CreatedAt} {
			if !got.Equal(want) || got.Location() != time.UTC {
				t.Errorf("%s: got %v, want %v", name, got, want)
			}
		}
	}
	now := modelstest.At(func() time.Time { return clock })
	t.Run("sqlite", func(t *testing.T) { test(t, modelstest.SQLite(t, now)) })
	t.Run("mariadb", func(t *testing.T) { test(t, modelstest.MariaDB(t, now)) })
}

func TestForeignKeysHold(t *testing.T) {
	modelstest.OnEach(t, func(t *testing.T, db *models.DB) {
		_, err := db.SQL().ExecContext(t.Context(),
			"INSERT INTO ly_chapter (course_id, name, position) VALUES (404, 'lost', 1)")
		if err == nil {
			t.Error("a chapter of a course that does not exist was stored")
		}
	})
}

// Whatever a folder is called, the database file is created in it and nowhere else.
func TestSQLiteFileName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"luffy.db", "100 %.db", "50%25.db", "what?.db", "#1.db", "课程.db"} {
		file := filepath.Join(t.TempDir(), name)
		db, err := models.Open(t.Context(), models.Options{URL: "sqlite:" + file})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, err := db.SQL().ExecContext(t.Context(), "CREATE TABLE there (id INTEGER)"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		db.Close()
		if _, err := os.Stat(file); err != nil {
			t.Errorf("%s: the database is elsewhere: %v", name, err)
		}
	}
}

// brokenConnector connects to nothing.
type brokenConnector struct{ driver.Connector }

var errBroken = errors.New("broken on purpose")

func (brokenConnector) Connect(context.Context) (driver.Conn, error) { return nil, errBroken }

func TestWrapStandsBeforeTheDriver(t *testing.T) {
	for _, url := range []string{"sqlite::memory:", "mysql://nobody:nothing@127.0.0.1:9/luffy"} {
		wrap := func(c driver.Connector) driver.Connector { return brokenConnector{c} }
		if _, err := models.Open(t.Context(), models.Options{URL: url, Wrap: wrap}); !errors.Is(err, errBroken) {
			t.Errorf("%s: got %v, want %v", url, err, errBroken)
		}
	}
}

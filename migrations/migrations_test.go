package migrations_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
	"testing"

	"luffy/migrations"
	"luffy/models"
	"luffy/models/modelstest"
	"luffy/models/modelstest/dbproxy"
)

// onEachEmpty runs the test on a SQLite and on a MariaDB database without tables.
func onEachEmpty(t *testing.T, test func(t *testing.T, db *models.DB)) {
	t.Run("sqlite", func(t *testing.T) { test(t, openEmpty(t, "sqlite::memory:")) })
	t.Run("mariadb", func(t *testing.T) { test(t, openEmpty(t, modelstest.MariaDBURL(t))) })
}

func openEmpty(t *testing.T, url string) *models.DB {
	t.Helper()
	db, err := models.Open(t.Context(), models.Options{URL: url})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func up(t *testing.T, db *models.DB) []string {
	t.Helper()
	applied, err := migrations.Up(t.Context(), db.SQL(), db.Dialect())
	if err != nil {
		t.Fatalf("up: %v", err)
	}
	return applied
}

func down(t *testing.T, db *models.DB) {
	t.Helper()
	p, err := migrations.Provider(db.SQL(), db.Dialect())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Down(t.Context()); err != nil {
		t.Fatalf("down: %v", err)
	}
}

func check(t *testing.T, db *models.DB) error {
	t.Helper()
	return migrations.Check(t.Context(), db.SQL(), db.Dialect())
}

func wantOldSchema(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, migrations.ErrOldSchema) || !strings.Contains(err.Error(), "luffy migrate up") {
		t.Errorf("got %v, want ErrOldSchema that names the command luffy migrate up", err)
	}
}

func TestCheck(t *testing.T) {
	onEachEmpty(t, func(t *testing.T, db *models.DB) {
		wantOldSchema(t, check(t, db))
		up(t, db)
		if err := check(t, db); err != nil {
			t.Errorf("check after up: got %v, want no error", err)
		}
		down(t, db)
		wantOldSchema(t, check(t, db))
	})
}

func TestUpTwice(t *testing.T) {
	onEachEmpty(t, func(t *testing.T, db *models.DB) {
		if applied := up(t, db); len(applied) == 0 {
			t.Error("first up applied nothing")
		}
		if applied := up(t, db); len(applied) != 0 {
			t.Errorf("second up applied %q, want nothing", applied)
		}
	})
}

func TestDownAndUpAgain(t *testing.T) {
	onEachEmpty(t, func(t *testing.T, db *models.DB) {
		up(t, db)
		before := describe(t, db)
		down(t, db)
		if applied := up(t, db); len(applied) != 1 {
			t.Errorf("up after down applied %q, want the last migration", applied)
		}
		compare(t, "before", before, "after", describe(t, db))
	})
}

func TestList(t *testing.T) {
	onEachEmpty(t, func(t *testing.T, db *models.DB) {
		for _, applied := range []bool{false, true} {
			list, err := migrations.List(t.Context(), db.SQL(), db.Dialect())
			if err != nil || len(list) == 0 {
				t.Fatalf("list: got %d, %v", len(list), err)
			}
			for i, s := range list {
				if s.Version != int64(i+1) || s.Applied != applied {
					t.Errorf("entry %d: got %+v, want version %d and applied %t", i, s, i+1, applied)
				}
			}
			up(t, db)
		}
	})
}

// Replicas that are started together migrate together. Without the lock most of them fail.
func TestUpAtOnce(t *testing.T) {
	url := modelstest.MariaDBURL(t)
	var applied [6][]string
	var failed [6]error
	var all sync.WaitGroup
	for i := range applied {
		db := openEmpty(t, url)
		all.Go(func() { applied[i], failed[i] = migrations.Up(t.Context(), db.SQL(), db.Dialect()) })
	}
	all.Wait()
	if err := errors.Join(failed[:]...); err != nil {
		t.Errorf("got %v, want no error", err)
	}
	busy := 0
	for _, files := range applied {
		if len(files) > 0 {
			busy++
		}
	}
	if busy != 1 {
		t.Errorf("%d of 6 applied migrations, want 1", busy)
	}
}

// inTheMiddle opens an empty database behind a proxy, where something happens at the last statement of
// a migration.
func inTheMiddle(t *testing.T, happens func() dbproxy.Fault) *models.DB {
	t.Helper()
	account, name, _ := strings.Cut(strings.TrimPrefix(modelstest.MariaDBURL(t), "mysql://"), "/")
	user, server, _ := strings.Cut(account, "@")
	proxy, err := dbproxy.Listen(server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { proxy.Close() })
	db := openEmpty(t, "mysql://"+user+"@"+proxy.Addr()+"/"+name)
	proxy.SetPlan(func(s dbproxy.Statement) dbproxy.Fault {
		if strings.HasPrefix(s.SQL, "CREATE TABLE ly_bill_day") {
			return happens()
		}
		return dbproxy.Fault{}
	})
	return db
}

// Half a migration cannot be gone on with, so nobody who is impatient may make one.
func TestUpIsBroughtToItsEnd(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	db := inTheMiddle(t, func() dbproxy.Fault { interrupt(); return dbproxy.Fault{} })
	if _, err := migrations.Up(ctx, db.SQL(), db.Dialect()); err != nil || ctx.Err() == nil {
		t.Errorf("got %v, interrupted: %v", err, ctx.Err())
	}
	if err := check(t, db); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestUpTellsOfHalfAMigration(t *testing.T) {
	db := inTheMiddle(t, func() dbproxy.Fault { return dbproxy.Fault{Cut: dbproxy.Before} })
	for _, done := range []int{1, 0} { // the first run, and one after it
		applied, err := migrations.Up(t.Context(), db.SQL(), db.Dialect())
		if len(applied) != done || !errors.Is(err, migrations.ErrHalfApplied) || !strings.Contains(err.Error(), "00002_") {
			t.Errorf("got %q applied, %v; want %d, then ErrHalfApplied of 00002", applied, err, done)
		}
	}
}

func TestLockIsExclusive(t *testing.T) {
	db := openEmpty(t, modelstest.MariaDBURL(t))
	first, second := connect(t, db), connect(t, db)
	lock := migrations.Lock(0)
	if err := lock.SessionLock(t.Context(), first); err != nil {
		t.Fatalf("first lock: %v", err)
	}
	if err := lock.SessionLock(t.Context(), second); !errors.Is(err, migrations.ErrLocked) {
		t.Errorf("second lock: got %v, want ErrLocked", err)
	}
	if err := lock.SessionUnlock(t.Context(), first); err != nil {
		t.Fatalf("unlock: %v", err)
	}
	if err := lock.SessionLock(t.Context(), second); err != nil {
		t.Errorf("second lock after unlock: %v", err)
	}
}

func connect(t *testing.T, db *models.DB) *sql.Conn {
	t.Helper()
	conn, err := db.SQL().Conn(t.Context())
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

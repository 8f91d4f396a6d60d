package models_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	mysqldriver "github.com/go-sql-driver/mysql"
	"gorm.io/gorm"

	"luffy/models"
	"luffy/models/modelstest"
)

func credit(t *testing.T, db *models.DB, name string) int64 {
	t.Helper()
	user, err := db.UserByName(t.Context(), name)
	if err != nil {
		t.Fatalf("read %s: %v", name, err)
	}
	return user.Credit
}

func addCredit(g *gorm.DB, user models.User, points int) error {
	return g.Exec("UPDATE ly_user SET credit = credit + ? WHERE id = ?", points, user.ID).Error
}

// Two transactions lock the same two rows in opposite order, so that the server must end one of them.
func TestDeadlockIsRetried(t *testing.T) {
	db := modelstest.MariaDB(t)
	ann, bob := modelstest.Student(t, db, "ann"), modelstest.Student(t, db, "bob")
	var tries atomic.Int64
	var bothHoldOne sync.WaitGroup
	bothHoldOne.Add(2)
	move := func(from, to models.User, points int) error {
		var meet sync.Once // only the first try waits for the other
		return db.InTx(t.Context(), func(g *gorm.DB) error {
			tries.Add(1)
			if err := addCredit(g, from, -points); err != nil {
				return err
			}
			meet.Do(func() { bothHoldOne.Done(); bothHoldOne.Wait() })
			return addCredit(g, to, points)
		})
	}
	var failed [2]error
	var moves sync.WaitGroup
	moves.Go(func() { failed[0] = move(ann, bob, 300) })
	moves.Go(func() { failed[1] = move(bob, ann, 100) })
	moves.Wait()
	if err := errors.Join(failed[:]...); err != nil {
		t.Fatalf("got %v, want both to succeed", err)
	}
	if tries.Load() < 3 {
		t.Errorf("got %d tries, want at least 3: there was no deadlock", tries.Load())
	}
	if got := credit(t, db, "ann"); got != 800 {
		t.Errorf("ann: got %d points, want 800", got)
	}
	if got := credit(t, db, "bob"); got != 1200 {
		t.Errorf("bob: got %d points, want 1200", got)
	}
}

func TestTxTries(t *testing.T) {
	refused := errors.New("refused")
	for name, c := range map[string]struct {
		err   error
		tries int
	}{
		"success":             {nil, 1},
		"the shop's own no":   {refused, 1},
		"not found":           {models.ErrNotFound, 1},
		"a row twice":         {&mysqldriver.MySQLError{Number: 1062}, 1},
		"deadlock":            {&mysqldriver.MySQLError{Number: 1213}, models.TxTries},
		"lock wait timeout":   {&mysqldriver.MySQLError{Number: 1205}, models.TxTries},
		"snapshot is too old": {&mysqldriver.MySQLError{Number: 1020}, models.TxTries},
	} {
		t.Run(name, func(t *testing.T) {
			db := modelstest.SQLite(t)
			ann := modelstest.Student(t, db, "ann")
			tries := 0
			err := db.InTx(t.Context(), func(g *gorm.DB) error {
				tries++
				return errors.Join(addCredit(g, ann, 1), c.err)
			})
			if tries != c.tries {
				t.Errorf("got %d tries, want %d", tries, c.tries)
			}
			if c.err == nil && err != nil || !errors.Is(err, c.err) {
				t.Errorf("got %v, want %v", err, c.err)
			}
			want := int64(1000)
			if c.err == nil {
				want++
			}
			if got := credit(t, db, "ann"); got != want {
				t.Errorf("got %d points, want %d: what failed leaves nothing, what succeeds is written once", got, want)
			}
		})
	}
}

func TestRetryEndsWithContext(t *testing.T) {
	db := modelstest.SQLite(t)
	ctx, cancel := context.WithCancel(t.Context())
	tries := 0
	err := db.InTx(ctx, func(*gorm.DB) error {
		tries++
		cancel()
		return &mysqldriver.MySQLError{Number: 1213}
	})
	if tries != 1 || !errors.Is(err, context.Canceled) {
		t.Errorf("got %d tries and %v, want 1 and context.Canceled", tries, err)
	}
}

func TestTxOnBrokenDatabase(t *testing.T) {
	err := modelstest.Broken(t).InTx(t.Context(), func(*gorm.DB) error {
		t.Error("the transaction ran")
		return nil
	})
	if err == nil || strings.Contains(err.Error(), "given up") {
		t.Errorf("got %v, want the database's error at the first try", err)
	}
}

package models_test

import (
	"errors"
	"strings"
	"testing"

	mysqldriver "github.com/go-sql-driver/mysql"
	"gorm.io/gorm"

	"luffy/models"
	"luffy/models/modelstest"
)

// lines counts the lines of that level.
func (l *statementLog) lines(level string) int { return strings.Count(l.String(), "level="+level+" ") }

// A conflict that is tried again is not logged as an error: each failed try is one line, without the
// statement. After the last try the caller gets the error and logs it.
func TestConflictIsLoggedAsTry(t *testing.T) {
	for name, c := range map[string]struct{ conflicts, lines int }{
		"the second try succeeds": {1, 1},
		"none does":               {models.TxTries, models.TxTries - 1},
	} {
		t.Run(name, func(t *testing.T) {
			log := new(statementLog)
			db := modelstest.MariaDB(t, log.option(t))
			ann := modelstest.Student(t, db, "ann")
			tries := 0
			err := db.InTx(t.Context(), func(g *gorm.DB) error {
				if tries++; tries <= c.conflicts {
					return g.Exec("SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213").Error
				}
				return addCredit(g, ann, 1)
			})
			if failed := c.conflicts == models.TxTries; failed != (err != nil) {
				t.Errorf("got %v after %d tries", err, tries)
			}
			if got := log.lines("INFO"); got != c.lines ||
				log.lines("WARN")+log.lines("ERROR") != 0 || strings.Contains(log.String(), "SIGNAL") {
				t.Errorf("got %d lines, want %d that tell of a try:\n%s", got, c.lines, log)
			}
		})
	}
}

// A faulty statement is logged, so that it can be repaired, but never with what a student wrote.
func TestWrongStatementIsLogged(t *testing.T) {
	for name, c := range map[string]struct {
		run   func(*testing.T, *models.DB)
		lines int
	}{
		"no such column": {func(t *testing.T, db *models.DB) {
			exec(t, db, "ALTER TABLE ly_user RENAME COLUMN mobile TO phone")
			if err := db.SetMobile(t.Context(), 1, "13800000000"); err == nil {
				t.Error("got no error")
			}
		}, 1},
		"a name that is taken": {func(t *testing.T, db *models.DB) {
			modelstest.Student(t, db, "ann")
			_, err := db.AddUser(t.Context(), models.NewUser{Username: "ann", Password: modelstest.Password})
			if !errors.Is(err, models.ErrTaken) {
				t.Errorf("got %v, want ErrTaken", err)
			}
		}, 0},
		"no such row": {func(t *testing.T, db *models.DB) {
			if _, err := db.UserByName(t.Context(), "bob"); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("got %v, want ErrNotFound", err)
			}
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			log := new(statementLog)
			c.run(t, modelstest.SQLite(t, log.option(t)))
			if got := log.lines("ERROR"); got != c.lines || strings.Contains(log.String(), "13800000000") {
				t.Errorf("got %d lines, want %d without what was sent:\n%s", got, c.lines, log)
			}
		})
	}
}

// The reason why a connection ended is in the log, and nowhere else.
func TestLostConnectionIsLogged(t *testing.T) {
	log := new(statementLog)
	db := modelstest.MariaDB(t, log.option(t))
	tries := 0
	err := db.InTx(t.Context(), func(g *gorm.DB) error {
		if tries++; tries == 1 {
			exec(t, db, "KILL ?", connection(t, g))
		}
		return g.Exec("DO 1").Error
	})
	if err != nil || tries != 2 {
		t.Errorf("got %v, %d tries; want success at the second", err, tries)
	}
	if log.lines("INFO") != 1 || log.lines("WARN") != 1 || log.lines("ERROR") != 0 ||
		!strings.Contains(log.String(), mysqldriver.ErrInvalidConn.Error()) {
		t.Errorf("got, want one line of the driver's and one of the try:\n%s", log)
	}
}

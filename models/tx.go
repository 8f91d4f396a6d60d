package models

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// transaction is an open transaction. Its time is read once, so that all rows that it writes agree.
type transaction struct {
	*gorm.DB
	now time.Time
}

// nested runs fn inside the transaction. If fn fails, what it wrote is undone, and the transaction can
// go on.
func (tx transaction) nested(fn func(transaction) error) error {
	return tx.Transaction(func(g *gorm.DB) error {
		inner := tx
		inner.DB = g
		return fn(inner)
	})
}

// exec runs a statement in the transaction, without the ORM, and returns how many rows it changed.
func (tx transaction) exec(statement string, args ...any) (int64, error) {
	result, err := tx.Statement.ConnPool.ExecContext(tx.Statement.Context, statement, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// insert runs an INSERT of one row in the transaction, without the ORM, and returns the row's ID. A
// clash of unique keys is gorm.ErrDuplicatedKey.
func (tx transaction) insert(statement string, args ...any) (int64, error) {
	result, err := tx.Statement.ConnPool.ExecContext(tx.Statement.Context, statement, args...)
	if err != nil {
		return 0, tx.Dialector.(gorm.ErrorTranslator).Translate(err)
	}
	return result.LastInsertId()
}

// execOne is exec for a guarded UPDATE of one row. The error is notOne if it did not change exactly
// one row, because somebody else had changed that row before.
func (tx transaction) execOne(notOne error, statement string, args ...any) error {
	changed, err := tx.exec(statement, args...)
	if err == nil && changed != 1 {
		err = fmt.Errorf("%d rows instead of one: %w", changed, notOne)
	}
	return err
}

// query calls scan for each row that a statement reads in the transaction, without the ORM.
func (tx transaction) query(scan func(*sql.Rows) error, statement string, args ...any) error {
	return read(tx.DB, scan, statement, args...)
}

// read calls scan for each row that a statement reads, in g's transaction if it has one. It bypasses
// the ORM, whose reflection takes longer than most statements.
func read(g *gorm.DB, scan func(*sql.Rows) error, statement string, args ...any) error {
	rows, err := g.Statement.ConnPool.QueryContext(g.Statement.Context, statement, args...)
	return eachRow(rows, err, scan)
}

// eachRow calls scan for each row of a query's answer and closes it.
func eachRow(rows *sql.Rows, err error, scan func(*sql.Rows) error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// values are the elements of a list as arguments for its placeholders.
func values[T any](list []T) []any {
	args := make([]any, len(list))
	for i, v := range list {
		args[i] = v
	}
	return args
}

// placeholders are the question marks for the VALUES of an INSERT of so many rows and columns. A
// single row also serves as a list for IN.
func placeholders(rows, columns int) string {
	row := "(" + strings.Join(slices.Repeat([]string{"?"}, columns), ", ") + ")"
	return strings.Join(slices.Repeat([]string{row}, rows), ", ")
}

// txTries bounds how often a transaction that the database gave up is tried.
const txTries = 6

// inTx runs fn in one transaction and commits it. If the database breaks a deadlock, gives up waiting
// for a lock, refuses the commit because of a conflict, or goes away before it was asked to commit, fn
// runs again from its beginning. So fn must touch nothing but the database.
func (db *DB) inTx(ctx context.Context, fn func(transaction) error) error {
	for try := 1; ; try++ {
		committing := false
		err := db.with(ctx).Transaction(func(g *gorm.DB) error {
			err := fn(transaction{g, db.Now()})
			committing = err == nil
			return err
		})
		if err == nil || !retryable(err) && (committing || !lost(err)) {
			return err
		}
		if try == txTries {
			return fmt.Errorf("given up after %d tries: %w", try, err)
		}
		db.log.InfoContext(ctx, "transaction is run again", "try", try, "error", err)
		pause := time.Duration(5+rand.IntN(10*try*try)) * time.Millisecond
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(pause):
		}
	}
}

// retryable tells whether the error means that the transaction was undone and may succeed when it is
// tried again.
func retryable(err error) bool {
	return isNumber(err,
		1213, // deadlock, also a Galera conflict at commit
		1205, // lock wait timeout
		1020, // MariaDB's snapshot isolation: the row changed since it was read
		notPrepared)
}

// lost tells whether the connection broke during a statement. Before the commit that undoes the
// transaction. A commit without an answer may or may not stand; inTx then returns the error.
func lost(err error) bool {
	return errors.Is(err, mysqldriver.ErrInvalidConn) || errors.Is(err, driver.ErrBadConn)
}

// lockRows makes a query lock its rows until the transaction ends. SQLite, which runs one transaction
// after another, ignores it.
func lockRows(g *gorm.DB) *gorm.DB {
	return g.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
}

// skipLocked is lockRows for a queue: it leaves out rows that others have locked, and does not wait.
func skipLocked(g *gorm.DB) *gorm.DB {
	return g.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate, Options: clause.LockingOptionsSkipLocked})
}

// along is SQL that makes the database read a table along that index.
func along(dialect, index string) string {
	if dialect == DialectSQLite {
		return " INDEXED BY " + index
	}
	return " FORCE INDEX (" + index + ")"
}

// queue is a table for a FROM, whose rows are read in the sequence of an index. The index is forced:
// MySQL would sort a short table instead, and lock all rows that are due, however few it takes.
func (tx transaction) queue(table, alias, index string) string {
	return table + " " + alias + along(tx.Dialector.Name(), index)
}

// anyDue tells whether the time of any row in a queue has come. A job asks before it opens a transaction
// to claim rows: most passes find nothing, and need not begin, lock and commit to learn that.
func (db *DB) anyDue(ctx context.Context, table, column, index string) (bool, error) {
	due := false
	err := db.query(ctx, func(*sql.Rows) error { due = true; return nil },
		"SELECT 1 FROM "+table+along(db.dialect, index)+" WHERE "+column+" <= ? LIMIT 1", db.Now())
	return due, err
}

// forUpdate is lockRows for a statement in SQL.
func (tx transaction) forUpdate() string {
	if tx.Dialector.Name() == DialectSQLite {
		return ""
	}
	return " FOR UPDATE"
}

// forUpdateSkip is skipLocked for a statement in SQL.
func (tx transaction) forUpdateSkip() string {
	if tx.Dialector.Name() == DialectSQLite {
		return ""
	}
	return " FOR UPDATE SKIP LOCKED"
}

// columns are values for Updates by the names of their columns. Unlike a struct, they can set a column
// to zero.
type columns = map[string]any

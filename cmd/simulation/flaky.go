package main

import (
	"context"
	"database/sql/driver"
	"errors"

	mysqldriver "github.com/go-sql-driver/mysql"
)

// errDatabase is the error of a statement that the simulation makes fail.
var errDatabase = errors.New("simulated: the connection to the database is lost")

// How often the database fails: on average once in so many statements or commits.
const (
	statementFails = 5000
	deadlocks      = 20_000 // in a transaction, which the shop must try again
	deathBetween   = 10_000 // this statement and all that follow fail, until the shop is back
	commitRefused  = 1500
	commitUnheard  = 1500 // it is committed, but the shop does not hear of it
)

// flaky makes statements and commits of the shop fail.
type flaky struct {
	*world
	dead    bool // nothing reaches the database any more, until the act is over
	watched bool // the simulation itself looks into the database
	inTx    bool
}

// sound tells whether nothing may fail now, because the shop does not ask or the time of faults is over.
func (f *flaky) sound() bool { return f.depth == 0 || f.calmed || f.watched }

func (f *flaky) revive() { f.dead = false }

func (f *flaky) wrap(c driver.Connector) driver.Connector { return flakyConnector{c, f} }

// trouble returns the error of the next statement; nil if it does not fail.
func (f *flaky) trouble() error {
	f.count.statements++
	switch {
	case f.sound():
		return nil
	case f.dead:
		return errDatabase
	case f.oneIn(deathBetween):
		f.dead = true
		f.count.fault("database: the shop dies between statements")
		return errDatabase
	case f.oneIn(statementFails):
		f.count.fault("database: statement fails")
		return errDatabase
	case f.inTx && f.oneIn(deadlocks):
		f.count.fault("database: deadlock")
		return &mysqldriver.MySQLError{Number: 1213, Message: "simulated deadlock"}
	}
	return nil
}

type flakyConnector struct {
	driver.Connector
	*flaky
}

func (c flakyConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &flakyConn{conn.(fullConn), c.flaky}, nil
}

// fullConn is what the driver's connections can do.
type fullConn interface {
	driver.Conn
	driver.Pinger
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
}

type flakyConn struct {
	fullConn
	*flaky
}

// endless keeps the end of a context from the driver, which would watch for it on a goroutine of its
// own at each statement. Here statements do not take time, and the real clock should not end them.
func endless(ctx context.Context) context.Context { return context.WithoutCancel(ctx) }

func (c *flakyConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.trouble(); err != nil {
		return nil, err
	}
	return c.fullConn.ExecContext(endless(ctx), query, args)
}

func (c *flakyConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.trouble(); err != nil {
		return nil, err
	}
	return c.fullConn.QueryContext(endless(ctx), query, args)
}

func (c *flakyConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	stmt, err := c.fullConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return &flakyStmt{stmt.(fullStmt), c.flaky}, nil
}

// fullStmt is what the driver's statements can do.
type fullStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type flakyStmt struct {
	fullStmt
	*flaky
}

func (s *flakyStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	if err := s.trouble(); err != nil {
		return nil, err
	}
	return s.fullStmt.ExecContext(endless(ctx), args)
}

func (s *flakyStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	if err := s.trouble(); err != nil {
		return nil, err
	}
	return s.fullStmt.QueryContext(endless(ctx), args)
}

func (c *flakyConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	if err := c.trouble(); err != nil {
		return nil, err
	}
	tx, err := c.fullConn.BeginTx(endless(ctx), o)
	if err != nil {
		return nil, err
	}
	c.inTx = true
	return flakyTx{tx, c.flaky}, nil
}

type flakyTx struct {
	driver.Tx
	*flaky
}

func (t flakyTx) Rollback() error {
	t.inTx = false
	return t.Tx.Rollback()
}

func (t flakyTx) Commit() error {
	t.inTx = false
	switch {
	case t.sound():
	case t.dead, t.oneIn(commitRefused):
		t.count.fault("database: commit refused")
		return errors.Join(errDatabase, t.Tx.Rollback())
	case t.oneIn(commitUnheard):
		t.count.fault("database: commit unheard of")
		return errors.Join(errDatabase, t.Tx.Commit())
	}
	return t.Tx.Commit()
}

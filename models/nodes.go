package models

import (
	"context"
	"database/sql/driver"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"
)

// nodes are the servers of one database, each of which takes every statement, like those of a
// Galera cluster. A new connection goes to the first of them that answers: in one place row locks
// hold for all, and no commit clashes with another's.
type nodes struct {
	driver.Connector // the first, for what does not depend on the server
	all              []*server
}

// server is one of them.
type server struct {
	driver.Connector
	asideUntil atomic.Int64 // Unix nanoseconds
	doubted    atomic.Bool  // it refused a statement, or let its time run out, and has taken no new connection since
}

const (
	// asideFor is how long a server that refused a connection is asked only after the others.
	asideFor = 10 * time.Second
	// connectTime bounds how long a server may take to let a connection in where there is another
	// to try: one that hangs, or whose machine is gone, says nothing. It is less than the balancer
	// waits for an answer.
	connectTime = 1500 * time.Millisecond
)

func newNodes(connectors []driver.Connector) *nodes {
	n := &nodes{Connector: connectors[0]}
	for _, c := range connectors {
		n.all = append(n.all, &server{Connector: c})
	}
	return n
}

// Connect tries one server after the other; the error names the faults of all.
func (n *nodes) Connect(ctx context.Context) (driver.Conn, error) {
	if len(n.all) == 1 {
		return n.all[0].connect(ctx)
	}
	var faults []error
	for _, s := range n.inTurn(time.Now()) {
		conn, err := s.connectSoon(ctx)
		if err == nil {
			return conn, nil
		}
		faults = append(faults, err)
		if ctx.Err() != nil {
			break // the caller's fault, not the server's
		}
		s.asideUntil.Store(time.Now().Add(asideFor).UnixNano())
	}
	return nil, errors.Join(faults...)
}

func (s *server) connectSoon(ctx context.Context) (driver.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	return s.connect(ctx)
}

func (s *server) connect(ctx context.Context) (driver.Conn, error) {
	conn, err := s.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	s.doubted.Store(false)
	return &leavingConn{mysqlConn: conn.(mysqlConn), server: s}, nil
}

// inTurn keeps the order of the address, with those that are aside behind the others.
func (n *nodes) inTurn(now time.Time) []*server {
	turn := slices.Clone(n.all)
	slices.SortStableFunc(turn, func(a, b *server) int { return a.aside(now) - b.aside(now) })
	return turn
}

func (s *server) aside(now time.Time) int {
	if s.asideUntil.Load() > now.UnixNano() {
		return 1
	}
	return 0
}

// mysqlConn is what the pool and gorm use of a connection of the driver.
type mysqlConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.NamedValueChecker
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// leavingConn is a connection that the pool throws away once its server has said that it cannot
// serve, or says nothing any more: the next may lead to another server.
type leavingConn struct {
	mysqlConn
	server *server
	left   bool
}

func (c *leavingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	result, err := c.mysqlConn.ExecContext(ctx, query, args)
	return result, c.note(err)
}

func (c *leavingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := c.mysqlConn.QueryContext(ctx, query, args)
	return rows, c.note(err)
}

func (c *leavingConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	statement, err := c.mysqlConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, c.note(err)
	}
	return leavingStmt{statement.(mysqlStmt), c}, nil
}

func (c *leavingConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	tx, err := c.mysqlConn.BeginTx(ctx, o)
	return leavingTx{tx, c}, c.note(err)
}

// mysqlStmt is what the pool uses of a prepared statement of the driver.
type mysqlStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
	driver.NamedValueChecker
}

// leavingStmt is a prepared statement of a leavingConn.
type leavingStmt struct {
	mysqlStmt
	conn *leavingConn
}

func (s leavingStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := s.mysqlStmt.QueryContext(ctx, args)
	return rows, s.conn.note(err)
}

// leavingTx throws its connection away when its end was refused: the next transaction there would
// begin by committing what is left of it.
type leavingTx struct {
	driver.Tx
	conn *leavingConn
}

func (t leavingTx) Commit() error { return t.conn.ended(t.Tx.Commit()) }

func (t leavingTx) Rollback() error { return t.conn.ended(t.Tx.Rollback()) }

func (c *leavingConn) ended(err error) error {
	c.left = c.left || err != nil
	return err
}

// IsValid is asked when the connection comes back to the pool.
func (c *leavingConn) IsValid() bool { return !c.left && c.mysqlConn.IsValid() }

// ResetSession is asked before the connection is used again. A doubted server has to let in a new
// one first: each of the old may cost somebody their page.
func (c *leavingConn) ResetSession(ctx context.Context) error {
	if c.server.doubted.Load() {
		return driver.ErrBadConn
	}
	return c.mysqlConn.ResetSession(ctx)
}

// note hands on a statement's error. A node that is not prepared has not looked at the statement,
// so the pool may ask another; within a transaction that is for inTx to do.
func (c *leavingConn) note(err error) error {
	if isNumber(err, notPrepared) {
		c.server.doubted.Store(true)
		return driver.ErrBadConn
	}
	if errors.Is(err, context.DeadlineExceeded) {
		c.server.doubted.Store(true)
	}
	return err
}

// notPrepared is what a Galera node answers to every statement while it is cut off from most of its cluster.
const notPrepared = 1047

func isNumber(err error, numbers ...uint16) bool {
	e, ok := errors.AsType[*mysqldriver.MySQLError](err)
	return ok && slices.Contains(numbers, e.Number)
}

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

// nodes are the servers of one database, each of which takes every statement, as in a Galera cluster.
// A new connection goes to the first server that answers, so that as a rule all transactions meet on
// one server: there row locks hold for all of them, and no commit conflicts with another.
type nodes struct {
	driver.Connector // of the first server, for what does not depend on the server
	all              []*server
}

// server is one of the nodes.
type server struct {
	driver.Connector
	asideUntil atomic.Int64 // Unix nanoseconds; until then the other servers are tried first
	doubted    atomic.Bool  // a statement was refused or timed out, and no new connection was made since
}

const (
	// asideFor is how long a server that refused a connection is tried only after the others.
	asideFor = 10 * time.Second
	// connectTime bounds how long connecting to a server may take if there is another to try: a server
	// that hangs, or whose machine is gone, does not answer at all. It is shorter than a balancer waits
	// for /readyz.
	connectTime = 1500 * time.Millisecond
)

func newNodes(connectors []driver.Connector) *nodes {
	n := &nodes{Connector: connectors[0]}
	for _, c := range connectors {
		n.all = append(n.all, &server{Connector: c})
	}
	return n
}

// Connect tries one server after another. The error joins those of all of them.
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
			break // the caller's time is over, which says nothing about the server
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

// inTurn returns the servers in the order of the address, but those that are set aside last.
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

// mysqlConn is what database/sql and gorm use of the driver's connections.
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

// leavingConn is a connection that the pool discards once its server has refused to serve or has
// stopped answering, so that the next connection may go to another server.
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

// mysqlStmt is what database/sql uses of the driver's prepared statements.
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

// leavingTx makes the pool discard the connection if COMMIT or ROLLBACK failed: the BEGIN of the next
// transaction on it would commit what is left of this one.
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

// IsValid is called when the connection comes back to the pool.
func (c *leavingConn) IsValid() bool { return !c.left && c.mysqlConn.IsValid() }

// ResetSession is called before the connection is used again. If the server is doubted, it must accept
// a new connection first: trying the old ones could fail a page each.
func (c *leavingConn) ResetSession(ctx context.Context) error {
	if c.server.doubted.Load() {
		return driver.ErrBadConn
	}
	return c.mysqlConn.ResetSession(ctx)
}

// note returns a statement's error and remembers what it says about the server. A node that is not
// prepared has not run the statement, so driver.ErrBadConn lets the pool run it elsewhere; within a
// transaction inTx does that.
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

// notPrepared is the error number with which a Galera node refuses every statement while it is cut off
// from most of its cluster.
const notPrepared = 1047

func isNumber(err error, numbers ...uint16) bool {
	e, ok := errors.AsType[*mysqldriver.MySQLError](err)
	return ok && slices.Contains(numbers, e.Number)
}

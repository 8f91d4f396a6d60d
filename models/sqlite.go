package models

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"

	"modernc.org/sqlite"
)

// sqliteConnector opens every transaction as a writer: a reader that turns writer fails at once
// when another writes. Times are stored as text in one zone and form, so that they sort.
func sqliteConnector(file string) (driver.Connector, error) {
	query := url.Values{
		"_txlock":      {"immediate"},
		"_time_format": {"sqlite"},
		"_timezone":    {"UTC"},
		"_pragma":      {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)"},
	}
	connector, err := sqlite.NewConnector("file:" + uriSigns.Replace(file) + "?" + query.Encode())
	return keepPrepared{connector, file}, err
}

// missing tells that a database in that file would be a new one.
func missing(file string) bool {
	_, err := os.Stat(file)
	return file != ":memory:" && errors.Is(err, fs.ErrNotExist)
}

// uriSigns keeps what stands in a file's name from being read as part of its address.
var uriSigns = strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23")

// keepPrepared makes connections that keep their statements: to parse one and to plan it takes
// SQLite longer than to run it.
type keepPrepared struct {
	driver.Connector
	file string
}

func (k keepPrepared) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := k.Connector.Connect(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", k.file, err)
	}
	return &preparedConn{conn.(sqliteConn), map[string]preparedStmt{}}, nil
}

// sqliteConn is what database/sql asks the driver's connections for.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.Pinger
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

type preparedStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// preparedConn keeps the statements that are not in use, by their text.
type preparedConn struct {
	sqliteConn
	kept map[string]preparedStmt
}

// maxKept bounds the statements kept. The shop has fewer texts than this; lists of varying length
// make some more.
const maxKept = 1000

// take hands a statement out; until it is put back, another of the same text is another statement.
func (c *preparedConn) take(ctx context.Context, query string) (preparedStmt, error) {
	if stmt, found := c.kept[query]; found {
		delete(c.kept, query)
		return stmt, nil
	}
	stmt, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return stmt.(preparedStmt), nil
}

func (c *preparedConn) put(query string, stmt preparedStmt) error {
	if _, another := c.kept[query]; another || len(c.kept) == maxKept {
		return stmt.Close()
	}
	c.kept[query] = stmt
	return nil
}

func (c *preparedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	stmt, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	result, err := stmt.ExecContext(ctx, args)
	if err != nil {
		stmt.Close() //nolint:errcheck // it repeats the error
		return nil, err
	}
	return result, c.put(query, stmt)
}

func (c *preparedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	stmt, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := stmt.QueryContext(ctx, args)
	if err != nil {
		stmt.Close() //nolint:errcheck // it repeats the error
		return nil, err
	}
	return &preparedRows{rows, c, query, stmt}, nil
}

func (c *preparedConn) Close() error {
	for _, stmt := range c.kept {
		stmt.Close() //nolint:errcheck // closing the connection tells what went wrong
	}
	return c.sqliteConn.Close()
}

// preparedRows give their statement back when they have been read.
type preparedRows struct {
	driver.Rows
	conn  *preparedConn
	query string
	stmt  preparedStmt
}

func (r *preparedRows) Close() error {
	if err := r.Rows.Close(); err != nil {
		r.stmt.Close() //nolint:errcheck // it repeats the error
		return err
	}
	return r.conn.put(r.query, r.stmt)
}

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

// sqliteConnector opens every transaction as a writer, because a transaction that begins as a reader
// cannot become a writer while another writes. Times are stored as text in one zone and form, so that
// they sort.
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

// missing tells whether opening that file would create a new database.
func missing(file string) bool {
	_, err := os.Stat(file)
	return file != ":memory:" && errors.Is(err, fs.ErrNotExist)
}

// uriSigns escapes the characters of a file's name that have a meaning in SQLite's file: URIs.
var uriSigns = strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23")

// keepPrepared makes connections that keep their prepared statements: SQLite needs longer to parse and
// plan a statement than to run it.
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

// sqliteConn is what database/sql uses of the driver's connections.
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

// preparedConn is a connection that keeps, by their text, the statements that are not in use.
type preparedConn struct {
	sqliteConn
	kept map[string]preparedStmt
}

// maxKept bounds the statements that are kept. The shop has fewer texts; lists of varying length add
// some more.
const maxKept = 1000

// take returns a prepared statement for the caller's use alone: until put gives it back, the same text
// is prepared once more.
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
		stmt.Close() //nolint:errcheck // closing the connection returns what went wrong
	}
	return c.sqliteConn.Close()
}

// preparedRows give their statement back when they are closed.
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

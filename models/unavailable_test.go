package models_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"testing"

	mysqldriver "github.com/go-sql-driver/mysql"

	"luffy/models"
)

func TestUnavailable(t *testing.T) {
	for _, c := range []struct {
		err  error
		want bool
	}{
		{driver.ErrBadConn, true},
		{mysqldriver.ErrInvalidConn, true},
		{mysqldriver.ErrNoTLS, true},
		{&tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Reason: x509.Expired}}, true},
		{io.ErrUnexpectedEOF, true},
		{context.DeadlineExceeded, true},
		{&net.OpError{Op: "dial", Err: errors.New("connection refused")}, true},
		{&mysqldriver.MySQLError{Number: 1040, Message: "Too many connections"}, true},
		{&mysqldriver.MySQLError{Number: 1045, Message: "Access denied for user"}, true},
		{&mysqldriver.MySQLError{Number: 1129, Message: "Host is blocked because of many connection errors"}, true},
		{&mysqldriver.MySQLError{Number: 4151, Message: "Access denied, this account is locked"}, true},
		{&mysqldriver.MySQLError{Number: 1290, Message: "read-only"}, true},
		{&mysqldriver.MySQLError{Number: 1213, Message: "Deadlock"}, true},
		{nil, false},
		{errors.New("a mistake"), false},
		{models.ErrNotFound, false},
		{context.Canceled, false},
		{&mysqldriver.MySQLError{Number: 1146, Message: "no such table"}, false},
		{&mysqldriver.MySQLError{Number: 1062, Message: "duplicate"}, false},
	} {
		wrapped := c.err
		if wrapped != nil {
			wrapped = fmt.Errorf("order 1: %w", c.err)
		}
		if got := models.Unavailable(wrapped); got != c.want {
			t.Errorf("%v: got %v, want %v", c.err, got, c.want)
		}
	}
}

// What keeps SQLite from serving is no mistake of the shop either: another process that writes for long,
// a full disk, a file that may only be read.
func TestUnavailableSQLite(t *testing.T) {
	for name, c := range map[string]struct {
		another         bool // another process writes
		lead, statement string
		want            bool
	}{
		"locked":    {true, "PRAGMA busy_timeout = 1", "INSERT INTO kept VALUES (1)", true},
		"full":      {false, "PRAGMA max_page_count = 1", "CREATE TABLE more AS SELECT zeroblob(100000)", true},
		"read-only": {false, "PRAGMA query_only = 1", "INSERT INTO kept VALUES (1)", true},
		"duplicate": {false, "INSERT INTO kept VALUES (1)", "INSERT INTO kept VALUES (1)", false},
		"no table":  {false, "SELECT 1", "INSERT INTO lost VALUES (1)", false},
	} {
		t.Run(name, func(t *testing.T) {
			file := "sqlite:" + filepath.Join(t.TempDir(), "luffy.db")
			pool, other := openPool(t, file), openPool(t, file)
			for _, statement := range []string{"CREATE TABLE kept (n UNIQUE)", c.lead} {
				if _, err := pool.ExecContext(t.Context(), statement); err != nil {
					t.Fatal(err)
				}
			}
			if c.another {
				writing, err := other.BeginTx(t.Context(), nil)
				if err != nil {
					t.Fatal(err)
				}
				defer writing.Rollback()
			}
			_, err := pool.ExecContext(t.Context(), c.statement)
			if got := models.Unavailable(err); err == nil || got != c.want {
				t.Errorf("%v: got %v, want %v", err, got, c.want)
			}
		})
	}
}

func openPool(t *testing.T, address string) *sql.DB {
	t.Helper()
	db, err := models.Open(t.Context(), models.Options{URL: address})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db.SQL()
}

package models

import (
	"context"
	"crypto/tls"
	"database/sql/driver"
	"errors"
	"io"
	"net"

	mysqldriver "github.com/go-sql-driver/mysql"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Unavailable tells whether the error comes from the state of the database rather than from a mistake
// of the shop: there is no connection, or none that can be trusted, no answer came in time, or the
// server (or SQLite) refuses logins, has too many connections, a full disk or contended locks, is
// read-only or is stopping. The same request may succeed later.
func Unavailable(err error) bool {
	if e, ok := errors.AsType[*mysqldriver.MySQLError](err); ok {
		return unavailableMySQL(e.Number)
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok && unavailableSQLite(e.Code()) {
		return true
	}
	for _, lost := range []error{
		driver.ErrBadConn, mysqldriver.ErrInvalidConn, mysqldriver.ErrNoTLS, io.EOF, io.ErrUnexpectedEOF,
		context.DeadlineExceeded,
	} {
		if errors.Is(err, lost) {
			return true
		}
	}
	_, unproved := errors.AsType[*tls.CertificateVerificationError](err) // most often it has expired
	_, network := errors.AsType[net.Error](err)
	return unproved || network
}

// unavailableMySQL lists the server's error numbers of that kind. Source:
// https://mariadb.com/kb/en/mariadb-error-code-reference/
func unavailableMySQL(number uint16) bool {
	switch number {
	case 1040, 1203, 1226, // too many connections
		1044, 1045, 1129, 1130, 1862, 3118, 4151, // the shop is not let in, as while its password is changed
		1021, 1114, 1030, // the disk is full
		1290, 1792, 1836, // read-only
		1205, 1213, 1020, // locked up, and tried often enough
		1053, 1927, 1317, 1969, 3024, // the server stops, or has ended the connection or the statement
		1047: // a Galera node that is not part of the cluster now
		return true
	default:
		return false
	}
}

// unavailableSQLite lists SQLite's codes of that kind: another process writes, or the disk refuses.
func unavailableSQLite(code int) bool {
	switch code & 0xff { // the upper bits tell more of the same error
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
		sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN:
		return true
	default:
		return false
	}
}

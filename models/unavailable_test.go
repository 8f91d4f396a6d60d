package models_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
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

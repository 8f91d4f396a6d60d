package models

import (
	"context"
	"database/sql/driver"
	"errors"
)

// mysqlSession sets up each new connection with settings that the driver cannot send by itself.
type mysqlSession struct{ driver.Connector }

// Connect fails, so that nodes tries another server, if the server accepts connections but cannot serve.
func (s mysqlSession) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := s.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	if err := setUp(ctx, conn.(driver.ExecerContext)); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

func setUp(ctx context.Context, conn driver.ExecerContext) error {
	// Under the servers' default, REPEATABLE READ, "check, then insert" locks gaps and two such
	// transactions deadlock. MySQL, MariaDB, Galera and TiDB all understand this statement, whereas the
	// name of the variable differs. Setting it once here saves every transaction a round trip.
	if _, err := conn.ExecContext(ctx, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", nil); err != nil {
		return err
	}
	// With this a read on a Galera node waits until it sees everything that was committed on other
	// nodes before. Without it a page that another node serves would not show the order that was just
	// made. A server without Galera either does not have the variable, or it costs nothing: 200,000
	// reads on a plain MariaDB took as long with it as without.
	_, err := conn.ExecContext(ctx, "SET SESSION wsrep_sync_wait = 1", nil)
	if err != nil && !isNumber(err, unknownVariable) {
		return err
	}
	_, err = conn.ExecContext(ctx, "DO 1", nil) // a node that refuses all statements still accepts SET
	return err
}

// unknownVariable is the error number ER_UNKNOWN_SYSTEM_VARIABLE.
const unknownVariable = 1193

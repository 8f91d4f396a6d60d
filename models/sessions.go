package models

import (
	"context"
	"database/sql/driver"
	"errors"
)

// sessions begins each new connection with what the driver does not send along, or cannot.
type sessions struct{ driver.Connector }

// Connect also finds out a server that cannot serve, where another can be taken instead.
func (s sessions) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := s.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	if err := begin(ctx, conn.(driver.ExecerContext)); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

func begin(ctx context.Context, conn driver.ExecerContext) error {
	// Under the servers' default, REPEATABLE READ, "look, then insert" locks gaps and deadlocks
	// against itself. The statement is understood by MySQL, MariaDB, Galera and TiDB alike, which
	// the variable behind it is not, and here it spares every transaction a round trip.
	if _, err := conn.ExecContext(ctx, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", nil); err != nil {
		return err
	}
	// On a Galera node a read waits until it sees all that was committed on the others before it,
	// or a page served beside another node would not know the order that was just made. A server
	// without Galera has no such variable, or it costs nothing there: of 200,000 reads on a plain
	// MariaDB those with it took as long as those without.
	_, err := conn.ExecContext(ctx, "SET SESSION wsrep_sync_wait = 1", nil)
	if err != nil && !isNumber(err, unknownVariable) {
		return err
	}
	_, err = conn.ExecContext(ctx, "DO 1", nil) // settings are taken by a node that refuses everything else
	return err
}

// unknownVariable is MySQL's and MariaDB's ER_UNKNOWN_SYSTEM_VARIABLE.
const unknownVariable = 1193

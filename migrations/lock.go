package migrations

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// ErrLocked reports that another program has been migrating the same database for longer than this one waits.
var ErrLocked = errors.New("another program is migrating the database")

// lockWait is below the read timeout of the shop's connections, so that ErrLocked comes before it.
const lockWait = 50 * time.Second

// serverLock lets one program at a time look at or change the version of a MySQL database: a server
// commits each CREATE TABLE as it goes, so two migrators would meet half way. The lock belongs to
// the connection and ends with it at the latest. In a Galera cluster each node has locks of its
// own: there, migrate before the replicas start.
type serverLock struct{ wait time.Duration }

// lockName is one a database, of a length that servers accept whatever the database is called. MySQL
// 9.6 and later have MD5 and SHA1 only as an extra to be installed.
const lockName = "CONCAT('luffy_migrations_', LEFT(SHA2(DATABASE(), 256), 32))"

// SessionLock waits for the lock. Errors: ErrLocked.
func (l serverLock) SessionLock(ctx context.Context, conn *sql.Conn) error {
	var got sql.NullInt64 // 1 taken, 0 too late, NULL failed
	row := conn.QueryRowContext(ctx, "SELECT GET_LOCK("+lockName+", ?)", int(l.wait.Seconds()))
	if err := row.Scan(&got); err != nil {
		return fmt.Errorf("take the migration lock: %w", err)
	}
	if got.Int64 != 1 {
		return ErrLocked
	}
	return nil
}

// SessionUnlock gives the lock back.
func (serverLock) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, "DO RELEASE_LOCK("+lockName+")"); err != nil {
		return fmt.Errorf("give the migration lock back: %w", err)
	}
	return nil
}

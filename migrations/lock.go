package migrations

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// ErrLocked reports that another program has been migrating the same database for longer than this
// one waits.
var ErrLocked = errors.New("another program is migrating the database")

// lockWait is shorter than the read timeout of the shop's connections, so that waiting ends with
// ErrLocked and not with a lost connection.
const lockWait = 50 * time.Second

// serverLock lets one program at a time read or change the version of a MySQL database. The server
// commits each CREATE TABLE by itself, so two programs that migrate at once would get in each other's
// way. The lock belongs to the connection and ends with it at the latest. In a Galera cluster every
// node has locks of its own: there, migrate from one machine only.
type serverLock struct{ wait time.Duration }

// lockName is SQL for a name that is different for every database and never too long. It uses SHA2,
// because MySQL 9.6 and later have MD5 and SHA1 only as a component to be installed.
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

// SessionUnlock releases the lock.
func (serverLock) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, "DO RELEASE_LOCK("+lockName+")"); err != nil {
		return fmt.Errorf("give the migration lock back: %w", err)
	}
	return nil
}

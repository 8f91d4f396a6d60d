package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	mysqldriver "github.com/go-sql-driver/mysql"

	"luffy/models/modelstest/dbproxy"
)

// durable are the options of a server on which a commit survives once it is answered.
var durable = []string{
	"--innodb-flush-log-at-trx-commit=1", "--innodb-log-file-size=16M", "--innodb-buffer-pool-size=64M",
}

// room are the options of a durable server whose data have so many files that cannot grow. When they are
// full, the server reports a full disk.
func room(files int) []string {
	data := []string{"ibdata1:12M"}
	for n := range files {
		data = append(data, fmt.Sprintf("ibdata%d:16M", n+2))
	}
	return append([]string{"--innodb-file-per-table=0", "--innodb-data-file-path=" + strings.Join(data, ";")}, durable...)
}

// fill uses up all the room, down to the last page, and also what the server frees when it purges after
// the earlier payments. The large values are stored outside the rows, so that the rows stay on one page:
// a row that needs a new page does not use the server's reserve, and the server dies if it then cannot
// roll back.
func fill(ctx context.Context, v *victim) error {
	const table = "CREATE TABLE filler (id INT AUTO_INCREMENT PRIMARY KEY, b LONGBLOB)"
	if _, err := v.db.SQL().ExecContext(ctx, table); err != nil {
		return err
	}
	for full := false; !full; {
		var err error
		if full, err = v.takeRoom(ctx, 1<<20); err != nil {
			return err
		}
	}
	const (
		onePage = 10 << 10 // too long for a row, and not for a page
		settled = 10       // refusals in a row
	)
	refusals := 0
	return until(ctx, "the disk to stay full", func() bool {
		full, err := v.takeRoom(ctx, onePage)
		refusals++
		if err != nil || !full || v.tidyUp(ctx) != nil {
			refusals = 0
		}
		return refusals == settled
	})
}

// tidyUp waits until the server has purged everything that nobody needs any more.
func (v *victim) tidyUp(ctx context.Context) error {
	return v.onServer(ctx, "SET GLOBAL innodb_max_purge_lag_wait = 0")
}

// takeRoom stores so many bytes; full means that there was no room for them.
func (v *victim) takeRoom(ctx context.Context, size int) (full bool, err error) {
	_, err = v.db.SQL().ExecContext(ctx, "INSERT INTO filler (b) VALUES (REPEAT('x', ?))", size)
	if e, refused := errors.AsType[*mysqldriver.MySQLError](err); refused && e.Number == dbproxy.TableFull.Code {
		return true, nil
	}
	return false, err
}

// startWith kills the server, if it still runs, and starts it again.
func startWith(options []string) func(context.Context, *victim) error {
	return func(_ context.Context, v *victim) error {
		v.mariadb.Kill()
		return v.mariadb.Start(options...)
	}
}

// Package migrations holds the schema as SQL files, one folder for each kind of database, and migrates
// databases to it.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed mysql/*.sql sqlite/*.sql
var files embed.FS

// ErrOldSchema reports a database that lacks migrations that this program has.
var ErrOldSchema = errors.New("the database schema is older than the program")

// Status is one migration and whether the database has it.
type Status struct {
	Version int64
	File    string
	Applied bool
}

// ErrHalfApplied reports a migration that failed on MySQL, which commits each CREATE and ALTER TABLE by
// itself. SQLite undoes the whole migration.
var ErrHalfApplied = errors.New("MySQL takes nothing of a migration back: if a part of the file was applied, " +
	"also by a run that was killed, bring back the backup made before it, then run: luffy migrate up")

// Up applies every migration that the database lacks. It returns the applied files in order; if one
// fails, those before it. A migration that has begun is finished even if ctx ends. Dialect is "mysql"
// or "sqlite". If several programs call it at once on MySQL, one migrates and the others wait; on
// SQLite only one may call it. Errors: ErrLocked, ErrHalfApplied.
func Up(ctx context.Context, db *sql.DB, dialect string) ([]string, error) {
	var results []*goose.MigrationResult
	err := alone(ctx, db, dialect, func(p *goose.Provider) (err error) {
		results, err = p.Up(context.WithoutCancel(ctx))
		return err
	})
	if partial, ok := errors.AsType[*goose.PartialError](err); ok {
		results = partial.Applied
		err = fmt.Errorf("%s: %w", partial.Failed.Source.Path, partial.Err)
		if dialect != "sqlite" {
			err = fmt.Errorf("%w; %w", err, ErrHalfApplied)
		}
	}
	var applied []string
	for _, r := range results {
		applied = append(applied, r.Source.Path)
	}
	if err != nil {
		return applied, fmt.Errorf("migrate: %w", err)
	}
	return applied, nil
}

// List returns every migration in order.
func List(ctx context.Context, db *sql.DB, dialect string) ([]Status, error) {
	var found []*goose.MigrationStatus
	err := alone(ctx, db, dialect, func(p *goose.Provider) (err error) {
		found, err = p.Status(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("migration status: %w", err)
	}
	var list []Status
	for _, s := range found {
		list = append(list, Status{s.Source.Version, s.Source.Path, s.State == goose.StateApplied})
	}
	return list, nil
}

// Check returns ErrOldSchema if the database lacks a migration.
func Check(ctx context.Context, db *sql.DB, dialect string) error {
	list, err := List(ctx, db, dialect)
	if err != nil {
		return err
	}
	for _, s := range list {
		if !s.Applied {
			return fmt.Errorf("%w: %s is missing; run: luffy migrate up", ErrOldSchema, s.File)
		}
	}
	return nil
}

// alone runs fn while no other program migrates or reads the version. Goose's own locking is not
// enough: it looks for pending migrations before it takes the lock, and may then find a version table
// that does not have its first row yet.
func alone(ctx context.Context, db *sql.DB, dialect string, fn func(*goose.Provider) error) (err error) {
	p, err := provider(db, dialect)
	if err != nil {
		return err
	}
	if dialect == "sqlite" || db.Stats().MaxOpenConnections == 1 { // the lock needs a connection beside the migrator's
		return fn(p)
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	lock := serverLock{lockWait}
	if err := lock.SessionLock(ctx, conn); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.SessionUnlock(context.WithoutCancel(ctx), conn)) }()
	return fn(p)
}

func provider(db *sql.DB, dialect string) (*goose.Provider, error) {
	kind := goose.DialectMySQL
	if dialect == "sqlite" {
		kind = goose.DialectSQLite3
	}
	folder, err := fs.Sub(files, dialect)
	if err != nil {
		return nil, fmt.Errorf("migrations for %q: %w", dialect, err)
	}
	p, err := goose.NewProvider(kind, db, folder)
	if err != nil {
		return nil, fmt.Errorf("migrations for %q: %w", dialect, err)
	}
	return p, nil
}

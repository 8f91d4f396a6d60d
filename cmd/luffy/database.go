package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"luffy/cmd/internal/settings"
	"luffy/migrations"
	"luffy/models"
)

// patience is for a migration or an audit of tables that have grown large: who finds it too long
// can end the audit. A migration whose connection ended first would go on at the server, and stay
// unknown to the next.
const patience = 24 * time.Hour

// onDatabase runs a command on the configured database, which is there already.
func (p program) onDatabase(ctx context.Context, command func(*models.DB) error) error {
	return p.open(ctx, models.Options{Existing: true}, command)
}

func (p program) open(ctx context.Context, o models.Options, command func(*models.DB) error) (err error) {
	o.URL, o.Patience = settings.Read(p.environ).DatabaseURL, patience
	db, err := models.Open(ctx, o)
	if err != nil {
		return fmt.Errorf("%w:\nLUFFY_DATABASE_URL: %w", errSettings, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return command(db)
}

// onSchema is onDatabase for commands that need the tables.
func (p program) onSchema(ctx context.Context, command func(*models.DB) error) error {
	return p.onDatabase(ctx, func(db *models.DB) error {
		if err := migrations.Check(ctx, db.SQL(), db.Dialect()); err != nil {
			return fmt.Errorf("%w:\nLUFFY_DATABASE_URL: %w", errSettings, err)
		}
		return command(db)
	})
}

func (p program) migrate(ctx context.Context, args []string) error {
	switch {
	case len(args) == 1 && args[0] == "up":
		return p.open(ctx, models.Options{}, p.migrateUp(ctx))
	case len(args) == 1 && args[0] == "status":
		return p.onDatabase(ctx, p.migrateStatus(ctx))
	default:
		return errUsage
	}
}

func (p program) migrateUp(ctx context.Context) func(*models.DB) error {
	return func(db *models.DB) error {
		tell := func() { fmt.Fprintln(p.stderr, "luffy: what has begun is brought to its end first; do not kill it") }
		defer context.AfterFunc(ctx, tell)()
		applied, err := migrations.Up(ctx, db.SQL(), db.Dialect())
		for _, file := range applied {
			fmt.Fprintln(p.stdout, "applied", file)
		}
		if err == nil && len(applied) == 0 {
			fmt.Fprintln(p.stdout, "nothing to apply")
		}
		return err
	}
}

func (p program) migrateStatus(ctx context.Context) func(*models.DB) error {
	return func(db *models.DB) error {
		list, err := migrations.List(ctx, db.SQL(), db.Dialect())
		for _, m := range list {
			state := "missing"
			if m.Applied {
				state = "applied"
			}
			fmt.Fprintln(p.stdout, state, m.File)
		}
		return err
	}
}

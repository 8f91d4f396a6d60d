package main

import (
	"context"
	"fmt"

	"luffy/migrations"
	"luffy/models"
)

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
		stop := context.AfterFunc(ctx, tell)
		defer stop()
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

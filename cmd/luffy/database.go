package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"luffy/cmd/internal/settings"
	"luffy/migrations"
	"luffy/models"
	"luffy/models/payment"
)

// patience is how long a command waits for one statement. A migration or an audit of large tables
// may need hours. An audit can be interrupted; a migration must not lose its connection, because the
// server would go on with it and the next migration would not know.
const patience = 24 * time.Hour

// onDatabase runs a command on the configured database, which must exist.
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

// onPayments runs a command that needs Alipay and the database.
func (p program) onPayments(ctx context.Context, command func(*payment.Service, *models.DB) error) error {
	s := settings.Read(p.environ)
	client, clientFault := s.Alipay()
	if err := errors.Join(s.Check(), clientFault); err != nil {
		return fmt.Errorf("%w:\n%w", errSettings, err)
	}
	return p.onSchema(ctx, func(db *models.DB) error {
		return command(payment.New(payment.Config{
			DB: db, Alipay: client, AppID: s.AppID, BaseURL: s.BaseURL, Log: slog.New(slog.NewTextHandler(p.stderr, nil)),
		}), db)
	})
}

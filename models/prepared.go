package models

import (
	"context"
	"database/sql"
	"sync"
)

// prepared holds, by their text, statements that stay prepared at the database. Without it, the
// database spent a third of the time of the most requested pages on parsing. Transactions gain nothing
// by it.
type prepared struct {
	pool   *sql.DB
	byText sync.Map // *sql.Stmt by string
}

func (p *prepared) statement(ctx context.Context, text string) (*sql.Stmt, error) {
	if known, ok := p.byText.Load(text); ok {
		return known.(*sql.Stmt), nil
	}
	fresh, err := p.pool.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	known, twice := p.byText.LoadOrStore(text, fresh)
	if twice {
		err = fresh.Close() //nolint:sqlclosecheck // the other one is used
	}
	return known.(*sql.Stmt), err
}

// query calls scan for each row of a statement that stays prepared. The text must be one of few,
// because every text is kept.
func (db *DB) query(ctx context.Context, scan func(*sql.Rows) error, text string, args ...any) error {
	statement, err := db.prepared.statement(ctx, text) //nolint:sqlclosecheck // it is kept, and ends with the pool
	if err != nil {
		return err
	}
	rows, err := statement.QueryContext(ctx, args...)
	return eachRow(rows, err, scan)
}

package models

import (
	"context"
	"time"
)

// LedgerPerPage is the length of a page of the points ledger.
const LedgerPerPage = 20

// LedgerRow is one movement of points as the student reads it.
type LedgerRow struct {
	ID          int64
	Opera       CreditOpera
	Number      int64 // points; negative when they were taken
	CreatedAt   time.Time
	OrderNumber string // of the order that moved them; empty if none did
	Balance     int64  `gorm:"-"` // after this movement
}

// Ledger is a page of a student's points ledger.
type Ledger struct {
	Rows  []LedgerRow
	Total int // rows over all pages
	Page  int
	Pages int // at least 1
}

// Ledger reads a page of a student's points ledger, newest first; a page past the end shows the
// last. It takes three statements, however many rows there are.
func (db *DB) Ledger(ctx context.Context, user int64, page int) (Ledger, error) {
	g := db.with(ctx)
	var l Ledger
	if err := g.Raw("SELECT COUNT(*) FROM ly_credit WHERE user_id = ?", user).Scan(&l.Total).Error; err != nil {
		return l, err
	}
	l.Page, l.Pages = clampPage(page, l.Total, LedgerPerPage)
	err := g.Raw(`
		SELECT c.id, c.opera, c.number, c.created_at, COALESCE(o.order_number, '') AS order_number
		FROM ly_credit c LEFT JOIN ly_order o ON o.id = c.order_id AND o.user_id = c.user_id
		WHERE c.user_id = ?
		ORDER BY c.id DESC LIMIT ? OFFSET ?`, user, LedgerPerPage, (l.Page-1)*LedgerPerPage).Scan(&l.Rows).Error
	if err != nil || len(l.Rows) == 0 {
		return l, err
	}
	var balance int64
	err = g.Raw("SELECT SUM(number) FROM ly_credit WHERE user_id = ? AND id <= ?", user, l.Rows[0].ID).Scan(&balance).Error
	for i := range l.Rows {
		l.Rows[i].Balance = balance
		balance -= l.Rows[i].Number
	}
	return l, err
}

package main

import (
	"context"
	"fmt"
	"strings"
)

// holdings are counts of what the database holds, in the order of held.
type holdings []int64

// held names what a crash may leave behind.
var held = []struct{ name, query string }{
	{"orders unpaid", "SELECT COUNT(*) FROM ly_order WHERE order_status = 0 AND closing_to IS NULL"},
	{"orders closing", "SELECT COUNT(*) FROM ly_order WHERE order_status = 0 AND closing_to IS NOT NULL"},
	{"orders paid", "SELECT COUNT(*) FROM ly_order WHERE order_status = 1"},
	{"orders closed", "SELECT COUNT(*) FROM ly_order WHERE order_status IN (2, 3)"},
	{"orders refunded", "SELECT COUNT(*) FROM ly_order WHERE order_status = 4"},
	{"payments open", "SELECT COUNT(*) FROM ly_payment WHERE state = 'open'"},
	{"payments paid", "SELECT COUNT(*) FROM ly_payment WHERE state = 'paid'"},
	{"payments closed", "SELECT COUNT(*) FROM ly_payment WHERE state = 'closed'"},
	{"payments surplus", "SELECT COUNT(*) FROM ly_payment WHERE state IN ('surplus', 'returned')"},
	{"refunds pending", "SELECT COUNT(*) FROM ly_refund WHERE state = 'pending'"},
	{"refunds done", "SELECT COUNT(*) FROM ly_refund WHERE state = 'done'"},
	{"records live", "SELECT COUNT(*) FROM ly_user_course WHERE revoked_at IS NULL"},
	{"messages", "SELECT COUNT(*) FROM ly_payment_event"},
	{"differences", "SELECT COUNT(*) FROM ly_bill_difference"},
}

func (w *world) holdings(ctx context.Context) (holdings, error) {
	now := make(holdings, len(held))
	for i, h := range held {
		var err error
		if now[i], err = w.count(ctx, h.query); err != nil {
			return nil, err
		}
	}
	return now, nil
}

// since describes what has changed.
func (now holdings) since(before holdings) string {
	var changes []string
	for i, n := range now {
		if n != before[i] {
			changes = append(changes, fmt.Sprintf("%s %+d", held[i].name, n-before[i]))
		}
	}
	if changes == nil {
		return "nothing changed"
	}
	return strings.Join(changes, ", ")
}

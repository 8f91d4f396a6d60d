package models

import (
	"context"
	"time"
)

// StrandedApp is an app under which attempts to pay are open or refunds pending, though another app is
// configured.
type StrandedApp struct {
	AppID    string
	Attempts int
	Refunds  int
}

// otherAppFirst is for how long due work is left to a program that runs under the app that it was begun
// under: beside a shop whose app has changed, one with the old settings goes on. Without such a
// program, this one notes that it cannot do it.
const otherAppFirst = time.Minute

// StrandedApps lists the apps beside the configured one under which anything waits.
func (db *DB) StrandedApps(ctx context.Context, configured string) ([]StrandedApp, error) {
	var apps []StrandedApp
	err := db.with(ctx).Raw(`
		SELECT app_id, SUM(attempt) AS attempts, SUM(refund) AS refunds FROM (
			SELECT app_id, 1 AS attempt, 0 AS refund FROM ly_payment WHERE state = ? AND ask_at IS NOT NULL
			UNION ALL
			SELECT p.app_id, 0, 1 FROM ly_refund f JOIN ly_payment p ON p.id = f.payment_id WHERE f.state = ?
		) waiting WHERE app_id NOT IN ('', ?) GROUP BY app_id ORDER BY app_id`,
		PaymentOpen, RefundPending, configured).Scan(&apps).Error
	return apps, err
}

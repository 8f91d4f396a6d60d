package main

import (
	"path/filepath"
	"testing"
	"time"

	"luffy/models"
)

// The student of the demo has something of everything to look at, and nothing that the audit finds.
func TestHistory(t *testing.T) {
	address := "sqlite:" + filepath.Join(t.TempDir(), "luffy.db")
	now := time.Now()
	for range 2 { // a second start changes nothing
		if err := stock(t.Context(), address, now); err != nil {
			t.Fatal(err)
		}
	}
	err := at(t.Context(), address, now, func(db *models.DB) error {
		student, err := db.UserByName(t.Context(), studentName)
		if err != nil {
			return err
		}
		summary, err := db.Summary(t.Context(), student.ID)
		if err != nil {
			return err
		}
		if summary.Credit != 500 || summary.Coupons != 3 || summary.Courses != 1 ||
			summary.Ending != 1 || summary.Unpaid != 0 {
			t.Errorf("got %+v, want 500 points, three coupons and a course that ends soon", summary)
		}
		if keeper, err := db.Authenticate(t.Context(), keeperName, keeperPassword); err != nil || !keeper.IsStaff {
			t.Errorf("got %+v, %v; want a shopkeeper of the staff", keeper, err)
		}
		coupons, err := db.MyCoupons(t.Context(), student.ID, models.CouponsUsed, 1)
		if err != nil || coupons.Counts[models.CouponsUsed] != 1 || coupons.Counts[models.CouponsExpired] != 1 {
			t.Errorf("got %v, %v; want a coupon that was used and one that has run out", coupons.Counts, err)
		}
		findings, err := db.Audit(t.Context())
		for _, f := range findings {
			t.Errorf("audit: %s", f)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

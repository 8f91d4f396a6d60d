package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"time"

	"luffy/migrations"
	"luffy/models"
)

//go:embed catalogue.json
var catalogueFile []byte

// The student of the demo.
const (
	studentName     = "student"
	studentPassword = "luffy2026"
	studentPoints   = 500
)

// stock brings the database to the newest schema and fills it on the first start.
func stock(ctx context.Context, address string, now time.Time) (err error) {
	db, err := models.Open(ctx, models.Options{URL: address})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := migrations.Up(ctx, db.SQL(), db.Dialect()); err != nil {
		return err
	}
	catalogue, err := models.ReadCatalogue(bytes.NewReader(catalogueFile))
	if err != nil {
		return err
	}
	for i := range catalogue.Activities { // a demo always shows discounts that run
		catalogue.Activities[i].Start, catalogue.Activities[i].End = now.AddDate(0, 0, -1), now.AddDate(0, 0, 7)
	}
	if err := db.Import(ctx, catalogue); err != nil {
		return err
	}
	return addStudent(ctx, db, catalogue.Coupons)
}

func addStudent(ctx context.Context, db *models.DB, coupons []models.CatalogueCoupon) error {
	student, err := db.AddUser(ctx, models.NewUser{Username: studentName, Password: studentPassword, Credit: studentPoints})
	if errors.Is(err, models.ErrTaken) {
		return nil // not the first start
	}
	if err != nil {
		return err
	}
	for _, coupon := range coupons {
		if _, err := db.GiveCoupon(ctx, student.ID, coupon.Name); err != nil {
			return fmt.Errorf("coupon %q: %w", coupon.Name, err)
		}
	}
	return nil
}

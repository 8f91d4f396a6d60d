package main

import (
	"context"
	_ "embed"
	"errors"
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
	studentPoints   = 1031 // 500 after what was bought in the past
)

// The shopkeeper of the demo, who has the pages of the staff.
const (
	keeperName     = "shopkeeper"
	keeperPassword = "luffy2026"
)

// stock migrates the database and, on the first start, fills it.
func stock(ctx context.Context, address string, now time.Time) (err error) {
	db, err := models.Open(ctx, models.Options{URL: address})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := migrations.Up(ctx, db.SQL(), db.Dialect()); err != nil {
		return err
	}
	catalogue, err := models.ReadCatalogue(catalogueFile)
	if err != nil {
		return err
	}
	for i := range catalogue.Activities { // the demo always shows running discounts
		catalogue.Activities[i].Start, catalogue.Activities[i].End = now.AddDate(0, 0, -1), weekFrom(now)
	}
	if err := db.Import(ctx, catalogue); err != nil {
		return err
	}
	if err := addKeeper(ctx, db); err != nil {
		return err
	}
	return addStudent(ctx, address, now, catalogue.Coupons)
}

func addKeeper(ctx context.Context, db *models.DB) error {
	_, err := db.AddUser(ctx, models.NewUser{Username: keeperName, Password: keeperPassword, Staff: true})
	if errors.Is(err, models.ErrTaken) {
		return nil // not the first start
	}
	return err
}

// weekFrom is the last minute of the day a week from now, in Beijing.
func weekFrom(now time.Time) time.Time {
	year, month, day := now.In(models.Beijing).Date()
	return time.Date(year, month, day+7, 23, 59, 0, 0, models.Beijing)
}

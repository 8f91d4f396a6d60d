package main

import (
	"context"
	"fmt"

	"luffy/models"
)

// coupon gives a coupon to a student.
func (p program) coupon(ctx context.Context, args []string) error {
	if len(args) != 3 || args[0] != "give" {
		return errUsage
	}
	return p.onSchema(ctx, func(db *models.DB) error {
		user, err := db.UserByName(ctx, args[1])
		if err != nil {
			return fmt.Errorf("user %q: %w", args[1], err)
		}
		given, err := db.GiveCoupon(ctx, user.ID, args[2])
		if err != nil {
			return fmt.Errorf("coupon %q: %w", args[2], err)
		}
		fmt.Fprintln(p.stdout, "given, valid until", given.EndTime.In(models.Beijing).Format("2006-01-02 15:04"))
		return nil
	})
}

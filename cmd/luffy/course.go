package main

import (
	"context"
	"fmt"
	"os"

	"luffy/models"
)

// course imports a catalogue.
func (p program) course(ctx context.Context, args []string) error {
	if len(args) != 2 || args[0] != "import" {
		return errUsage
	}
	text, err := os.ReadFile(args[1])
	if err != nil {
		return err
	}
	catalogue, err := models.ReadCatalogue(text)
	if err != nil {
		return err
	}
	return p.onSchema(ctx, func(db *models.DB) error {
		if err := db.Import(ctx, catalogue); err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "imported %d courses, %d activities, %d coupons\n",
			len(catalogue.Courses), len(catalogue.Activities), len(catalogue.Coupons))
		return nil
	})
}

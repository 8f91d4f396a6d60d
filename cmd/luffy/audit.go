package main

import (
	"context"
	"fmt"

	"luffy/models"
)

// audit checks every invariant of the database.
func (p program) audit(ctx context.Context, args []string) error {
	if len(args) != 0 {
		return errUsage
	}
	return p.onSchema(ctx, func(db *models.DB) error {
		findings, err := db.Audit(ctx)
		if err != nil {
			return err
		}
		for _, finding := range findings {
			fmt.Fprintln(p.stdout, finding)
		}
		if len(findings) > 0 {
			return fmt.Errorf("%w: rows that break an invariant: %d", errOpen, len(findings))
		}
		fmt.Fprintln(p.stdout, "clean")
		return nil
	})
}

package main

import (
	"context"
	"fmt"

	"luffy/models"
	"luffy/views"
)

// export writes the payments and refunds of a month or a day as a table for a spreadsheet, and its
// sums to standard error.
func (p program) export(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return errUsage
	}
	period, err := models.ParsePeriod(args[0])
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	return p.onSchema(ctx, func(db *models.DB) error {
		act := models.StaffAct{DoneBy: operator(), Act: models.ActExport, Period: args[0]}
		if err := db.NoteAct(ctx, act); err != nil {
			return err
		}
		table, err := views.NewMovementTable(p.stdout)
		if err != nil {
			return err
		}
		var sums models.MovementSums
		err = db.EachMovement(ctx, period, func(m models.Movement) error {
			sums.Add(m)
			return table.Write(m)
		})
		if err != nil {
			return err
		}
		fmt.Fprintln(p.stderr, args[0], sumsText(sums))
		return table.End()
	})
}

// sumsText tells sums in the words of luffy reconcile.
func sumsText(s models.MovementSums) string {
	text := fmt.Sprintf(" received %d trades ¥%s  given back %d refunds ¥%s",
		s.Trades, s.Came, s.Refunds, s.Back)
	if s.Elsewhere > 0 {
		text += fmt.Sprintf("  paid by other means %d refunds ¥%s", s.Elsewhere, s.Other)
	}
	return text + fmt.Sprintf("  kept ¥%s", s.Net())
}

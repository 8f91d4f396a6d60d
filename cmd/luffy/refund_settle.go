package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"luffy/models"
)

// settleRefund books a refund that Alipay refused for good as paid by other means.
func (p program) settleRefund(ctx context.Context, args []string) error {
	number, note, err := parseSettling(args)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	return p.onSchema(ctx, func(db *models.DB) error {
		refund, err := refundToSettle(ctx, db, number)
		if err != nil {
			return err
		}
		if err := db.SettleRefund(ctx, refund.ID, operator(), note); err != nil {
			return fmt.Errorf("refund %s: %w", refund.OutRequestNo, err)
		}
		fmt.Fprintf(p.stdout, "refund %s of ¥%s: settled\n", refund.OutRequestNo, refund.Amount)
		return nil
	})
}

// parseSettling reads an order's number, or an out_request_no, and the note.
func parseSettling(args []string) (number, note string, err error) {
	wrong := errors.New("refund settle takes the number of an order, or an out_request_no, and --note with what was done")
	if len(args) == 0 || args[0] == "" || strings.HasPrefix(args[0], "-") {
		return "", "", wrong
	}
	flags := flag.NewFlagSet("refund settle", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&note, "note", "", "what was done about it")
	if flags.Parse(args[1:]) != nil || flags.NArg() != 0 || strings.TrimSpace(note) == "" {
		return "", "", wrong
	}
	return args[0], strings.TrimSpace(note), nil
}

// refundToSettle finds the one refund that is meant. If none waits, it is the one that was settled
// before, so that the command can be repeated.
func refundToSettle(ctx context.Context, db *models.DB, number string) (models.Refund, error) {
	found, err := db.FailedRefunds(ctx, number)
	if err == nil && len(found) == 0 {
		found, err = db.SettledRefunds(ctx, number)
	}
	switch {
	case err != nil:
		return models.Refund{}, err
	case len(found) == 0:
		return models.Refund{}, fmt.Errorf("%s: a refund that Alipay refused: %w", number, models.ErrNotFound)
	case len(found) > 1:
		var names []string
		for _, r := range found {
			names = append(names, r.OutRequestNo+" of ¥"+r.Amount.String())
		}
		return models.Refund{}, fmt.Errorf("%s has several refunds that Alipay refused, name one: %s",
			number, strings.Join(names, ", "))
	}
	return found[0], nil
}

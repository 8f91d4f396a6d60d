package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"luffy/models"
	"luffy/models/payment"
)

// reconcile compares a day's bill with the shop.
func (p program) reconcile(ctx context.Context, args []string) error {
	if len(args) > 0 && args[0] == "settle" {
		return p.settle(ctx, args[1:])
	}
	if len(args) != 1 {
		return errUsage
	}
	if _, err := time.Parse(time.DateOnly, args[0]); err != nil {
		return fmt.Errorf("%w: %q: %w", errUsage, args[0], payment.ErrBillDate)
	}
	return p.onPayments(ctx, func(payments *payment.Service, db *models.DB) error {
		act := models.StaffAct{DoneBy: operator(), Act: models.ActCompare, Period: args[0]}
		if err := db.NoteAct(ctx, act); err != nil {
			return err
		}
		report, err := payments.Reconcile(ctx, args[0])
		if errors.Is(err, payment.ErrBillDate) {
			return fmt.Errorf("%w: %w", errUsage, err)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", args[0], err)
		}
		if err := printReconciliation(p.stdout, report); err != nil {
			return err
		}
		if open := report.Open(); open > 0 {
			return fmt.Errorf("%w: open differences: %d", errOpen, open)
		}
		return nil
	})
}

// settle closes a difference that staff have cleared up; comparing the day again leaves it closed.
func (p program) settle(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errUsage
	}
	flags := flag.NewFlagSet("reconcile settle", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	note := flags.String("note", "", "what was done about it")
	id, err := strconv.ParseInt(args[0], 10, 64)
	if err != nil || flags.Parse(args[1:]) != nil || flags.NArg() != 0 || strings.TrimSpace(*note) == "" {
		return fmt.Errorf("%w: reconcile settle takes the ID of a difference and --note with what was done", errUsage)
	}
	return p.onSchema(ctx, func(db *models.DB) error {
		err := db.SettleBillDifference(ctx, id, operator(), *note)
		if errors.Is(err, models.ErrNotFound) {
			return fmt.Errorf("open difference %d: %w", id, models.ErrNotFound)
		}
		if err != nil {
			return err
		}
		fmt.Fprintln(p.stdout, "settled")
		return nil
	})
}

func printReconciliation(w io.Writer, r payment.Reconciliation) error {
	fmt.Fprintf(w, "%s  received %d trades ¥%s  given back %d refunds ¥%s\n",
		r.Date, r.Trades, r.TradeSum, r.Refunds, r.RefundSum)
	if len(r.Differences) == 0 {
		fmt.Fprintln(w, "balanced")
		return nil
	}
	rows := [][]string{{"ID", "STATE", "KIND", "OUT_TRADE_NO", "TRADE_NO", "OUT_REQUEST_NO", "ALIPAY", "SHOP", "DONE"}}
	for _, d := range r.Differences {
		state := "open"
		if d.ClosedAt != nil {
			state = "closed"
		}
		rows = append(rows, []string{
			strconv.FormatInt(d.ID, 10), state, string(d.Kind), d.OutTradeNo, d.TradeNo, d.OutRequestNo,
			sum(d.AlipayAmount), sum(d.ShopAmount), d.Action,
		})
	}
	if err := printTable(w, rows...); err != nil {
		return err
	}
	if r.Open() == 0 {
		fmt.Fprintln(w, "balanced: every difference is settled")
	}
	return nil
}

// sum shows the amount of one side of a difference, "-" when that side has no row.
func sum(f *models.Fen) string {
	if f == nil {
		return "-"
	}
	return f.String()
}

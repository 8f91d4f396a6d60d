package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os/user"
	"strings"
	"text/tabwriter"

	"luffy/cmd/internal/settings"
	"luffy/models"
	"luffy/models/payment"
)

// exitOpen is the exit code of a check that found something: differences are open, or an invariant is broken.
const exitOpen = 3

// errOpen reports that a check found something, which it has printed.
var errOpen = errors.New("something is open")

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
			return fmt.Errorf("%w: %d rows break an invariant", errOpen, len(findings))
		}
		fmt.Fprintln(p.stdout, "clean")
		return nil
	})
}

// reconcile compares a day's bill with the shop.
func (p program) reconcile(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return errUsage
	}
	return p.onPayments(ctx, func(payments *payment.Service) error {
		report, err := payments.Reconcile(ctx, args[0])
		if errors.Is(err, payment.ErrBillDate) {
			return fmt.Errorf("%w: %w", errUsage, err)
		}
		if err != nil {
			return err
		}
		printReconciliation(p.stdout, report)
		if open := report.Open(); open > 0 {
			return fmt.Errorf("%w: %d differences", errOpen, open)
		}
		return nil
	})
}

func printReconciliation(w io.Writer, r payment.Reconciliation) {
	fmt.Fprintf(w, "%s  received %d trades ¥%s  given back %d refunds ¥%s\n", r.Date, r.Trades, r.TradeSum, r.Refunds, r.RefundSum)
	if len(r.Differences) == 0 {
		fmt.Fprintln(w, "balanced")
		return
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "STATE\tKIND\tOUT_TRADE_NO\tTRADE_NO\tOUT_REQUEST_NO\tALIPAY\tSHOP\tDONE")
	for _, d := range r.Differences {
		state := "open"
		if d.ClosedAt != nil {
			state = "closed"
		}
		fmt.Fprintln(table, strings.Join([]string{
			state, string(d.Kind), d.OutTradeNo, d.TradeNo, d.OutRequestNo, sum(d.AlipayAmount), sum(d.ShopAmount), d.Action,
		}, "\t"))
	}
	table.Flush()
	if r.Open() == 0 {
		fmt.Fprintln(w, "balanced: every difference is settled")
	}
}

// sum is a sum of one side, which may have none.
func sum(f *models.Fen) string {
	if f == nil {
		return "-"
	}
	return f.String()
}

// refund gives money back: a line's share, a sum, or all that is left.
func (p program) refund(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errUsage
	}
	flags := flag.NewFlagSet("refund", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	line := flags.Int("line", 0, "number of the line, from 1")
	amount := flags.String("amount", "", "a sum in yuan")
	reason := flags.String("reason", "", "why, as the buyer reads it")
	if err := flags.Parse(args[1:]); err != nil || flags.NArg() != 0 || *line < 0 || *line > 0 && *amount != "" {
		return errUsage
	}
	request := models.RefundRequest{OrderNumber: args[0], Line: *line, Reason: *reason, By: operator()}
	if *reason == "" {
		return fmt.Errorf("%w: a refund needs --reason", errUsage)
	}
	if *amount != "" {
		fen, err := models.ParseFen(*amount)
		if err != nil || fen == 0 {
			return fmt.Errorf("%w: --amount %q: %w", errUsage, *amount, models.ErrMoney)
		}
		request.Amount = fen
	}
	return p.onPayments(ctx, func(payments *payment.Service) error {
		refund, err := payments.Refund(ctx, request)
		if err != nil {
			return fmt.Errorf("order %s: %w", args[0], err)
		}
		fmt.Fprintf(p.stdout, "refund %s of ¥%s: %s %s\n", refund.OutRequestNo, refund.Amount, refund.State, refund.LastError)
		if refund.State == models.RefundFailed {
			return errors.New("Alipay refuses this refund; pay by other means")
		}
		return nil
	})
}

// operator is who asked, for the order's time line.
func operator() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "operator"
}

// onPayments runs a command that needs Alipay and the database.
func (p program) onPayments(ctx context.Context, command func(*payment.Service) error) error {
	s := settings.Read(p.environ)
	client, clientFault := s.Alipay()
	if err := errors.Join(s.Check(), clientFault); err != nil {
		return fmt.Errorf("%w:\n%w", errSettings, err)
	}
	return p.onSchema(ctx, func(db *models.DB) error {
		return command(payment.New(payment.Config{
			DB: db, Alipay: client, AppID: s.AppID, BaseURL: s.BaseURL, Log: slog.New(slog.NewTextHandler(p.stderr, nil)),
		}))
	})
}

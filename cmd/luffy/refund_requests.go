package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"

	"luffy/models"
	"luffy/models/payment"
)

// maxRequests bounds what one listing shows.
const maxRequests = 200

// refundRequests lists the refund requests of students that nobody has decided yet.
func (p program) refundRequests(ctx context.Context, args []string) error {
	if len(args) != 0 {
		return errUsage
	}
	return p.onSchema(ctx, func(db *models.DB) error {
		open, total, err := db.OpenRefundRequests(ctx, maxRequests)
		if err != nil {
			return err
		}
		if total == 0 {
			fmt.Fprintln(p.stdout, "no open requests")
			return nil
		}
		rows := [][]string{{"ID", "ASKED", "ORDER", "LINE", "STUDENT", "AMOUNT", "LESSONS OPENED", "COURSE", "REASON"}}
		for _, r := range open {
			rows = append(rows, []string{
				strconv.FormatInt(r.ID, 10), moment(&r.CreatedAt), r.OrderNumber, strconv.Itoa(r.Position), r.Username,
				r.RealPrice.String(), fmt.Sprintf("%d of %d", r.Watched.Seen, r.Watched.Lessons), r.CourseName, r.Reason,
			})
		}
		if err := printTable(p.stdout, rows...); err != nil {
			return err
		}
		if more := total - len(open); more > 0 {
			fmt.Fprintf(p.stdout, "and %d more\n", more)
		}
		return nil
	})
}

// decision is what the operator typed: which requests, and the reason that the student will read.
type decision struct {
	id     int64  // of one request, or 0
	order  string // the number of the order whose requests are meant, or empty
	reason string
}

func parseDecision(args []string) (decision, error) {
	var d decision
	if len(args) == 0 {
		return d, errors.New("the ID of a request or the number of an order comes first")
	}
	id, err := strconv.ParseInt(args[0], 10, 64)
	switch {
	case len(args[0]) == models.OrderNumberLength:
		d.order = args[0]
	case err != nil || id < 1:
		return d, fmt.Errorf("%q is neither the ID of a request nor the number of an order", args[0])
	default:
		d.id = id
	}
	flags := flag.NewFlagSet("refund decision", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Func("reason", "the student reads it", func(text string) (err error) {
		d.reason, err = refundReason(text)
		return err
	})
	if err := flags.Parse(args[1:]); err != nil {
		return d, err
	}
	if flags.NArg() != 0 {
		return d, fmt.Errorf("%q is no flag", flags.Arg(0))
	}
	return d, nil
}

// approveRefund grants a request, or all open ones of an order, and tries the refunds at once.
// Approving again prints their state.
func (p program) approveRefund(ctx context.Context, args []string) error {
	d, err := parseDecision(args)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	return p.onPayments(ctx, func(payments *payment.Service, db *models.DB) error {
		ids, err := d.requests(ctx, db, models.RequestApproved)
		if err != nil {
			return err
		}
		return eachRequest(ids, func(id int64) error {
			refund, err := payments.ApproveRefund(ctx, id, models.RefundDecision{By: operator(), Reason: d.reason})
			if err != nil {
				return err
			}
			return p.tellRefund(refund)
		})
	})
}

// rejectRefund refuses a request, or all open ones of an order, with a reason that the student reads.
func (p program) rejectRefund(ctx context.Context, args []string) error {
	d, err := parseDecision(args)
	if err == nil && d.reason == "" {
		err = errors.New("the student is owed a --reason")
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	return p.onSchema(ctx, func(db *models.DB) error {
		ids, err := d.requests(ctx, db, models.RequestRejected)
		if err != nil {
			return err
		}
		return eachRequest(ids, func(id int64) error {
			if err := db.RejectRefund(ctx, id, models.RefundDecision{By: operator(), Reason: d.reason}); err != nil {
				return err
			}
			fmt.Fprintf(p.stdout, "request %d: rejected\n", id)
			return nil
		})
	})
}

// requests returns the IDs of the requests to decide: the one that was named, or the open ones of the
// order. An order without open ones gives those that were decided the same way before, so that the
// command can be repeated.
func (d decision) requests(ctx context.Context, db *models.DB, before models.RequestState) ([]int64, error) {
	if d.order == "" {
		return []int64{d.id}, nil
	}
	requests, err := db.RefundRequestsOf(ctx, d.order)
	if err != nil {
		return nil, err
	}
	ids := idsIn(requests, models.RequestOpen)
	if len(ids) == 0 {
		ids = idsIn(requests, before)
	}
	if len(ids) == 0 {
		return nil, fmt.Errorf("order %s: a request to decide: %w", d.order, models.ErrNotFound)
	}
	return ids, nil
}

// eachRequest decides them all and joins the errors: one that cannot be decided does not stop the rest.
func eachRequest(ids []int64, decide func(id int64) error) error {
	var faults []error
	for _, id := range ids {
		if err := decide(id); err != nil {
			faults = append(faults, fmt.Errorf("request %d: %w", id, err))
		}
	}
	return errors.Join(faults...)
}

func idsIn(requests []models.RefundRequest, state models.RequestState) []int64 {
	var ids []int64
	for _, r := range requests {
		if r.State == state {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

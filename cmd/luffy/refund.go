package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"luffy/models"
	"luffy/models/payment"
)

// refund gives money back: a line's share, a sum, or all that is left. Its subcommands handle the
// requests of students and the refunds that Alipay refuses for good.
func (p program) refund(ctx context.Context, args []string) error {
	words := map[string]func(context.Context, []string) error{
		"requests": p.refundRequests, "approve": p.approveRefund, "reject": p.rejectRefund, "settle": p.settleRefund,
	}
	if len(args) > 0 && words[args[0]] != nil {
		return words[args[0]](ctx, args[1:])
	}
	request, err := parseRefund(args)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	return p.onPayments(ctx, func(payments *payment.Service, db *models.DB) error {
		begun := db.Now()
		refund, err := payments.Refund(ctx, request)
		if err != nil {
			return fmt.Errorf("order %s: %w", request.OrderNumber, err)
		}
		if request.Key == sumKey(request.Amount) && refund.CreatedAt.Before(begun) {
			return fmt.Errorf("nothing new: refund %s of ¥%s was asked for before and is %s; another of this sum needs a --key",
				refund.OutRequestNo, refund.Amount, refund.State)
		}
		return p.tellRefund(refund)
	})
}

// sumKey is the key of a refund of a sum that was given none. The same command again, because its
// terminal was lost or a colleague types it too, is thus the same refund. For a line, or all that is
// left, the order itself tells that.
func sumKey(amount models.Fen) string { return "sum " + amount.String() }

// tellRefund prints the state of a refund. One that Alipay refuses for good is an error.
func (p program) tellRefund(refund models.Refund) error {
	told := fmt.Sprintf("refund %s of ¥%s", refund.OutRequestNo, refund.Amount)
	switch refund.State {
	case models.RefundFailed:
		return fmt.Errorf("%s: Alipay refuses it for good, pay by other means, then luffy refund settle: %s",
			told, refund.LastError)
	case models.RefundPending:
		fmt.Fprintf(p.stdout, "%s: pending, luffy serve goes on with it: %s\n", told, refund.LastError)
	default:
		fmt.Fprintf(p.stdout, "%s: done\n", told)
	}
	return nil
}

// parseRefund reads the arguments. An empty --line or --amount is refused, because without either
// all that is left would go back.
func parseRefund(args []string) (models.NewRefund, error) {
	r := models.NewRefund{By: operator()}
	if len(args) == 0 || args[0] == "" || strings.HasPrefix(args[0], "-") {
		return r, errors.New("the order's number comes first")
	}
	r.OrderNumber = args[0]
	flags := flag.NewFlagSet("refund", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Func("line", "number of the line, from 1", func(text string) (err error) {
		r.Line, err = positive(text)
		return err
	})
	flags.Func("amount", "a sum in yuan", func(text string) (err error) {
		r.Amount, err = positiveFen(text)
		return err
	})
	flags.Func("reason", "why, as the buyer reads it", func(text string) (err error) {
		r.Reason, err = refundReason(text)
		return err
	})
	flags.Func("key", "your own name for this refund", func(text string) (err error) {
		r.Key, err = refundKey(text)
		return err
	})
	err := flags.Parse(args[1:])
	switch {
	case err != nil:
		return r, err
	case flags.NArg() != 0:
		return r, fmt.Errorf("%q is no flag", flags.Arg(0))
	case r.Line != 0 && r.Amount != 0:
		return r, errors.New("--line or --amount, not both")
	case r.Reason == "":
		return r, errors.New("a refund needs --reason")
	case r.Amount != 0:
		r.Key = cmp.Or(r.Key, sumKey(r.Amount))
	}
	return r, nil
}

func positive(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, errors.New("a number from 1 is expected")
	}
	return n, nil
}

func positiveFen(text string) (models.Fen, error) {
	fen, err := models.ParseFen(text)
	if err != nil || fen == 0 {
		return 0, errors.New("a sum in yuan like 100.00 is expected")
	}
	return fen, nil
}

// maxReason is how many characters of a reason Alipay takes.
const maxReason = 256

func refundReason(text string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" || !utf8.ValidString(text) || utf8.RuneCountInString(text) > maxReason {
		return "", fmt.Errorf("1 to %d characters are expected", maxReason)
	}
	return text, nil
}

// maxKey is the width of ly_refund.request_key.
const maxKey = 64

func refundKey(text string) (string, error) {
	tidy := text != "" && strings.TrimSpace(text) == text && utf8.ValidString(text)
	if !tidy || utf8.RuneCountInString(text) > maxKey {
		return "", fmt.Errorf("1 to %d characters without space around them are expected", maxKey)
	}
	return text, nil
}

package payment

import (
	"context"
	"errors"
	"sync"

	"luffy/models"
)

// usualCrew is how many rows a job works on at once: Alipay may be slow.
const usualCrew = 4

// CloseDue closes orders whose time to pay is over, and goes on with closings that were interrupted.
func (s *Service) CloseDue(ctx context.Context) error {
	return drain(ctx, s.crew, s.db.ClaimDue, func(ctx context.Context, c models.Closing) error {
		_, err := s.close(ctx, c)
		return err
	})
}

// AskDue asks Alipay about attempts that nobody has told of: the notify may be lost, and a closed
// order's link may still be paid; and once about those of which a wrong sum was told.
func (s *Service) AskDue(ctx context.Context) error {
	return drain(ctx, s.crew, s.db.ClaimAsks, func(ctx context.Context, p models.Payment) error {
		said, err := s.ask(ctx, p)
		switch {
		case err != nil:
			return err
		case p.State == models.PaymentHeld:
			return s.db.EndAsking(ctx, p.ID)
		case said.word == wordNoTrade && s.knows(p):
			_, err = s.db.RetirePayment(ctx, p, tradeNotExist)
		}
		return err
	})
}

// RefundDue carries out the refunds whose time has come.
func (s *Service) RefundDue(ctx context.Context) error {
	return drain(ctx, s.crew, s.db.ClaimRefunds, s.carryOut)
}

// drain claims as many rows as it works on at once, again and again until there are fewer: a row
// that had to wait for others would outlive its claim, and another replica would work on it too.
// One row's error does not keep the others waiting: it comes up again when its claim runs out,
// behind those that wait longer.
func drain[T any](
	ctx context.Context, crew int,
	claim func(context.Context, int) ([]T, error), work func(context.Context, T) error,
) error {
	var failed error
	for {
		rows, err := claim(ctx, crew)
		if err != nil {
			return errors.Join(failed, err)
		}
		failed = errors.Join(failed, each(ctx, crew, rows, work))
		if len(rows) < crew {
			return failed
		}
	}
}

// each works on all rows, some at once, and returns what went wrong.
func each[T any](ctx context.Context, crew int, rows []T, work func(context.Context, T) error) error {
	var mu sync.Mutex
	var failed []error
	places := make(chan struct{}, crew)
	var running sync.WaitGroup
	for _, row := range rows {
		places <- struct{}{}
		running.Go(func() {
			defer func() { <-places }()
			ctx, cancel := context.WithTimeout(ctx, 3*askTimeout)
			defer cancel()
			if err := work(ctx, row); err != nil {
				mu.Lock()
				defer mu.Unlock()
				failed = append(failed, err)
			}
		})
	}
	running.Wait()
	return errors.Join(failed...)
}

package payment

import (
	"context"
	"errors"
	"sync"

	"luffy/models"
)

// usualCrew is how many rows a job works on at once, so that a slow Alipay does not hold up all.
const usualCrew = 4

// CloseDue closes orders whose time to pay is over, and goes on with closings that were interrupted.
func (s *Service) CloseDue(ctx context.Context) error {
	return job[models.Closing]{s.db.ClaimDue, s.closeDue}.run(ctx, s.crew)
}

func (s *Service) closeDue(ctx context.Context, c models.Closing) error {
	_, err := s.close(ctx, c)
	return err
}

// AskDue asks Alipay about the attempts of which nothing was heard, because a notify may be lost, and
// a closed order's link may still be paid. It asks once about an attempt of which a wrong sum was told.
func (s *Service) AskDue(ctx context.Context) error {
	claim := func(ctx context.Context, limit int) ([]models.Payment, error) {
		return s.db.ClaimAsks(ctx, s.appID, limit)
	}
	return job[models.Payment]{claim, s.askDue}.run(ctx, s.crew)
}

func (s *Service) askDue(ctx context.Context, p models.Payment) error {
	said, err := s.ask(ctx, p)
	switch {
	case err != nil:
		return err
	case p.State == models.PaymentHeld:
		return s.db.EndAsking(ctx, p.ID)
	case said.state == stateNoTrade && s.knows(p):
		_, err = s.db.RetirePayment(ctx, p, tradeNotExist)
	}
	return err
}

// RefundDue carries out the refunds whose time has come.
func (s *Service) RefundDue(ctx context.Context) error {
	claim := func(ctx context.Context, limit int) ([]models.RefundTask, error) {
		return s.db.ClaimRefunds(ctx, s.appID, limit)
	}
	return job[models.RefundTask]{claim, s.carryOut}.run(ctx, s.crew)
}

// job claims rows that are due, up to a limit, and works on each.
type job[T any] struct {
	claim func(ctx context.Context, limit int) ([]T, error)
	work  func(context.Context, T) error
}

// run works on the rows until no more are due. It claims only as many at a time as it works on at
// once: the claim of a row that had to wait for others could run out, and another replica would work
// on it too. A row that fails does not hold up the others. It comes up again when its claim runs out,
// after the rows that have waited longer.
func (j job[T]) run(ctx context.Context, crew int) error {
	var failed error
	for {
		rows, err := j.claim(ctx, crew)
		if err != nil {
			return errors.Join(failed, err)
		}
		failed = errors.Join(failed, each(ctx, crew, rows, j.work))
		if len(rows) < crew {
			return failed
		}
	}
}

// each works on all rows, crew of them at once, and returns what went wrong.
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

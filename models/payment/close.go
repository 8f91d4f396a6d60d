package payment

import (
	"context"
	"errors"
	"fmt"

	"luffy/models"
	"luffy/models/alipay"
)

// Ended tells how the closing of an order ended.
type Ended string

// The ends of a closing.
const (
	EndedClosed Ended = "closed" // cancelled or timed out; coupon and points are free again
	EndedPaid   Ended = "paid"   // it turned out to be paid: paid wins
	EndedLater  Ended = "later"  // Alipay gave no answer; a job goes on with it
)

// Cancel closes a student's own unpaid order. Errors: models.ErrNotFound, and models.ErrNotPayable
// when it is not unpaid any more.
func (s *Service) Cancel(ctx context.Context, user int64, number string) (Ended, error) {
	closing, err := s.db.BeginCancel(ctx, user, number)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	return s.close(ctx, closing)
}

// close asks about each attempt, closes it at Alipay, and only then closes the order here: what is
// paid between any two of these steps is either seen by a later one or comes as a late payment.
func (s *Service) close(ctx context.Context, c models.Closing) (Ended, error) {
	for _, p := range c.Open {
		paid, err := s.closeAttempt(ctx, p)
		if atAlipay(err) {
			s.log.WarnContext(ctx, "order stays in closing", "order", c.Order.OrderNumber, "error", err)
			return EndedLater, nil
		}
		if err != nil {
			return "", err
		}
		if paid {
			return EndedPaid, nil
		}
	}
	err := s.db.FinishClosing(ctx, c.Order.ID)
	if errors.Is(err, models.ErrNotPayable) {
		return EndedPaid, nil // nothing but a payment or another closing takes an order out of its way, and both have ended
	}
	if err != nil {
		return "", err
	}
	s.log.InfoContext(ctx, "order closed", "order", c.Order.OrderNumber, "status", c.Order.ClosingTo.String())
	return EndedClosed, nil
}

// atAlipay tells Alipay's faults and refusals, which may pass, from the shop's own.
func atAlipay(err error) bool {
	_, refused := errors.AsType[*alipay.Error](err)
	return refused || errors.Is(err, alipay.ErrUnknown)
}

// closeAttempt leaves an attempt that nobody can pay any more, or that is watched until then; paid
// tells that it was paid instead.
func (s *Service) closeAttempt(ctx context.Context, p models.Payment) (paid bool, err error) {
	said, err := s.ask(ctx, p)
	if err == nil && said.word == wordNoTrade && !s.knows(p) && !p.LinkDead(s.db.Now()) {
		err = fmt.Errorf("%s was begun under app %s, which is not configured: %w", p.OutTradeNo, p.AppID, alipay.ErrUnknown)
	}
	if err != nil || said.word != wordWaiting {
		return said.paysOrder(), err
	}
	err = s.alipay.Close(ctx, p.OutTradeNo)
	switch {
	case err == nil:
		return false, s.db.ClosePayment(ctx, p.ID, alipay.TradeClosed)
	case alipay.IsTradeNotExist(err):
		return false, nil
	case alipay.IsTradeStatusError(err): // paid or closed since the question
		said, err = s.ask(ctx, p)
		if err == nil && said.word == wordWaiting {
			err = fmt.Errorf("%s waits for its buyer and cannot be closed: %w", p.OutTradeNo, alipay.ErrUnknown)
		}
		return said.paysOrder(), err
	default:
		return false, err
	}
}

// knows tells whether Alipay's word that there is no such trade says anything about the attempt:
// the configured app does not know the trades of another, from before the settings were changed.
// What an older shop began was begun under this one.
func (s *Service) knows(p models.Payment) bool { return p.AppID == "" || p.AppID == s.appID }

// paysOrder is false for a wrong sum: it is held, and the order goes on being closed.
func (a answer) paysOrder() bool { return a.word == wordPaid && a.outcome != models.WrongAmount }

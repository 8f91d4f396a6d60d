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
	EndedPaid   Ended = "paid"   // it was paid after all, or another caller was faster to close it
	EndedLater  Ended = "later"  // Alipay gave no answer; a job goes on with the closing
)

// Cancel closes a student's own unpaid order. Errors: models.ErrNotFound; models.ErrNotPayable if the
// order is no longer unpaid.
func (s *Service) Cancel(ctx context.Context, user int64, number string) (Ended, error) {
	closing, err := s.db.BeginCancel(ctx, user, number)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	return s.close(ctx, closing)
}

// close asks about each attempt and closes it at Alipay; only then does it close the order here. A
// payment between any two of these steps is either seen by a later step or treated as a late one.
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
	ctx, cancel := afterwards(ctx, bookTimeout)
	defer cancel()
	err := s.db.FinishClosing(ctx, c.Order.ID)
	if errors.Is(err, models.ErrNotPayable) {
		return EndedPaid, nil // the order was paid meanwhile, or another caller has closed it
	}
	if err != nil {
		return "", err
	}
	s.log.InfoContext(ctx, "order closed", "order", c.Order.OrderNumber, "status", c.Order.ClosingTo.String())
	return EndedClosed, nil
}

// atAlipay tells whether an error is Alipay's fault or refusal, which may pass, and not the shop's own.
func atAlipay(err error) bool {
	_, refused := errors.AsType[*alipay.Error](err)
	return refused || errors.Is(err, alipay.ErrUnknown)
}

// closeAttempt makes sure that nobody can pay an attempt any more, or that jobs ask about it until
// nobody can. paid tells that it was paid instead.
func (s *Service) closeAttempt(ctx context.Context, p models.Payment) (paid bool, err error) {
	said, err := s.ask(ctx, p)
	if err == nil && said.state == stateNoTrade && !s.knows(p) && !p.LinkDead(s.db.Now()) {
		err = fmt.Errorf("%s was begun under app %s, which is not configured: %w", p.OutTradeNo, p.AppID, alipay.ErrUnknown)
	}
	if err != nil || said.state != stateWaiting {
		return said.paysOrder(), err
	}
	err = s.alipay.Close(ctx, p.OutTradeNo)
	switch {
	case err == nil:
		ctx, cancel := afterwards(ctx, bookTimeout)
		defer cancel()
		return false, s.db.ClosePayment(ctx, p.ID, alipay.TradeClosed)
	case alipay.IsTradeNotExist(err):
		return false, nil
	case alipay.IsTradeStatusError(err): // paid or closed since the question
		said, err = s.ask(ctx, p)
		if err == nil && said.state == stateWaiting {
			err = fmt.Errorf("%s waits for its buyer and cannot be closed: %w", p.OutTradeNo, alipay.ErrUnknown)
		}
		return said.paysOrder(), err
	default:
		return false, err
	}
}

// knows tells whether Alipay would know the attempt's trade. It does not if the attempt was begun
// under another app, before the settings were changed; then the answer that there is no such trade
// proves nothing. Attempts of an older shop have no AppID and count as begun under the configured app.
func (s *Service) knows(p models.Payment) bool { return p.AppID == "" || p.AppID == s.appID }

// paysOrder tells whether the money pays the order. A wrong sum does not: it is held, and the closing
// of the order goes on.
func (a answer) paysOrder() bool { return a.state == statePaid && a.outcome != models.WrongAmount }

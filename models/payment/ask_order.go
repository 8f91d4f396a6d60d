package payment

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"luffy/models"
)

// Answer is what Alipay said of an attempt.
type Answer struct {
	OutTradeNo string
	State      string         // paid, not_paid, no_trade_yet or closed
	Outcome    models.Outcome // what became of the money; empty if none came
}

// errOtherApp means that the configured app cannot ask about an attempt.
var errOtherApp = errors.New("it was begun under another app")

// AskOrder asks Alipay about every attempt of an order and books what came, as the jobs do. Staff thus
// never have to believe a student that an order is paid. The error names the attempts about which
// there was no answer; the answers about the others are returned with it.
func (s *Service) AskOrder(ctx context.Context, order models.OrderView) ([]Answer, error) {
	var answers []Answer
	var faults []error
	paid := false
	for _, p := range order.Payments {
		a, err := s.askAttempt(ctx, p)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		answers = append(answers, a)
		paid = paid || a.State == string(statePaid)
	}
	if paid || faults != nil {
		return answers, errors.Join(faults...)
	}
	lost, err := s.askLost(ctx, order)
	return append(answers, lost...), err
}

// askLost asks about the attempts of which the order has no row, until Alipay does not know the next
// one either: a restored backup lacks the latest attempts, and an older shop stored none.
func (s *Service) askLost(ctx context.Context, order models.OrderView) ([]Answer, error) {
	var answers []Answer
	for known := slices.Clone(order.Payments); ; {
		p := models.Payment{OutTradeNo: models.NextAttempt(order.OrderNumber, known)}
		a, err := s.askAttempt(ctx, p)
		if err != nil {
			return answers, err
		}
		unknown := a.State == string(stateNoTrade)
		if !unknown || len(known) == 0 {
			answers = append(answers, a)
		}
		if unknown {
			return answers, nil
		}
		known = append(known, p)
	}
}

func (s *Service) askAttempt(ctx context.Context, p models.Payment) (Answer, error) {
	if !s.knows(p) {
		return Answer{}, fmt.Errorf("%s: %w", p.OutTradeNo, errOtherApp)
	}
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	a, err := s.ask(ctx, p)
	if err != nil {
		return Answer{}, fmt.Errorf("%s: %w", p.OutTradeNo, err)
	}
	return Answer{p.OutTradeNo, string(a.state), a.outcome}, nil
}

package payment

import (
	"context"
	"errors"
	"fmt"

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
	attempts := order.Payments
	if len(attempts) == 0 { // the order was brought over from an older shop, which stored none
		attempts = []models.Payment{{OutTradeNo: order.OrderNumber}}
	}
	var answers []Answer
	var faults []error
	for _, p := range attempts {
		a, err := s.askAttempt(ctx, p)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", p.OutTradeNo, err))
			continue
		}
		answers = append(answers, Answer{p.OutTradeNo, string(a.state), a.outcome})
	}
	return answers, errors.Join(faults...)
}

func (s *Service) askAttempt(ctx context.Context, p models.Payment) (answer, error) {
	if !s.knows(p) {
		return answer{}, errOtherApp
	}
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	return s.ask(ctx, p)
}

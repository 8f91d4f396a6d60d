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
	Word       string         // paid, not_paid, no_trade_yet or closed
	Outcome    models.Outcome // what became of the money; empty where none came
}

// errOtherApp reports an attempt that this app cannot ask about.
var errOtherApp = errors.New("it was begun under another app")

// AskOrder asks Alipay about every attempt of an order and books what came, as the jobs do: staff
// need nobody's word for it that an order is paid. The error names the attempts of which nothing was
// learned; the answers about the others stand.
func (s *Service) AskOrder(ctx context.Context, order models.OrderView) ([]Answer, error) {
	attempts := order.Payments
	if len(attempts) == 0 { // an older shop, from which the order was brought over, kept no row
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
		answers = append(answers, Answer{p.OutTradeNo, string(a.word), a.outcome})
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

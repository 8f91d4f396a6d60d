package payment

import (
	"context"
	"time"

	"luffy/models"
	"luffy/models/alipay"
)

const (
	// askFloor is the least time between two questions about one attempt, however often its page is loaded.
	askFloor = 2 * time.Second
	// askTimeout bounds a question that nobody waits for.
	askTimeout = 10 * time.Second
)

// TradeNotExist is what ly_payment.trade_status says where Alipay knows no trade: the buyer has not reached the cashier.
const TradeNotExist = "TRADE_NOT_EXIST"

// AskSoon asks Alipay about an attempt in the background, unless it was asked a moment ago.
func (s *Service) AskSoon(ctx context.Context, p models.Payment) {
	if !s.mayAsk(ctx, p) {
		return
	}
	s.asking.Go(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), askTimeout)
		defer cancel()
		if _, err := s.ask(ctx, p); err != nil {
			s.log.WarnContext(ctx, "alipay gave no answer", "out_trade_no", p.OutTradeNo, "error", err)
		}
	})
}

// mayAsk keeps the floor, and with the answer true begins a new one. An attempt without a row, of an order brought over from an
// older shop, has no place to remember its last question.
func (s *Service) mayAsk(ctx context.Context, p models.Payment) bool {
	if p.ID == 0 {
		return true
	}
	claimed, err := s.db.ClaimQuery(ctx, p.ID, askFloor)
	return err == nil && claimed
}

// ask puts Alipay's word on an attempt into the database. The outcome is empty where Alipay said that the attempt is not paid;
// the error means that there was no word.
func (s *Service) ask(ctx context.Context, p models.Payment) (models.Outcome, error) {
	event := models.PaymentEvent{ReceivedAt: s.db.Now(), Source: models.SourceQuery, OutTradeNo: p.OutTradeNo}
	trade, err := s.alipay.Query(ctx, p.OutTradeNo)
	switch {
	case alipay.IsTradeNotExist(err):
		event.TradeStatus = TradeNotExist
		s.record(ctx, event, models.VerdictNoted, "no_trade_yet")
		return "", s.db.NoteTradeStatus(ctx, p.ID, TradeNotExist)
	case err != nil:
		return "", err
	}
	event.TradeNo, event.TradeStatus, event.Raw = trade.TradeNo, trade.Status, trade.Raw
	if !trade.Paid() {
		s.record(ctx, event, models.VerdictNoted, "not_paid")
		return "", s.db.NoteTradeStatus(ctx, p.ID, trade.Status)
	}
	return s.confirm(ctx, models.PaidTrade{
		OutTradeNo: trade.OutTradeNo, TradeNo: trade.TradeNo, Amount: models.Fen(trade.Amount), PaidAt: s.paidAt(trade.PaidAt),
	}, event)
}

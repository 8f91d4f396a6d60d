package payment

import (
	"context"
	"time"

	"luffy/models"
	"luffy/models/alipay"
)

const (
	// askFloor is the least time between two questions about one attempt, however often its page is
	// loaded.
	askFloor = 2 * time.Second
	// askTimeout bounds a question to Alipay.
	askTimeout = 10 * time.Second
	// bookTimeout bounds the time to book Alipay's answer in the database.
	bookTimeout = 5 * time.Second
	// noteTimeout bounds the time to store that booking failed. It is short, because the sender of the
	// message waits for the answer.
	noteTimeout = time.Second
)

// tradeNotExist is the ly_payment.trade_status of an attempt whose trade Alipay does not know, because
// no buyer has reached the cashier.
const tradeNotExist = "TRADE_NOT_EXIST"

// AskSoon asks Alipay about an attempt in the background, unless that was done a moment ago.
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

// mayAsk tells whether askFloor has passed since the last question. If it returns true, it has stored
// this question as the last one. For an attempt without a row, of an order brought over from an older
// shop, nothing can be stored, so it is always true.
func (s *Service) mayAsk(ctx context.Context, p models.Payment) bool {
	if p.ID == 0 {
		return true
	}
	claimed, err := s.db.ClaimQuery(ctx, p.ID, askFloor)
	if err != nil {
		s.log.WarnContext(ctx, "question could not be claimed", "out_trade_no", p.OutTradeNo, "error", err)
	}
	return err == nil && claimed
}

// tradeState is what Alipay says of an attempt's trade.
type tradeState string

const (
	statePaid    tradeState = "paid"
	stateWaiting tradeState = "not_paid"     // a buyer has reached the cashier and may still pay
	stateNoTrade tradeState = "no_trade_yet" // no buyer has, but may until the link expires
	stateClosed  tradeState = "closed"       // nobody can pay it any more
)

// answer is Alipay's answer about an attempt.
type answer struct {
	state   tradeState
	outcome models.Outcome // what became of the money; empty if none came
}

// afterwards returns a context for the work with the database that follows a question. It outlives the
// question, and the request or job that asked it, because Alipay's answer may come at their last
// moment and must not be lost.
func afterwards(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), limit)
}

// ask asks Alipay about an attempt, books the answer and returns it. An error means that there was no
// answer, or that it could not be booked. The context bounds only the question.
func (s *Service) ask(ctx context.Context, p models.Payment) (answer, error) {
	event := models.PaymentEvent{ReceivedAt: s.db.Now(), Source: models.SourceQuery, OutTradeNo: p.OutTradeNo}
	trade, err := s.alipay.Query(ctx, p.OutTradeNo)
	ctx, cancel := afterwards(ctx, bookTimeout)
	defer cancel()
	if alipay.IsTradeNotExist(err) {
		event.TradeStatus = tradeNotExist
		s.record(ctx, event, models.VerdictNoted, string(stateNoTrade))
		return answer{state: stateNoTrade}, s.db.NoteTradeStatus(ctx, p.ID, tradeNotExist)
	}
	if err != nil {
		return answer{}, err
	}
	event.TradeNo, event.TradeStatus, event.Raw = trade.TradeNo, trade.Status, trade.Raw
	paid := models.PaidTrade{
		OutTradeNo: trade.OutTradeNo, TradeNo: trade.TradeNo,
		Amount: models.Fen(trade.Amount), PaidAt: s.paidAt(trade.PaidAt),
	}
	switch {
	case trade.Paid():
		outcome, err := s.confirm(ctx, paid, event)
		return answer{statePaid, outcome}, err
	case trade.Status == alipay.TradeClosed && !trade.PaidAt.IsZero():
		paid.Refunded = true
		outcome, err := s.confirm(ctx, paid, event)
		return answer{stateClosed, outcome}, err
	case trade.Status == alipay.TradeClosed:
		s.record(ctx, event, models.VerdictNoted, string(stateClosed))
		return answer{state: stateClosed}, s.db.ClosePayment(ctx, p.ID, trade.Status)
	default:
		s.record(ctx, event, models.VerdictNoted, string(stateWaiting))
		return answer{state: stateWaiting}, s.db.NoteTradeStatus(ctx, p.ID, trade.Status)
	}
}

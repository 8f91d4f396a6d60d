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
	// bookTimeout bounds the work in the database with what Alipay has answered.
	bookTimeout = 5 * time.Second
	// noteTimeout bounds the note of a failure: who sent the message waits for the answer.
	noteTimeout = time.Second
)

// tradeNotExist is what ly_payment.trade_status says where Alipay knows no trade: the buyer has not
// reached the cashier.
const tradeNotExist = "TRADE_NOT_EXIST"

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

// mayAsk keeps the floor, and with the answer true begins a new one. An attempt without a row, of
// an order brought over from an older shop, has no place to remember its last question.
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

// word is what Alipay says of an attempt.
type word string

const (
	wordPaid    word = "paid"
	wordWaiting word = "not_paid"     // a buyer has reached the cashier and may still pay
	wordNoTrade word = "no_trade_yet" // nobody has; the link may still be paid until it expires
	wordClosed  word = "closed"       // nobody can pay it any more
)

// answer is Alipay's word and, where money has come, what became of the payment here.
type answer struct {
	word
	outcome models.Outcome
}

// afterwards is a time for the database that does not end with the question, the request or the
// pass of a job before it: the word of Alipay may come at their last moment, and must not be lost
// with them.
func afterwards(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), limit)
}

// ask puts Alipay's word on an attempt into the database and returns it. The error means that there
// was none, or that it could not be stored. The context bounds the question alone.
func (s *Service) ask(ctx context.Context, p models.Payment) (answer, error) {
	event := models.PaymentEvent{ReceivedAt: s.db.Now(), Source: models.SourceQuery, OutTradeNo: p.OutTradeNo}
	trade, err := s.alipay.Query(ctx, p.OutTradeNo)
	ctx, cancel := afterwards(ctx, bookTimeout)
	defer cancel()
	if alipay.IsTradeNotExist(err) {
		event.TradeStatus = tradeNotExist
		s.record(ctx, event, models.VerdictNoted, string(wordNoTrade))
		return answer{word: wordNoTrade}, s.db.NoteTradeStatus(ctx, p.ID, tradeNotExist)
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
		return answer{wordPaid, outcome}, err
	case trade.Status == alipay.TradeClosed && !trade.PaidAt.IsZero():
		paid.Refunded = true
		outcome, err := s.confirm(ctx, paid, event)
		return answer{wordClosed, outcome}, err
	case trade.Status == alipay.TradeClosed:
		s.record(ctx, event, models.VerdictNoted, string(wordClosed))
		return answer{word: wordClosed}, s.db.ClosePayment(ctx, p.ID, trade.Status)
	default:
		s.record(ctx, event, models.VerdictNoted, string(wordWaiting))
		return answer{word: wordWaiting}, s.db.NoteTradeStatus(ctx, p.ID, trade.Status)
	}
}

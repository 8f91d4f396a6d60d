package payment

import (
	"context"
	"errors"

	"luffy/models"
	"luffy/models/alipay"
)

// errRefundUnheard means that a notify tells of a refund that the refund query does not know yet.
var errRefundUnheard = errors.New("the refund query does not know the refund yet")

// errAnotherTrade means that a refund is not of the trade that the attempt is booked with.
var errAnotherTrade = errors.New("the refund is of another trade of the attempt")

// noteRefund books a refund that a genuine notify tells of. The notify has only the sum of all refunds
// of the trade, so if it has a number, Alipay is asked for the amount of that refund. A refund of a
// second trade of the attempt, which the shop has not booked either, takes nothing back from the order:
// errAnotherTrade.
func (s *Service) noteRefund(ctx context.Context, n alipay.Notify) error {
	standing, err := s.db.PaymentByOutTradeNo(ctx, n.OutTradeNo)
	if err != nil {
		return err
	}
	if booked := standing.Payment.TradeNo; booked != nil && *booked != n.TradeNo {
		return errAnotherTrade
	}
	news := models.RefundNews{OutTradeNo: n.OutTradeNo, OutRequestNo: n.OutRequestNo, At: s.paidAt(n.RefundedAt)}
	if n.OutRequestNo == "" {
		news.Total = models.Fen(n.RefundFee)
		return s.bookRefund(ctx, news)
	}
	state, err := s.alipay.RefundQuery(ctx, n.OutTradeNo, n.OutRequestNo)
	switch {
	case err != nil:
		return err
	case !state.Done:
		return errRefundUnheard
	}
	news.Amount = models.Fen(state.Amount)
	return s.bookRefund(ctx, news)
}

// bookRefund books the news of a refund. The news may overtake that of the payment; then it asks
// Alipay about the payment and tries again.
func (s *Service) bookRefund(ctx context.Context, news models.RefundNews) error {
	err := s.db.NoteRefund(ctx, news)
	if !errors.Is(err, models.ErrNothingPaid) {
		return err
	}
	standing, err := s.db.PaymentByOutTradeNo(ctx, news.OutTradeNo)
	if err != nil {
		return err
	}
	if _, err := s.ask(ctx, standing.Payment); err != nil {
		return err
	}
	return s.db.NoteRefund(ctx, news)
}

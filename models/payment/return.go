package payment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"luffy/models"
)

// ErrReturn means that a return is not Alipay's, or not about one of the shop's orders. The student
// reads 支付宝响应数据校验失败.
var ErrReturn = errors.New("the return could not be verified")

// returnAsk bounds how long a browser that comes back waits for Alipay's answer.
const returnAsk = 2 * time.Second

// Return takes the raw query of a request to return_url and returns the number of the order that it is
// about. It checks the signature, the app, the seller, the out_trade_no and the sum. That does not
// prove a payment, so if the order is still unpaid it asks Alipay, unless that was done a moment ago.
// The error wraps ErrReturn if the return is not believed; any other error is a fault of the database.
func (s *Service) Return(ctx context.Context, rawQuery string) (orderNumber string, err error) {
	r, err := s.alipay.VerifyReturn(rawQuery)
	if err != nil {
		s.refuse(ctx, models.SourceReturn, rawQuery, err)
		return "", fmt.Errorf("%w: %w", ErrReturn, err)
	}
	event := models.PaymentEvent{
		ReceivedAt: s.db.Now(), Source: models.SourceReturn,
		OutTradeNo: r.OutTradeNo, TradeNo: r.TradeNo, Raw: []byte(rawQuery),
	}
	standing, err := s.db.PaymentByOutTradeNo(ctx, r.OutTradeNo)
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return "", err
	}
	why := ""
	switch receiver := s.alipay.CheckReceiver(r.AppID, r.SellerID); {
	case receiver != nil:
		why = reason(receiver)
	case err != nil:
		why = string(models.UnknownOrder)
	case standing.Payment.Amount != models.Fen(r.Amount) && standing.Payment.State != models.PaymentHeld:
		why = string(models.WrongAmount)
	}
	if why != "" {
		s.recordRefused(ctx, event, why)
		return "", fmt.Errorf("%w: %s", ErrReturn, why)
	}
	s.recordReturn(ctx, event)
	if standing.OrderStatus == models.OrderUnpaid && s.mayAsk(ctx, standing.Payment) {
		s.askBriefly(ctx, standing.Payment)
	}
	return standing.OrderNumber, nil
}

// maxReturns is how many returns of an attempt are stored. A browser that comes back reloads the page now and
// then, but whoever has the address can also replay it for ever.
const maxReturns = 10

func (s *Service) recordReturn(ctx context.Context, event models.PaymentEvent) {
	n, err := s.db.Returns(ctx, event.OutTradeNo)
	if err == nil && n >= maxReturns {
		event.Verdict, event.Reason = models.VerdictNoted, "returned"
		s.tell(ctx, event)
		return
	}
	s.record(ctx, event, models.VerdictNoted, "returned")
}

// askBriefly asks Alipay once. If that fails, the notify or the questions of the result page bring the
// answer later.
func (s *Service) askBriefly(ctx context.Context, p models.Payment) {
	ctx, cancel := context.WithTimeout(ctx, returnAsk)
	defer cancel()
	if _, err := s.ask(ctx, p); err != nil {
		s.log.WarnContext(ctx, "alipay gave no answer", "out_trade_no", p.OutTradeNo, "error", err)
	}
}

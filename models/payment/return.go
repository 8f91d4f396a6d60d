package payment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"luffy/models"
)

// ErrReturn reports a return that is not Alipay's, or not about one of the shop's orders:
// 支付宝响应数据校验失败.
var ErrReturn = errors.New("the return could not be verified")

// returnAsk bounds how long the browser that comes back waits for Alipay's word. What it says is
// booked even so.
const returnAsk = 2 * time.Second

// Return takes the raw query of a request to return_url and gives the number of the order it is
// about. The signature and the four fields are checked, and Alipay is asked once if the order is
// still unpaid and was not asked a moment ago; the return itself proves nothing. The error wraps
// ErrReturn for a message that is not believed; everything else is a fault of the database.
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
		s.record(ctx, event, models.VerdictRefused, why)
		return "", fmt.Errorf("%w: %s", ErrReturn, why)
	}
	s.record(ctx, event, models.VerdictNoted, "returned")
	if standing.OrderStatus == models.OrderUnpaid && s.mayAsk(ctx, standing.Payment) {
		s.askBriefly(ctx, standing.Payment)
	}
	return standing.OrderNumber, nil
}

// askBriefly asks once; what goes wrong is logged and left to the notify and to the result page's
// own questions.
func (s *Service) askBriefly(ctx context.Context, p models.Payment) {
	ctx, cancel := context.WithTimeout(ctx, returnAsk)
	defer cancel()
	if _, err := s.ask(ctx, p); err != nil {
		s.log.WarnContext(ctx, "alipay gave no answer", "out_trade_no", p.OutTradeNo, "error", err)
	}
}

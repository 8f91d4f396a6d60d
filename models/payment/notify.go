package payment

import (
	"context"
	"errors"
	"log/slog"

	"luffy/models"
	"luffy/models/alipay"
)

// Notify takes the raw body of a POST to notify_url and returns what to answer: true means "success",
// after which Alipay stops sending the message, false means "fail". It is true only once what the
// message tells is stored, so after any failure Alipay sends it again.
func (s *Service) Notify(ctx context.Context, body string) bool {
	n, err := s.alipay.VerifyNotify(body)
	if err != nil {
		s.refuse(ctx, models.SourceNotify, body, err)
		return false
	}
	event := models.PaymentEvent{
		ReceivedAt: s.db.Now(), Source: models.SourceNotify, NotifyID: n.NotifyID, OutTradeNo: n.OutTradeNo,
		TradeNo: n.TradeNo, TradeStatus: n.TradeStatus, Raw: []byte(body),
	}
	if err := s.alipay.CheckReceiver(n.AppID, n.SellerID); err != nil && !sellerUnsaid(n, err) {
		s.record(ctx, event, models.VerdictRefused, reason(err))
		return false
	}
	switch {
	case n.Refund():
		return s.notifyOfRefund(ctx, n, event)
	case n.Closed():
		return s.notifyOfClose(ctx, event)
	case !n.Paid():
		return s.record(ctx, event, models.VerdictNoted, "not_paid")
	case n.SellerID == "":
		return s.notifyWithoutSeller(ctx, event)
	}
	outcome, err := s.confirm(ctx, models.PaidTrade{
		OutTradeNo: n.OutTradeNo, TradeNo: n.TradeNo, Amount: models.Fen(n.Amount), PaidAt: s.paidAt(n.PaidAt),
	}, event)
	return err == nil && conclusive(outcome)
}

// conclusive tells whether a message with this outcome may be acknowledged. It may not if the shop may
// only be late to know the order, or if people must look at it: then Alipay repeats the message for a
// day, which keeps it in sight. It may not either if there is no outcome, because Alipay was asked and
// does not say that the trade is paid.
func conclusive(o models.Outcome) bool {
	return o != "" && o != models.UnknownOrder && o != models.WrongAmount
}

// errNotForm means that a request to notify_url is not a form post. Alipay sends nothing else.
var errNotForm = errors.New("not a form post")

// RefuseNotify stores and logs a request to notify_url that is not a form post.
func (s *Service) RefuseNotify(ctx context.Context, body string) {
	s.refuse(ctx, models.SourceNotify, body, errNotForm)
}

// sellerUnsaid tells whether err only means that the notify leaves the seller out, not that it names
// another one.
func sellerUnsaid(n alipay.Notify, err error) bool {
	return n.SellerID == "" && errors.Is(err, alipay.ErrSellerID)
}

// notifyOfRefund books a refund before it acknowledges the message. A refund of an order that the shop
// does not know is only recorded.
func (s *Service) notifyOfRefund(ctx context.Context, n alipay.Notify, event models.PaymentEvent) bool {
	err := s.noteRefund(ctx, n)
	switch {
	case errors.Is(err, errAnotherTrade):
		return s.record(ctx, event, models.VerdictNoted, "refund_another_trade")
	case errors.Is(err, models.ErrNotFound):
		return s.record(ctx, event, models.VerdictNoted, "refund_unknown_order")
	case err != nil:
		s.log.WarnContext(ctx, "refund could not be booked", "out_trade_no", n.OutTradeNo, "error", err)
		s.record(ctx, event, models.VerdictFailed, "refund")
		return false
	default:
		return s.record(ctx, event, models.VerdictNoted, "refund")
	}
}

// notifyOfClose marks an attempt that Alipay has closed, so that paying again opens a new one.
func (s *Service) notifyOfClose(ctx context.Context, event models.PaymentEvent) bool {
	standing, err := s.db.PaymentByOutTradeNo(ctx, event.OutTradeNo)
	if err == nil {
		err = s.db.ClosePayment(ctx, standing.Payment.ID, event.TradeStatus)
	}
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		s.log.ErrorContext(ctx, "closed trade could not be noted", "out_trade_no", event.OutTradeNo, "error", err)
		return false
	}
	return s.record(ctx, event, models.VerdictNoted, string(stateClosed))
}

// notifyWithoutSeller does not believe the message, but asks Alipay, whose answer can only be about
// our own trades. It also asks about an attempt that is closed here, because its link may have been
// paid all the same.
func (s *Service) notifyWithoutSeller(ctx context.Context, event models.PaymentEvent) bool {
	if !s.record(ctx, event, models.VerdictNoted, "no_seller_asked") {
		return false
	}
	standing, err := s.db.PaymentByOutTradeNo(ctx, event.OutTradeNo)
	if err != nil {
		s.log.ErrorContext(ctx, "payment could not be read", "out_trade_no", event.OutTradeNo, "error", err)
		return false
	}
	if p := standing.Payment; p.TradeNo != nil && *p.TradeNo == event.TradeNo && p.State != models.PaymentHeld {
		return true // booked before
	}
	said, err := s.ask(ctx, standing.Payment)
	if err != nil {
		s.log.WarnContext(ctx, "alipay gave no answer", "out_trade_no", event.OutTradeNo, "error", err)
	}
	return err == nil && conclusive(said.outcome)
}

// confirm books a paid trade and logs the outcome, for staff who search the log by order number. Every
// paid trade goes through here.
func (s *Service) confirm(
	ctx context.Context, trade models.PaidTrade, event models.PaymentEvent,
) (models.Outcome, error) {
	outcome, err := s.db.Confirm(ctx, trade, event)
	if err != nil {
		s.log.ErrorContext(ctx, "payment could not be booked", "source", event.Source, "out_trade_no", trade.OutTradeNo,
			"trade_no", trade.TradeNo, "error", err)
		ctx, cancel := afterwards(ctx, noteTimeout)
		defer cancel()
		s.record(ctx, event, models.VerdictFailed, "database")
		return "", err
	}
	s.metrics.payments.WithLabelValues(string(outcome), string(event.Source)).Inc()
	level := slog.LevelInfo
	if outcome != models.Fulfilled && outcome != models.FulfilledLate && outcome != models.AlreadyDone {
		level = slog.LevelError
	}
	s.log.Log(ctx, level, "payment", "outcome", outcome, "source", event.Source, "out_trade_no", trade.OutTradeNo,
		"trade_no", trade.TradeNo, "amount", trade.Amount.String())
	return outcome, nil
}

// maxRefusedRaw bounds what is kept of a message that anybody may have sent.
const maxRefusedRaw = 8 << 10

// refuse counts and logs a message that is not Alipay's. What the message claims is stored only to find it
// again.
func (s *Service) refuse(ctx context.Context, source models.Source, raw string, why error) {
	event := models.PaymentEvent{ReceivedAt: s.db.Now(), Source: source, Raw: []byte(raw[:min(len(raw), maxRefusedRaw)])}
	if m, err := alipay.ParseMessage(raw); err == nil {
		event.NotifyID, event.OutTradeNo, event.TradeNo = m.Text("notify_id"), m.Text("out_trade_no"), m.Text("trade_no")
		event.TradeStatus = m.Text("trade_status")
	}
	s.recordRefused(ctx, event, reason(why))
}

// recordRefused counts and logs a message that anybody can send again and again, because it is forged or a
// return. It also stores it, unless very many have come.
func (s *Service) recordRefused(ctx context.Context, event models.PaymentEvent, why string) {
	if _, tooMany := errors.AsType[models.TooManyError](s.db.Admit(ctx, models.LimitRefused())); tooMany {
		event.Verdict, event.Reason = models.VerdictRefused, why
		s.tell(ctx, event)
		return
	}
	s.record(ctx, event, models.VerdictRefused, why)
}

// record counts, logs and stores an event that changes nothing else. It returns whether it is stored.
func (s *Service) record(ctx context.Context, event models.PaymentEvent, verdict models.Verdict, why string) bool {
	event.Verdict, event.Reason = verdict, why
	s.tell(ctx, event)
	if err := s.db.RecordEvent(ctx, event); err != nil {
		s.log.ErrorContext(ctx, "event could not be stored", "out_trade_no", event.OutTradeNo, "error", err)
		return false
	}
	return true
}

// tell counts and logs an event.
func (s *Service) tell(ctx context.Context, e models.PaymentEvent) {
	s.metrics.messages.WithLabelValues(string(e.Source), string(e.Verdict), e.Reason).Inc()
	level := slog.LevelInfo
	if e.Verdict == models.VerdictRefused {
		level = slog.LevelWarn
	}
	s.log.Log(ctx, level, "alipay message", "source", e.Source, "verdict", string(e.Verdict), "reason", e.Reason,
		"out_trade_no", e.OutTradeNo, "trade_no", e.TradeNo, "notify_id", e.NotifyID)
}

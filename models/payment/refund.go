package payment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"luffy/models"
	"luffy/models/alipay"
)

// Refund stores a refund and tries it at once. It is returned as it then stands: a pending one is
// tried again by a job under the same out_request_no until it is done. Errors are those of
// models.DB.CreateRefund. Once it is stored it is returned even when ctx has ended: who believed
// that nothing was asked for would ask again, under a new number.
func (s *Service) Refund(ctx context.Context, r models.NewRefund) (models.Refund, error) {
	refund, err := s.db.CreateRefund(ctx, r)
	if err != nil {
		return refund, err
	}
	return s.tryNow(ctx, refund)
}

// ApproveRefund decides for a student's request and tries its refund at once, as Refund does.
// Errors are those of models.DB.ApproveRefund.
func (s *Service) ApproveRefund(ctx context.Context, request int64, d models.RefundDecision) (models.Refund, error) {
	refund, err := s.db.ApproveRefund(ctx, request, d)
	if err != nil {
		return refund, err
	}
	return s.tryNow(ctx, refund)
}

// tryNow carries out a stored refund, unless it has ended before, and returns it as it then stands.
func (s *Service) tryNow(ctx context.Context, refund models.Refund) (models.Refund, error) {
	if refund.State != models.RefundPending {
		return refund, nil
	}
	task, err := s.db.ClaimRefund(ctx, refund.ID)
	switch {
	case err == nil:
		err = s.carryOut(ctx, task)
	case errors.Is(err, models.ErrRefundTooSoon):
		err = errors.Join(err, s.db.NoteRefundError(ctx, refund.ID, models.ErrRefundTooSoon.Error(), false))
	}
	if err != nil { // stored as it is, a job goes on with it, or has even finished it
		s.log.WarnContext(ctx, "refund is not done yet", "out_request_no", refund.OutRequestNo, "error", err)
	}
	return s.db.RefundByID(context.WithoutCancel(ctx), refund.ID)
}

// carryOut asks Alipay for a claimed refund and ends the claim. The error says why it is not done.
func (s *Service) carryOut(ctx context.Context, t models.RefundTask) error {
	err := s.tryRefund(ctx, t)
	return errors.Join(err, s.db.RefundTried(context.WithoutCancel(ctx), t))
}

// tryRefund asks Alipay for a refund and books it when the money has moved. A payment without an
// app was begun by an older shop; that it is of this app was checked when its money was booked.
func (s *Service) tryRefund(ctx context.Context, t models.RefundTask) error {
	if t.AppID != "" && t.AppID != s.appID {
		return s.refundFailed(ctx, t, fmt.Errorf("the payment belongs to app %s, which is not configured", t.AppID), false)
	}
	result, err := s.alipay.Refund(ctx, alipay.RefundRequest{
		OutTradeNo: t.OutTradeNo, OutRequestNo: t.Refund.OutRequestNo,
		Amount: int64(t.Refund.Amount), Reason: t.Refund.Reason,
	})
	if err == nil && result.FundChange {
		return s.refundDone(ctx, t, result.RefundedAt)
	}
	// Accepted before, refused, or no answer: only the refund query knows whether the money has moved.
	state, queryErr := s.alipay.RefundQuery(ctx, t.OutTradeNo, t.Refund.OutRequestNo)
	switch {
	case queryErr == nil && state.Done && models.Fen(state.Amount) == t.Refund.Amount:
		return s.refundDone(ctx, t, state.RefundedAt)
	case queryErr == nil && state.Done:
		return s.yieldNumber(ctx, t, state)
	case err == nil, queryErr == nil && models.Fen(state.Amount) == t.Refund.Amount:
		return s.refundFailed(ctx, t, errors.New("accepted, the money has not moved yet"), false)
	default:
		return s.refundFailed(ctx, t, err, s.refusedForGood(t, err, queryErr))
	}
}

// yieldNumber books what Alipay has made under the number of a refund that was to be of another
// sum. That one goes on under a new number.
func (s *Service) yieldNumber(ctx context.Context, t models.RefundTask, state alipay.RefundState) error {
	why := fmt.Errorf("%s is a refund of %s at Alipay", t.Refund.OutRequestNo, models.Fen(state.Amount))
	err := s.db.NoteRefund(ctx, models.RefundNews{
		OutTradeNo: t.OutTradeNo, OutRequestNo: t.Refund.OutRequestNo,
		Amount: models.Fen(state.Amount), At: s.paidAt(state.RefundedAt),
	})
	if err != nil {
		return s.refundFailed(ctx, t, errors.Join(why, err), s.pastPatience(t))
	}
	return why
}

// refundPatience is how long a refund is tried that Alipay refuses for a reason that may pass, or
// that no table lists.
const refundPatience = 24 * time.Hour

func (s *Service) pastPatience(t models.RefundTask) bool {
	return s.db.Now().Sub(t.Refund.CreatedAt) >= refundPatience
}

// refusedForGood tells a refund that Alipay will not carry out from one that may succeed later, by
// the errors of the refund and of its query. A balance that is too small is waited out for ever;
// without Alipay's word on the trade in both nothing is decided.
func (s *Service) refusedForGood(t models.RefundTask, err, queryErr error) bool {
	switch {
	case !refused(err) || alipay.IsBalanceNotEnough(err):
		return false
	case queryErr == nil && alipay.IsRefundImpossible(err):
		return true
	default:
		return (queryErr == nil || refused(queryErr)) && s.pastPatience(t)
	}
}

// businessFailed is the code of an answer about the trade itself. Others, like "call limited", are
// about the call.
const businessFailed = "40004"

// refused tells Alipay's signed no from an answer that leaves open what happened, or what would have.
func refused(err error) bool {
	e, said := errors.AsType[*alipay.Error](err)
	return said && e.Code == businessFailed && !errors.Is(err, alipay.ErrUnknown)
}

func (s *Service) refundDone(ctx context.Context, t models.RefundTask, at time.Time) error {
	if err := s.db.FinishRefund(ctx, t.Refund.ID, s.paidAt(at)); err != nil {
		return err
	}
	s.log.InfoContext(ctx, "refund done", "out_trade_no", t.OutTradeNo, "out_request_no", t.Refund.OutRequestNo,
		"amount", t.Refund.Amount.String(), "cause", string(t.Refund.Cause))
	return nil
}

func (s *Service) refundFailed(ctx context.Context, t models.RefundTask, why error, final bool) error {
	if err := s.db.NoteRefundError(ctx, t.Refund.ID, why.Error(), final); err != nil {
		return errors.Join(why, err)
	}
	if final {
		s.log.ErrorContext(ctx, "refund refused for good",
			"out_trade_no", t.OutTradeNo, "out_request_no", t.Refund.OutRequestNo, "error", why)
	}
	return why
}

// errRefundUnheard means that the refund query does not know yet what a notify tells of.
var errRefundUnheard = errors.New("the refund query does not know the refund yet")

// noteRefund books a refund that a genuine notify tells of. The notify has the sum of all refunds
// only, so one with a number is asked about first.
func (s *Service) noteRefund(ctx context.Context, n alipay.Notify) error {
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

// bookRefund asks for the payment first where the shop has not heard of it: the news of a refund
// may overtake that of the payment.
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

package payment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"luffy/models"
	"luffy/models/alipay"
)

// Refund stores a refund, tries it at once, and returns it in the state that it then has. A job tries
// a pending refund again, with the same out_request_no, until it is done. Once the refund is stored it
// is returned even if ctx has ended: a caller who believed that there is none would ask for a second
// one. Errors are those of models.DB.CreateRefund.
func (s *Service) Refund(ctx context.Context, r models.NewRefund) (models.Refund, error) {
	refund, err := s.db.CreateRefund(ctx, r)
	if err != nil {
		return refund, err
	}
	return s.tryNow(ctx, refund)
}

// ApproveRefund approves a student's request and tries its refund at once, as Refund does. Errors are
// those of models.DB.ApproveRefund.
func (s *Service) ApproveRefund(ctx context.Context, request int64, d models.RefundDecision) (models.Refund, error) {
	refund, err := s.db.ApproveRefund(ctx, request, d)
	if err != nil {
		return refund, err
	}
	return s.tryNow(ctx, refund)
}

// tryNow tries a stored refund, if it is still pending, and returns it in the state that it then has.
func (s *Service) tryNow(ctx context.Context, refund models.Refund) (models.Refund, error) {
	if refund.State != models.RefundPending {
		return refund, nil
	}
	task, err := s.db.ClaimRefund(ctx, refund.ID)
	switch {
	case err == nil:
		err = s.carryOut(ctx, task)
	case errors.Is(err, models.ErrRefundTooSoon):
		err = errors.Join(err, s.db.NoteRefundError(ctx, refund.ID, models.ErrRefundTooSoon.Error()))
	}
	if err != nil { // the refund is stored, so a job goes on with it, or has even finished it
		s.log.WarnContext(ctx, "refund is not done yet", "out_request_no", refund.OutRequestNo, "error", err)
	}
	return s.db.RefundByID(context.WithoutCancel(ctx), refund.ID)
}

// carryOut tries a claimed refund and ends the claim. The error says why the refund is not done.
func (s *Service) carryOut(ctx context.Context, t models.RefundTask) error {
	err := s.tryRefund(ctx, t)
	return errors.Join(err, s.db.RefundTried(context.WithoutCancel(ctx), t))
}

// tryRefund asks Alipay for a refund, and books it if the money has moved. A payment without an AppID
// was begun by an older shop. It belongs to the configured app: this was checked when it was booked.
func (s *Service) tryRefund(ctx context.Context, t models.RefundTask) error {
	if t.AppID != "" && t.AppID != s.appID {
		return s.refundDelayed(ctx, t, fmt.Errorf("the payment belongs to app %s, which is not configured", t.AppID))
	}
	result, err := s.alipay.Refund(ctx, alipay.RefundRequest{
		OutTradeNo: t.OutTradeNo, OutRequestNo: t.Refund.OutRequestNo,
		Amount: int64(t.Refund.Amount), Reason: t.Refund.Reason,
	})
	// Without FundChange, or after an error, only the refund query tells whether the money has moved.
	moved := err == nil && result.FundChange
	var state alipay.RefundState
	var queryErr error
	if !moved {
		state, queryErr = s.alipay.RefundQuery(ctx, t.OutTradeNo, t.Refund.OutRequestNo)
	}
	ctx, cancel := afterwards(ctx, bookTimeout)
	defer cancel()
	switch {
	case moved:
		return s.refundDone(ctx, t, result.RefundedAt)
	case queryErr == nil && state.Done && models.Fen(state.Amount) == t.Refund.Amount:
		return s.refundDone(ctx, t, state.RefundedAt)
	case queryErr == nil && state.Done:
		return s.yieldNumber(ctx, t, state)
	case err == nil, queryErr == nil && models.Fen(state.Amount) == t.Refund.Amount:
		return s.refundDelayed(ctx, t, errors.New("accepted, the money has not moved yet"))
	case s.refusedForGood(t, err, queryErr):
		return s.refundRefused(ctx, t, err)
	default:
		return s.refundDelayed(ctx, t, err)
	}
}

// yieldNumber is for a refund whose number Alipay has used for a refund of another sum. It books that
// one, and the shop's refund gets a new number.
func (s *Service) yieldNumber(ctx context.Context, t models.RefundTask, state alipay.RefundState) error {
	why := fmt.Errorf("%s is a refund of %s at Alipay", t.Refund.OutRequestNo, models.Fen(state.Amount))
	err := s.db.NoteRefund(ctx, models.RefundNews{
		OutTradeNo: t.OutTradeNo, OutRequestNo: t.Refund.OutRequestNo,
		Amount: models.Fen(state.Amount), At: s.paidAt(state.RefundedAt),
	})
	switch {
	case err == nil:
		return why
	case s.pastPatience(t):
		return s.refundRefused(ctx, t, errors.Join(why, err))
	default:
		return s.refundDelayed(ctx, t, errors.Join(why, err))
	}
}

// refundPatience is how long the shop goes on trying a refund that Alipay refuses, if the reason may
// pass or is not known.
const refundPatience = 24 * time.Hour

func (s *Service) pastPatience(t models.RefundTask) bool {
	return s.db.Now().Sub(t.Refund.CreatedAt) >= refundPatience
}

// refusedForGood tells whether Alipay will never carry out the refund, by the errors of the refund and
// of its query. It never gives up
//
//   - if the seller's balance is too small, because that may change at any time, or
//   - if one of the two errors is not a refusal, because the refund may have been made then.
//
// Otherwise it gives up at once if the reason is final and the query was answered, and else after
// refundPatience.
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

// businessFailed is the code of a refusal that is about the trade. Other codes, like "call limited",
// are about the call.
const businessFailed = "40004"

// refused tells whether err is Alipay's signed refusal. Any other error leaves open what has happened.
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

// refundDelayed stores why a refund is not done yet, and returns it.
func (s *Service) refundDelayed(ctx context.Context, t models.RefundTask, why error) error {
	if err := s.db.NoteRefundError(ctx, t.Refund.ID, why.Error()); err != nil {
		return errors.Join(why, err)
	}
	return why
}

// refundRefused ends a refund that Alipay refuses for good, and returns why.
func (s *Service) refundRefused(ctx context.Context, t models.RefundTask, why error) error {
	if err := s.db.FailRefund(ctx, t.Refund.ID, why.Error()); err != nil {
		return errors.Join(why, err)
	}
	s.log.ErrorContext(ctx, "refund refused for good",
		"out_trade_no", t.OutTradeNo, "out_request_no", t.Refund.OutRequestNo, "error", why)
	return why
}

package models

import (
	"context"
	"slices"
)

// noteReturned follows up a refund, done or refused, of a payment that no order took. The payment ends
// as returned once all of it has gone back; until then, the rest of a surplus is sent back.
func (tx transaction) noteReturned(p Payment) error {
	var refunds []Refund
	if err := tx.Where("payment_id = ?", p.ID).Order("id").Find(&refunds).Error; err != nil {
		return err
	}
	rest := p.Amount - sumDone(refunds)
	switch {
	case rest <= 0:
		return tx.Model(&Payment{}).Where("id = ? AND state IN ?", p.ID, []PaymentState{PaymentSurplus, PaymentHeld}).
			Update("state", PaymentReturned).Error
	case p.State == PaymentSurplus:
		return tx.sendBackRest(p, refunds, rest)
	default:
		return nil
	}
}

// sendBackRest stores a refund of the rest of a surplus. It is needed where a part went back outside
// the shop, because Alipay then refuses the refund of the whole. If the same sum was refused before,
// it is left to staff.
func (tx transaction) sendBackRest(p Payment, refunds []Refund, rest Fen) error {
	inTheWay := func(r Refund) bool {
		return r.State == RefundPending || r.State == RefundFailed && r.Amount == rest
	}
	if slices.ContainsFunc(refunds, inTheWay) {
		return nil
	}
	cause := RefundLate
	for _, r := range refunds {
		if !r.Cause.outside() {
			cause = r.Cause
		}
	}
	return tx.insertRefund(&Refund{
		PaymentID: p.ID, Amount: rest, Cause: cause, Reason: cause.String(), RequestedBy: "luffy",
	}, p)
}

// NoteRefundError stores why a refund is not done yet. It changes nothing if the refund is no longer
// pending. Errors: ErrNotFound.
func (db *DB) NoteRefundError(ctx context.Context, id int64, why string) error {
	return db.inTx(ctx, func(tx transaction) error {
		if _, _, err := tx.lockForRefund(id); err != nil {
			return err
		}
		return tx.Model(&Refund{}).Where("id = ? AND state = ?", id, RefundPending).
			Update("last_error", cut(why, 255)).Error
	})
}

// FailRefund ends a refund that Alipay refuses for good. It changes nothing if the refund is no
// longer pending. Errors: ErrNotFound.
func (db *DB) FailRefund(ctx context.Context, id int64, why string) error {
	return db.inTx(ctx, func(tx transaction) error {
		_, payment, err := tx.lockForRefund(id)
		if err != nil {
			return err
		}
		failed := tx.Model(&Refund{}).Where("id = ? AND state = ?", id, RefundPending).
			Updates(columns{"state": RefundFailed, "try_at": nil, "last_error": cut(why, 255)})
		if failed.Error != nil || failed.RowsAffected == 0 || payment.State == PaymentPaid {
			return failed.Error
		}
		return tx.noteReturned(payment)
	})
}

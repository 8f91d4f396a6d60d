package models

import (
	"context"
	"slices"
)

// noteReturned looks at a payment that no order took after a refund of it was done or refused: it
// ends once all of it went back.
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

// sendBackRest asks for what is left of a surplus of which a part went back outside the shop, so
// that Alipay refuses the refund of the whole. A sum that was refused before is left to staff.
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

// NoteRefundError remembers why a refund is not done yet. A final error ends it as RefundFailed.
func (db *DB) NoteRefundError(ctx context.Context, id int64, text string, final bool) error {
	return db.inTx(ctx, func(tx transaction) error {
		_, payment, err := tx.lockForRefund(id)
		if err != nil {
			return err
		}
		values := columns{"last_error": cut(text, 255)}
		if final {
			values["state"], values["try_at"] = RefundFailed, nil
		}
		noted := tx.Model(&Refund{}).Where("id = ? AND state = ?", id, RefundPending).Updates(values)
		if noted.Error != nil || !final || noted.RowsAffected == 0 || payment.State == PaymentPaid {
			return noted.Error
		}
		return tx.noteReturned(payment)
	})
}

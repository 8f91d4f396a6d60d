package models

import "slices"

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
		if !r.Cause.Outside() {
			cause = r.Cause
		}
	}
	return tx.insertRefund(&Refund{
		PaymentID: p.ID, Amount: rest, Cause: cause, Reason: cause.String(), RequestedBy: "luffy",
	}, p)
}

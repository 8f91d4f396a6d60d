package models

import "slices"

// leftOf is the part of a payment that has not gone back and is not on its way back.
func (tx transaction) leftOf(p Payment) (Fen, error) {
	var refunded Fen
	err := tx.Raw("SELECT COALESCE(SUM(amount), 0) FROM ly_refund WHERE payment_id = ? AND state <> ?",
		p.ID, RefundFailed).Scan(&refunded).Error
	return p.Amount - refunded, err
}

// Left is what leftOf is, computed from an order that was read: the part of its payment that has not
// gone back and is not on its way back.
func (v OrderView) Left() Fen {
	paid, ok := v.PaidBy()
	if !ok || v.OrderStatus != OrderPaid {
		return 0
	}
	left := paid.Amount
	for _, r := range v.Refunds {
		if r.PaymentID == paid.ID && r.State != RefundFailed {
			left -= r.Amount
		}
	}
	return left
}

// Refundable tells whether a line of the order can be given back. The rule is that of refundableLine
// and sizeRefund.
func (v OrderView) Refundable(line LineView) bool {
	given := func(r Refund) bool {
		return r.OrderDetailID != nil && *r.OrderDetailID == line.ID && r.State != RefundFailed
	}
	return line.Granted && line.RealPrice > 0 && line.RealPrice <= v.Left() && !slices.ContainsFunc(v.Refunds, given)
}

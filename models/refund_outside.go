package models

// bookOutside gives a refund that the shop did not ask for its row, done already.
func (tx transaction) bookOutside(o Order, p Payment, known []Refund, n RefundNews) error {
	if sumDone(known)+n.Amount > p.Amount {
		return ErrRefundTooMuch
	}
	line, err := tx.lineRequested(p, n.Amount)
	if err != nil {
		return err
	}
	r, err := tx.insertOutside(p, line, n)
	if err != nil {
		return err
	}
	return tx.finishRefund(o, p, r, n.At)
}

func (tx transaction) insertOutside(p Payment, line *int64, n RefundNews) (Refund, error) {
	r := Refund{
		PaymentID: p.ID, OrderDetailID: line, Amount: n.Amount,
		Cause: n.cause(), Reason: n.cause().String(), RequestedBy: "alipay",
	}
	if err := tx.insertRefund(&r, p); err != nil {
		return r, err
	}
	return r, tx.nameRefund(r, n.OutRequestNo)
}

// cause tells news of one refund from that of a sum, which may be of several.
func (n RefundNews) cause() RefundCause {
	if n.Total > 0 && n.OutRequestNo == "" {
		return RefundOutsideSum
	}
	return RefundOutside
}

// partOf tells whether the refund of the news, which has no row of its own, is one of those that
// were booked as this sum: all that had been done when the sum was told are.
func (n RefundNews) partOf(sum Refund) bool {
	whole := sum.Amount == n.Amount || sum.Amount > n.Amount && sum.OrderDetailID == nil
	return sum.Cause == RefundOutsideSum && n.mayName(sum) && whole && !n.At.After(*sum.DoneAt)
}

// takeOut gives a refund that was booked with others a row of its own. The order has had all of it before.
func (tx transaction) takeOut(p Payment, sum Refund, n RefundNews) error {
	err := tx.Model(&Refund{}).Where("id = ?", sum.ID).Update("amount", sum.Amount-n.Amount).Error
	if err != nil {
		return err
	}
	r, err := tx.insertOutside(p, nil, n)
	if err != nil {
		return err
	}
	done := columns{"state": RefundDone, "done_at": n.At.UTC(), "try_at": nil}
	return tx.Model(&Refund{}).Where("id = ?", r.ID).Updates(done).Error
}

// lineRequested is the line that a refund made outside the shop is taken to be of: one of that very
// sum whose student waits for its refund, the oldest request first; nil when there is none. Else
// approving the request would give the sum back once more.
func (tx transaction) lineRequested(p Payment, amount Fen) (*int64, error) {
	var lines []int64
	err := tx.Raw(`
		SELECT d.id FROM ly_refund_request q JOIN ly_order_detail d ON d.id = q.order_detail_id
		JOIN ly_payment p ON p.order_id = d.order_id
		WHERE p.id = ? AND p.state = ? AND q.state = ? AND d.real_price = ? ORDER BY q.created_at, q.id LIMIT 1`,
		p.ID, PaymentPaid, RequestOpen, amount).Scan(&lines).Error
	if err != nil || len(lines) == 0 {
		return nil, err
	}
	return &lines[0], nil
}

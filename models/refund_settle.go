package models

import "context"

// settled tells whether staff have paid the refund by other means, because Alipay had refused it.
func (r Refund) settled() bool { return r.SettledBy != "" }

// FailedRefunds lists the refunds that Alipay refused for good, the oldest first. number is that of an
// order, or the out_request_no of one refund.
func (db *DB) FailedRefunds(ctx context.Context, number string) ([]Refund, error) {
	return db.refundsNamed(ctx, number, "f.state = ?", RefundFailed)
}

// SettledRefunds is FailedRefunds for the refunds that staff have paid by other means.
func (db *DB) SettledRefunds(ctx context.Context, number string) ([]Refund, error) {
	return db.refundsNamed(ctx, number, "f.settled_by <> ?", "")
}

// refundsNamed looks among the refunds of the order only: each out_request_no of the shop begins with
// the number of its order.
func (db *DB) refundsNamed(ctx context.Context, number, where string, value any) ([]Refund, error) {
	order, ok := orderNumberOf(number)
	if !ok {
		return nil, nil
	}
	var refunds []Refund
	err := db.with(ctx).Raw(`
		SELECT f.* FROM ly_refund f JOIN ly_payment p ON p.id = f.payment_id JOIN ly_order o ON o.id = p.order_id
		WHERE o.order_number = ? AND ? IN (o.order_number, f.out_request_no) AND `+where+` ORDER BY f.id LIMIT ?`,
		order, number, value, maxListed).Scan(&refunds).Error
	return refunds, err
}

// SettleRefund books that staff have paid by other means a refund that Alipay refused for good, and
// takes back what the money had bought, as FinishRefund does; doing it again changes nothing. Errors:
// ErrNotFound if it is not a failed refund; ErrRefundTooMuch or ErrLineNotOpen if another refund has
// given the money or the line back.
func (db *DB) SettleRefund(ctx context.Context, id int64, by, note string) error {
	return db.inTx(ctx, func(tx transaction) error {
		order, payment, err := tx.lockForRefund(id)
		if err != nil {
			return err
		}
		var refund Refund
		if err := tx.Take(&refund, "id = ?", id).Error; err != nil {
			return err
		}
		switch {
		case refund.settled():
			return nil
		case refund.State != RefundFailed:
			return ErrNotFound
		}
		left, err := tx.leftOf(payment)
		if err != nil {
			return err
		}
		if refund.Amount > left {
			return ErrRefundTooMuch
		}
		if err := tx.lineStands(order, refund); err != nil {
			return err
		}
		values := columns{"settled_by": cut(by, 64), "note": cut(note, 255)}
		if err := tx.Model(&Refund{}).Where("id = ?", id).Updates(values).Error; err != nil {
			return err
		}
		err = tx.noteAct(StaffAct{
			DoneBy: by, Act: ActSettleRefund, OrderNumber: order.OrderNumber, Amount: refund.Amount, Note: note,
		})
		if err != nil {
			return err
		}
		return tx.finishRefund(order, payment, refund, tx.now)
	})
}

// lineStands returns ErrLineNotOpen if the refund is of a line, and another refund of that line is
// done or on its way.
func (tx transaction) lineStands(o Order, r Refund) error {
	if r.OrderDetailID == nil {
		return nil
	}
	var line OrderDetail
	if err := tx.Take(&line, "id = ?", *r.OrderDetailID).Error; err != nil {
		return err
	}
	_, err := tx.refundableLine(o, line.Position)
	return err
}

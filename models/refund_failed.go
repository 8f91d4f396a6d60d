package models

import "context"

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

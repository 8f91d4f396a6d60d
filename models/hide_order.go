package models

import "context"

// HideOrder takes a student's own closed or refunded order out of My Orders; doing it again changes
// nothing. The order keeps its own page, staff see it as before, and if a late payment grants it, it
// comes back. Errors: ErrNotFound, ErrNotEnded.
func (db *DB) HideOrder(ctx context.Context, user int64, number string) error {
	return db.inTx(ctx, func(tx transaction) error {
		order, err := tx.lockOwnOrder(user, number)
		switch {
		case err != nil:
			return err
		case !order.Ended():
			return ErrNotEnded
		case order.HiddenAt != nil:
			return nil
		}
		if err := tx.Model(&Order{}).Where("id = ?", order.ID).Update("hidden_at", tx.now).Error; err != nil {
			return err
		}
		return tx.reshelve(order, shelfHidden)
	})
}

-- +goose Up

-- refund_at is until when no other refund of the payment is asked for: one is being asked for, or was a moment ago.
ALTER TABLE ly_payment ADD COLUMN refund_at DATETIME NULL;

-- +goose Down
ALTER TABLE ly_payment DROP COLUMN refund_at;

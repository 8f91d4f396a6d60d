-- +goose Up

-- The refunds of a line, those in a state, and what moved on a day are found without reading all that there ever was.
CREATE INDEX ly_refund_line ON ly_refund (order_detail_id);
CREATE INDEX ly_refund_state ON ly_refund (state, done_at);
CREATE INDEX ly_payment_paid_at ON ly_payment (paid_at);

-- +goose Down
DROP INDEX ly_payment_paid_at;
DROP INDEX ly_refund_state;
DROP INDEX ly_refund_line;

-- +goose Up

-- The refunds of a line, those in a state, and what moved on a day are found without reading all that there ever was. The indexes are
-- built while the shop sells: a server that cannot do so refuses instead of locking the table.
ALTER TABLE ly_refund
    ADD KEY ly_refund_line (order_detail_id),
    ADD KEY ly_refund_state (state, done_at),
    ALGORITHM = INPLACE, LOCK = NONE;
ALTER TABLE ly_payment ADD KEY ly_payment_paid_at (paid_at), ALGORITHM = INPLACE, LOCK = NONE;

-- +goose Down
ALTER TABLE ly_payment DROP KEY ly_payment_paid_at;
ALTER TABLE ly_refund
    DROP KEY ly_refund_state,
    DROP KEY ly_refund_line;

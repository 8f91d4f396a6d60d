-- +goose Up

-- due_at is when the closing job looks at an unpaid order, NULL for every other. The database computes it, so that no statement can forget
-- to, of an older program either, and its index lets the job lock no more orders than it takes.
ALTER TABLE ly_order
    ADD COLUMN due_at DATETIME(6) AS (CASE WHEN order_status = 0 THEN COALESCE(check_at, expires_at) END) VIRTUAL;
ALTER TABLE ly_order ADD KEY ly_order_due_at (due_at);

-- Names that others make up are told apart by case, as SQLite does.
ALTER TABLE ly_refund
    MODIFY out_request_no VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    MODIFY request_key    VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL;
ALTER TABLE ly_bill_difference
    MODIFY out_request_no VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE ly_bill_difference
    MODIFY out_request_no VARCHAR(64) NOT NULL DEFAULT '';
ALTER TABLE ly_refund
    MODIFY out_request_no VARCHAR(64) NOT NULL,
    MODIFY request_key    VARCHAR(64) NULL;
ALTER TABLE ly_order DROP KEY ly_order_due_at;
ALTER TABLE ly_order DROP COLUMN due_at;

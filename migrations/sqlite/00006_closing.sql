-- +goose Up

-- due_at is when the closing job looks at an unpaid order, NULL for every other. The database computes it, so that no statement can forget
-- to, of an older program either, and its index lets the job lock no more orders than it takes.
ALTER TABLE ly_order
    ADD COLUMN due_at DATETIME AS (CASE WHEN order_status = 0 THEN COALESCE(check_at, expires_at) END) VIRTUAL;
CREATE INDEX ly_order_due_at ON ly_order (due_at);

-- +goose Down
DROP INDEX ly_order_due_at;
ALTER TABLE ly_order DROP COLUMN due_at;

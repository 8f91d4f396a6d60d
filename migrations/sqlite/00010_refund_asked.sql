-- +goose Up

-- refund_asked tells whether the student has asked for a refund of the order, or of a line of it, and has not taken that back; whatever
-- was decided since. Such an order lies on the shelf 3, like one that is refunded in part, so it stands under 退款 and under 已完成.
DROP INDEX ly_order_user_shelf;
ALTER TABLE ly_order DROP COLUMN shelf;
ALTER TABLE ly_order ADD COLUMN refund_asked TINYINT NOT NULL DEFAULT 0;
UPDATE ly_order SET refund_asked = 1 WHERE id IN (
    SELECT d.order_id FROM ly_order_detail d JOIN ly_refund_request q ON q.order_detail_id = d.id WHERE q.state <> 'withdrawn');
ALTER TABLE ly_order ADD COLUMN shelf TINYINT AS (CASE
    WHEN hidden_at IS NOT NULL THEN NULL
    WHEN order_status = 1 AND (refunded_amount > 0 OR refund_asked = 1) THEN 3
    WHEN order_status = 3 THEN 2
    ELSE order_status END) VIRTUAL;
CREATE INDEX ly_order_user_shelf ON ly_order (user_id, shelf, id);

-- The orders that have just changed shelf are counted anew, each student's at their next visit.
DELETE FROM ly_order_tally;
UPDATE ly_user SET orders_tallied = 0 WHERE orders_tallied > 0;

-- +goose Down
DROP INDEX ly_order_user_shelf;
ALTER TABLE ly_order DROP COLUMN shelf;
ALTER TABLE ly_order DROP COLUMN refund_asked;
ALTER TABLE ly_order ADD COLUMN shelf TINYINT AS (CASE
    WHEN hidden_at IS NOT NULL THEN NULL
    WHEN order_status = 1 AND refunded_amount > 0 THEN 3
    WHEN order_status = 3 THEN 2
    ELSE order_status END) VIRTUAL;
CREATE INDEX ly_order_user_shelf ON ly_order (user_id, shelf, id);
DELETE FROM ly_order_tally;
UPDATE ly_user SET orders_tallied = 0 WHERE orders_tallied > 0;

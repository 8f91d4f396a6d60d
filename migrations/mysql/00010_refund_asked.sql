-- +goose Up

-- refund_asked tells whether the student has asked for a refund of the order, or of a line of it, and has not taken that back; whatever
-- was decided since. Such an order lies on the shelf 3, like one that is refunded in part, so it stands under 退款 and under 已完成.
-- One ALTER copies the table once, and programs of the old version never find it without its shelf.
ALTER TABLE ly_order
    ADD COLUMN refund_asked TINYINT NOT NULL DEFAULT 0,
    MODIFY COLUMN shelf TINYINT AS (CASE
        WHEN hidden_at IS NOT NULL THEN NULL
        WHEN order_status = 1 AND (refunded_amount > 0 OR refund_asked = 1) THEN 3
        WHEN order_status = 3 THEN 2
        ELSE order_status END) STORED AFTER refund_asked;
UPDATE ly_refund_request q JOIN ly_order_detail d ON d.id = q.order_detail_id JOIN ly_order o ON o.id = d.order_id
SET o.refund_asked = 1 WHERE q.state <> 'withdrawn';

-- The orders that have just changed shelf are counted anew, each student's at their next visit.
DELETE FROM ly_order_tally;
UPDATE ly_user SET orders_tallied = 0 WHERE orders_tallied > 0;

-- +goose Down
ALTER TABLE ly_order
    MODIFY COLUMN shelf TINYINT AS (CASE
        WHEN hidden_at IS NOT NULL THEN NULL
        WHEN order_status = 1 AND refunded_amount > 0 THEN 3
        WHEN order_status = 3 THEN 2
        ELSE order_status END) STORED,
    DROP COLUMN refund_asked;
DELETE FROM ly_order_tally;
UPDATE ly_user SET orders_tallied = 0 WHERE orders_tallied > 0;

-- +goose Up

-- closed_as tells which of 已取消 (2) and 超时取消 (3) an order was closed as, also when late money has granted it since; closed_at is
-- when. refunded_at is when all of it had gone back, and leaves closed_at alone. hidden_at is when its student deleted the order from
-- My Orders; nothing but that page heeds it. coupon_name is that of the day of purchase.
ALTER TABLE ly_order
    ADD COLUMN closed_as   TINYINT     NULL,
    ADD COLUMN refunded_at DATETIME(6) NULL,
    ADD COLUMN hidden_at   DATETIME(6) NULL,
    ADD COLUMN coupon_name VARCHAR(64) NOT NULL DEFAULT '';

UPDATE ly_order SET refunded_at = closed_at, closed_at = NULL WHERE order_status = 4;
UPDATE ly_order SET closed_as = order_status WHERE order_status IN (2, 3);
UPDATE ly_order SET coupon_name = COALESCE((
    SELECT k.name FROM ly_user_coupon m JOIN ly_coupon k ON k.id = m.coupon_id WHERE m.id = ly_order.coupon), '')
WHERE coupon <> 0;
UPDATE ly_order SET closed_as = CASE WHEN closed_at < expires_at THEN 2 ELSE 3 END WHERE order_status = 1 AND closed_at IS NOT NULL;

-- shelf is the part of My Orders on which an order lies: 0 unpaid, 1 paid, 2 closed, 3 paid and refunded in part, 4 refunded,
-- NULL hidden. The database computes it, so that no statement can forget to.
ALTER TABLE ly_order
    ADD COLUMN shelf TINYINT AS (CASE
        WHEN hidden_at IS NOT NULL THEN NULL
        WHEN order_status = 1 AND refunded_amount > 0 THEN 3
        WHEN order_status = 3 THEN 2
        ELSE order_status END) STORED,
    DROP KEY ly_order_user_status,
    ADD KEY ly_order_user_shelf (user_id, shelf, id);

-- The orders up to the id orders_tallied of a student who has very many are counted once, in ly_order_tally, one row a shelf.
-- orders_moved counts up whenever an order of the student's moves: on a cluster only what is written holds others up.
ALTER TABLE ly_user
    ADD COLUMN orders_tallied BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN orders_moved   BIGINT NOT NULL DEFAULT 0;

CREATE TABLE ly_order_tally (
    user_id BIGINT  NOT NULL,
    shelf   TINYINT NOT NULL,
    n       BIGINT  NOT NULL,
    PRIMARY KEY (user_id, shelf)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_general_ci;

-- +goose Down
DROP TABLE ly_order_tally;
ALTER TABLE ly_user
    DROP COLUMN orders_moved,
    DROP COLUMN orders_tallied;
UPDATE ly_order SET closed_at = refunded_at WHERE order_status = 4;
ALTER TABLE ly_order
    DROP KEY ly_order_user_shelf,
    ADD KEY ly_order_user_status (user_id, order_status, id, refunded_amount),
    DROP COLUMN shelf,
    DROP COLUMN coupon_name,
    DROP COLUMN hidden_at,
    DROP COLUMN refunded_at,
    DROP COLUMN closed_as;

-- +goose Up

-- closing_to is the state that an unpaid order is on its way to (取消中): no new attempt is opened, and it is closed at Alipay first.
-- check_at is when a job looks at the order again; a replica that takes it moves it ahead.
-- refunded_amount in the index lets My Orders count its tabs from the index alone.
ALTER TABLE ly_order
    ADD COLUMN closing_to TINYINT     NULL,
    ADD COLUMN check_at   DATETIME(6) NULL,
    DROP KEY ly_order_user_status,
    ADD KEY ly_order_user_status (user_id, order_status, id, refunded_amount);

-- ask_at is when a job next asks Alipay about an open attempt; NULL when nothing is left to learn. asks counts the questions.
-- States beside those of 00001: surplus (money that goes back in full), returned (it went back).
ALTER TABLE ly_payment
    ADD COLUMN asks   INT         NOT NULL DEFAULT 0,
    ADD COLUMN ask_at DATETIME(6) NULL,
    ADD KEY ly_payment_ask (ask_at);

-- Attempts that were open before are asked about at once: nobody else tells of a payment whose notify was lost.
UPDATE ly_payment SET ask_at = created_at WHERE state = 'open';

-- out_request_no is unique within a trade: Alipay's console numbers its own refunds of different trades alike.
-- cause: request, late, second, outside. state: pending, done, failed. points and coupon say what went back beside the money.
ALTER TABLE ly_refund
    ADD COLUMN order_detail_id BIGINT       NULL,
    ADD COLUMN cause           VARCHAR(16)  NOT NULL DEFAULT 'request',
    ADD COLUMN requested_by    VARCHAR(64)  NOT NULL DEFAULT '',
    ADD COLUMN points          BIGINT       NOT NULL DEFAULT 0,
    ADD COLUMN tries           INT          NOT NULL DEFAULT 0,
    ADD COLUMN try_at          DATETIME(6)  NULL,
    ADD COLUMN last_error      VARCHAR(255) NOT NULL DEFAULT '',
    ADD KEY ly_refund_try (try_at),
    DROP KEY ly_refund_out_request_no,
    ADD UNIQUE KEY ly_refund_out_request_no (payment_id, out_request_no);

-- A difference between Alipay's bill and the shop: a task until closed_at is set, by a comparison or by whom settled_by names. Sums are fen; NULL where a side has no row.
CREATE TABLE ly_bill_difference (
    id             BIGINT       NOT NULL AUTO_INCREMENT,
    bill_date      CHAR(10)     NOT NULL,
    kind           VARCHAR(32)  NOT NULL,
    out_trade_no   VARCHAR(64)  NOT NULL,
    trade_no       VARCHAR(64)  NOT NULL,
    out_request_no VARCHAR(64)  NOT NULL DEFAULT '',
    alipay_amount  BIGINT       NULL,
    shop_amount    BIGINT       NULL,
    action         VARCHAR(255) NOT NULL DEFAULT '',
    settled_by     VARCHAR(64)  NOT NULL DEFAULT '',
    found_at       DATETIME(6)  NOT NULL,
    closed_at      DATETIME(6)  NULL,
    PRIMARY KEY (id),
    UNIQUE KEY ly_bill_difference_row (bill_date, kind, out_trade_no, trade_no, out_request_no),
    KEY ly_bill_difference_open (closed_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_general_ci;

-- One row a day that was compared, so that a day is compared once by the daily job.
CREATE TABLE ly_bill_day (
    bill_date   CHAR(10)    NOT NULL,
    compared_at DATETIME(6) NULL,
    claimed_at  DATETIME(6) NOT NULL,
    PRIMARY KEY (bill_date)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_general_ci;

-- +goose Down
DROP TABLE ly_bill_day;
DROP TABLE ly_bill_difference;
ALTER TABLE ly_refund
    DROP KEY ly_refund_out_request_no,
    ADD UNIQUE KEY ly_refund_out_request_no (out_request_no),
    DROP KEY ly_refund_try,
    DROP COLUMN last_error,
    DROP COLUMN try_at,
    DROP COLUMN tries,
    DROP COLUMN points,
    DROP COLUMN requested_by,
    DROP COLUMN cause,
    DROP COLUMN order_detail_id;
ALTER TABLE ly_payment
    DROP KEY ly_payment_ask,
    DROP COLUMN ask_at,
    DROP COLUMN asks;
ALTER TABLE ly_order
    DROP KEY ly_order_user_status,
    ADD KEY ly_order_user_status (user_id, order_status, id),
    DROP COLUMN check_at,
    DROP COLUMN closing_to;

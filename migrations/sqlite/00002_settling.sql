-- +goose Up

-- closing_to is the state that an unpaid order is on its way to (取消中): no new attempt is opened, and it is closed at Alipay first.
-- check_at is when a job looks at the order again; a replica that takes it moves it ahead.
-- refunded_amount in the index lets My Orders count its tabs from the index alone.
ALTER TABLE ly_order ADD COLUMN closing_to TINYINT NULL;
ALTER TABLE ly_order ADD COLUMN check_at DATETIME NULL;
DROP INDEX ly_order_user_status;
CREATE INDEX ly_order_user_status ON ly_order (user_id, order_status, id, refunded_amount);

-- ask_at is when a job next asks Alipay about an open attempt; NULL when nothing is left to learn. asks counts the questions.
-- States beside those of 00001: surplus (money that goes back in full), returned (it went back).
ALTER TABLE ly_payment ADD COLUMN asks INT NOT NULL DEFAULT 0;
ALTER TABLE ly_payment ADD COLUMN ask_at DATETIME NULL;
CREATE INDEX ly_payment_ask ON ly_payment (ask_at);

-- Attempts that were open before are asked about at once: nobody else tells of a payment whose notify was lost.
UPDATE ly_payment SET ask_at = created_at WHERE state = 'open';

-- out_request_no is unique within a trade: Alipay's console numbers its own refunds of different trades alike.
-- cause: request, late, second, outside. state: pending, done, failed. points and coupon say what went back beside the money.
ALTER TABLE ly_refund ADD COLUMN order_detail_id BIGINT NULL;
ALTER TABLE ly_refund ADD COLUMN cause VARCHAR(16) NOT NULL DEFAULT 'request';
ALTER TABLE ly_refund ADD COLUMN requested_by VARCHAR(64) NOT NULL DEFAULT '';
ALTER TABLE ly_refund ADD COLUMN points BIGINT NOT NULL DEFAULT 0;
ALTER TABLE ly_refund ADD COLUMN tries INT NOT NULL DEFAULT 0;
ALTER TABLE ly_refund ADD COLUMN try_at DATETIME NULL;
ALTER TABLE ly_refund ADD COLUMN last_error VARCHAR(255) NOT NULL DEFAULT '';
CREATE INDEX ly_refund_try ON ly_refund (try_at);
DROP INDEX ly_refund_out_request_no;
CREATE UNIQUE INDEX ly_refund_out_request_no ON ly_refund (payment_id, out_request_no);

-- A difference between Alipay's bill and the shop: a task until closed_at is set, by a comparison or by whom settled_by names. Sums are fen; NULL where a side has no row.
CREATE TABLE ly_bill_difference (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    bill_date CHAR(10) NOT NULL,
    kind VARCHAR(32) NOT NULL,
    out_trade_no VARCHAR(64) NOT NULL,
    trade_no VARCHAR(64) NOT NULL,
    out_request_no VARCHAR(64) NOT NULL DEFAULT '',
    alipay_amount BIGINT NULL,
    shop_amount BIGINT NULL,
    action VARCHAR(255) NOT NULL DEFAULT '',
    settled_by VARCHAR(64) NOT NULL DEFAULT '',
    found_at DATETIME NOT NULL,
    closed_at DATETIME NULL
);
CREATE UNIQUE INDEX ly_bill_difference_row ON ly_bill_difference (bill_date, kind, out_trade_no, trade_no, out_request_no);
CREATE INDEX ly_bill_difference_open ON ly_bill_difference (closed_at);

-- One row a day that was compared, so that a day is compared once by the daily job.
CREATE TABLE ly_bill_day (
    bill_date CHAR(10) NOT NULL,
    compared_at DATETIME NULL,
    claimed_at DATETIME NOT NULL,
    PRIMARY KEY (bill_date)
);

-- +goose Down
DROP TABLE ly_bill_day;
DROP TABLE ly_bill_difference;

DROP INDEX ly_refund_out_request_no;
CREATE UNIQUE INDEX ly_refund_out_request_no ON ly_refund (out_request_no);
DROP INDEX ly_refund_try;
ALTER TABLE ly_refund DROP COLUMN last_error;
ALTER TABLE ly_refund DROP COLUMN try_at;
ALTER TABLE ly_refund DROP COLUMN tries;
ALTER TABLE ly_refund DROP COLUMN points;
ALTER TABLE ly_refund DROP COLUMN requested_by;
ALTER TABLE ly_refund DROP COLUMN cause;
ALTER TABLE ly_refund DROP COLUMN order_detail_id;

DROP INDEX ly_payment_ask;
ALTER TABLE ly_payment DROP COLUMN ask_at;
ALTER TABLE ly_payment DROP COLUMN asks;

DROP INDEX ly_order_user_status;
CREATE INDEX ly_order_user_status ON ly_order (user_id, order_status, id);
ALTER TABLE ly_order DROP COLUMN check_at;
ALTER TABLE ly_order DROP COLUMN closing_to;

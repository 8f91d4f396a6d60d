-- +goose Up

-- A student's wish to give a line back, one for each line: asking again after taking it back opens the same row again.
-- state: open, approved, rejected, withdrawn. refund_id is the refund that an approved one led to; answer is staff's to the student.
CREATE TABLE ly_refund_request (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    order_detail_id BIGINT NOT NULL,
    state VARCHAR(16) NOT NULL,
    reason VARCHAR(255) NOT NULL,
    answer VARCHAR(255) NOT NULL DEFAULT '',
    decided_by VARCHAR(64) NOT NULL DEFAULT '',
    refund_id BIGINT NULL,
    created_at DATETIME NOT NULL,
    decided_at DATETIME NULL,
    CONSTRAINT ly_refund_request_line_fk FOREIGN KEY (order_detail_id) REFERENCES ly_order_detail (id),
    CONSTRAINT ly_refund_request_refund_fk FOREIGN KEY (refund_id) REFERENCES ly_refund (id)
);
CREATE UNIQUE INDEX ly_refund_request_line ON ly_refund_request (order_detail_id);
CREATE INDEX ly_refund_request_state ON ly_refund_request (state, created_at);
CREATE INDEX ly_refund_request_refund ON ly_refund_request (refund_id);

-- When a student first opened a lesson. No foreign key to ly_lesson: an import may drop lessons, and what was opened stays so.
CREATE TABLE ly_lesson_seen (
    user_id BIGINT NOT NULL,
    lesson_id BIGINT NOT NULL,
    seen_at DATETIME NOT NULL,
    PRIMARY KEY (user_id, lesson_id)
);

-- request_key is the caller's own name for a refund, so that asking again under it gives the same one. settled_by names who of the staff
-- has paid a refund that Alipay refused by other means, note says how; its state is done then, and no bill of Alipay's has it.
ALTER TABLE ly_refund ADD COLUMN request_key VARCHAR(64) NULL;
ALTER TABLE ly_refund ADD COLUMN settled_by VARCHAR(64) NOT NULL DEFAULT '';
ALTER TABLE ly_refund ADD COLUMN note VARCHAR(255) NOT NULL DEFAULT '';
CREATE UNIQUE INDEX ly_refund_request_key ON ly_refund (payment_id, request_key);

-- +goose Down
DROP TABLE ly_refund_request;
DROP INDEX ly_refund_request_key;
ALTER TABLE ly_refund DROP COLUMN note;
ALTER TABLE ly_refund DROP COLUMN settled_by;
ALTER TABLE ly_refund DROP COLUMN request_key;
DROP TABLE ly_lesson_seen;

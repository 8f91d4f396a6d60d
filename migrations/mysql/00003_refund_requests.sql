-- +goose Up

-- A student's wish to give a line back, one for each line: asking again after taking it back opens the same row again.
-- state: open, approved, rejected, withdrawn. refund_id is the refund that an approved one led to; answer is staff's to the student.
CREATE TABLE ly_refund_request (
    id              BIGINT       NOT NULL AUTO_INCREMENT,
    order_detail_id BIGINT       NOT NULL,
    state           VARCHAR(16)  NOT NULL,
    reason          VARCHAR(255) NOT NULL,
    answer          VARCHAR(255) NOT NULL DEFAULT '',
    decided_by      VARCHAR(64)  NOT NULL DEFAULT '',
    refund_id       BIGINT       NULL,
    created_at      DATETIME(6)  NOT NULL,
    decided_at      DATETIME(6)  NULL,
    PRIMARY KEY (id),
    UNIQUE KEY ly_refund_request_line (order_detail_id),
    KEY ly_refund_request_state (state, created_at),
    KEY ly_refund_request_refund (refund_id),
    CONSTRAINT ly_refund_request_line_fk FOREIGN KEY (order_detail_id) REFERENCES ly_order_detail (id),
    CONSTRAINT ly_refund_request_refund_fk FOREIGN KEY (refund_id) REFERENCES ly_refund (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_general_ci;

-- When a student first opened a lesson. No foreign key to ly_lesson: an import may drop lessons, and what was opened stays so.
CREATE TABLE ly_lesson_seen (
    user_id   BIGINT      NOT NULL,
    lesson_id BIGINT      NOT NULL,
    seen_at   DATETIME(6) NOT NULL,
    PRIMARY KEY (user_id, lesson_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_general_ci;

-- request_key is the caller's own name for a refund, so that asking again under it gives the same one. settled_by names who of the staff
-- has paid a refund that Alipay refused by other means, note says how; its state is done then, and no bill of Alipay's has it.
ALTER TABLE ly_refund
    ADD COLUMN request_key VARCHAR(64)  NULL,
    ADD COLUMN settled_by  VARCHAR(64)  NOT NULL DEFAULT '',
    ADD COLUMN note        VARCHAR(255) NOT NULL DEFAULT '',
    ADD UNIQUE KEY ly_refund_request_key (payment_id, request_key);

-- +goose Down
DROP TABLE ly_refund_request;
ALTER TABLE ly_refund
    DROP KEY ly_refund_request_key,
    DROP COLUMN note,
    DROP COLUMN settled_by,
    DROP COLUMN request_key;
DROP TABLE ly_lesson_seen;

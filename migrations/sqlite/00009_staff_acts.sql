-- +goose Up

-- What staff did, on their pages or by a command, is only ever added. An act is about an order, a day or month (period), or both; what it
-- is not about is empty. done_by is an account's name, or user@machine of who ran a command. amount is the sum that it moves, 0 for none.
CREATE TABLE ly_staff_act (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    done_at DATETIME NOT NULL,
    done_by VARCHAR(64) NOT NULL,
    act VARCHAR(32) NOT NULL,
    order_number VARCHAR(26) NOT NULL DEFAULT '',
    period VARCHAR(10) NOT NULL DEFAULT '',
    amount BIGINT NOT NULL DEFAULT 0,
    note VARCHAR(255) NOT NULL DEFAULT ''
);
CREATE INDEX ly_staff_act_order ON ly_staff_act (order_number, id);
CREATE INDEX ly_staff_act_period ON ly_staff_act (period, id);

-- +goose Down
DROP TABLE ly_staff_act;

-- +goose Up

-- How much of a limit on tries is used up: until spent_until, in microseconds since 1970, so that one statement can count.
-- bucket is a part of a hash of what is limited, so that the table neither grows without end nor keeps what somebody typed.
CREATE TABLE ly_throttle (
    bucket      BIGINT NOT NULL,
    spent_until BIGINT NOT NULL,
    PRIMARY KEY (bucket),
    KEY ly_throttle_spent (spent_until)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_general_ci;

-- +goose Down
DROP TABLE ly_throttle;

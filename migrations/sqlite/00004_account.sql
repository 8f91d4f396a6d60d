-- +goose Up

CREATE TABLE ly_throttle (
    bucket      BIGINT NOT NULL PRIMARY KEY,
    spent_until BIGINT NOT NULL
);
CREATE INDEX ly_throttle_spent ON ly_throttle (spent_until);

-- +goose Down
DROP TABLE ly_throttle;

-- +goose Up

-- Sums are BIGINT fen. Times are UTC with microseconds. Text is utf8mb4.
-- Tables that the payment transaction writes carry no foreign key to ly_course: a check of the parent would lock the
-- row of a popular course. Courses are withdrawn (published = 0), never deleted, so nothing dangles.

CREATE TABLE ly_user (
    id          BIGINT       NOT NULL AUTO_INCREMENT,
    username    VARCHAR(32)  NOT NULL,
    password    VARCHAR(255) NOT NULL,
    mobile      VARCHAR(20)  NULL,
    credit      BIGINT       NOT NULL DEFAULT 0,
    credit_held BIGINT       NOT NULL DEFAULT 0,
    is_staff    TINYINT      NOT NULL DEFAULT 0,
    created_at  DATETIME(6)  NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY ly_user_username (username),
    CONSTRAINT ly_user_credit_covers_held CHECK (credit >= credit_held AND credit_held >= 0)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_general_ci;

CREATE TABLE ly_session (
    id_hash    CHAR(64)    NOT NULL,
    user_id    BIGINT      NULL,
    data       TEXT        NOT NULL,
    created_at DATETIME(6) NOT NULL,
    expires_at DATETIME(6) NOT NULL,
    PRIMARY KEY (id_hash),
    KEY ly_session_user (user_id),
    KEY ly_session_expires (expires_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_general_ci;

CREATE TABLE ly_category (
    id       BIGINT      NOT NULL AUTO_INCREMENT,
    name     VARCHAR(64) NOT NULL,
    position INT         NOT NULL DEFAULT 0,
    PRIMARY KEY (id),
    UNIQUE KEY ly_category_name (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_general_ci;

CREATE TABLE ly_teacher (
    id    BIGINT       NOT NULL AUTO_INCREMENT,
    name  VARCHAR(64)  NOT NULL,
    title VARCHAR(64)  NOT NULL DEFAULT '',
    brief VARCHAR(500) NOT NULL DEFAULT '',
    PRIMARY KEY (id),
    UNIQUE KEY ly_teacher_name (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_general_ci;

CREATE TABLE ly_course (
    id          BIGINT        NOT NULL AUTO_INCREMENT,
    category_id BIGINT        NOT NULL,
    teacher_id  BIGINT        NOT NULL,
    name        VARCHAR(128)  NOT NULL,
    course_img  VARCHAR(255)  NOT NULL DEFAULT '',
    brief       VARCHAR(2048) NOT NULL DEFAULT '',
    price       BIGINT        NOT NULL,
    students    BIGINT        NOT NULL DEFAULT 0,
    published   TINYINT       NOT NULL DEFAULT 1,
    position    INT           NOT NULL DEFAULT 0,
    created_at  DATETIME(6)   NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY ly_course_name (name),
    KEY ly_course_category (category_id),
    KEY ly_course_teacher (teacher_id),
    CONSTRAINT ly_course_category_fk FOREIGN KEY (category_id) REFERENCES ly_category (id),
    CONSTRAINT ly_course_teacher_fk FOREIGN KEY (teacher_id) REFERENCES ly_teacher (id),
    CONSTRAINT ly_course_price_positive CHECK (price >= 0)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_general_ci;

CREATE TABLE ly_chapter (
    id        BIGINT       NOT NULL AUTO_INCREMENT,
    course_id BIGINT       NOT NULL,
    name      VARCHAR(128) NOT NULL,
    position  INT          NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY ly_chapter_position (course_id, position),
    CONSTRAINT ly_chapter_course_fk FOREIGN KEY (course_id) REFERENCES ly_course (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_general_ci;

CREATE TABLE ly_lesson (
    id         BIGINT       NOT NULL AUTO_INCREMENT,
    chapter_id BIGINT       NOT NULL,
    name       VARCHAR(128) NOT NULL,
    minutes    INT          NOT NULL DEFAULT 0,
    content    TEXT         NOT NULL,
    position   INT          NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY ly_lesson_position (chapter_id, position),
    CONSTRAINT ly_lesson_chapter_fk FOREIGN KEY (chapter_id) REFERENCES ly_chapter (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_general_ci;

-- A term of a course. The term "for ever" has no row: it is id 0, at the course's own price.
CREATE TABLE ly_course_expire (
    id          BIGINT      NOT NULL AUTO_INCREMENT,
    course_id   BIGINT      NOT NULL,
    expire_time INT         NOT NULL,
    expire_text VARCHAR(64) NOT NULL,
    price       BIGINT      NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY ly_course_expire_days (course_id, expire_time),
    CONSTRAINT ly_course_expire_course_fk FOREIGN KEY (course_id) REFERENCES ly_course (id),
    CONSTRAINT ly_course_expire_sane CHECK (expire_time > 0 AND price >= 0)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_general_ci;

CREATE TABLE ly_activity (
    id         BIGINT      NOT NULL AUTO_INCREMENT,
    name       VARCHAR(64) NOT NULL,
    start_time DATETIME(6) NOT NULL,
    end_time   DATETIME(6) NOT NULL,
    published  TINYINT     NOT NULL DEFAULT 1,
    PRIMARY KEY (id),
    UNIQUE KEY ly_activity_name (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_general_ci;

-- discount_type: 1 free, 2 rate ("*0.88"), 3 amount off ("-100"), 4 amount off by step ("满100-10 满200-25").
CREATE TABLE ly_discount (
    id              BIGINT       NOT NULL AUTO_INCREMENT,
    activity_id     BIGINT       NOT NULL,
    course_id       BIGINT       NOT NULL,
    discount_type   TINYINT      NOT NULL,
    sale            VARCHAR(255) NOT NULL DEFAULT '',
    condition_price BIGINT       NOT NULL DEFAULT 0,
    PRIMARY KEY (id),
    UNIQUE KEY ly_discount_course (activity_id, course_id),
    KEY ly_discount_of_course (course_id),
    CONSTRAINT ly_discount_activity_fk FOREIGN KEY (activity_id) REFERENCES ly_activity (id),
    CONSTRAINT ly_discount_course_fk FOREIGN KEY (course_id) REFERENCES ly_course (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_general_ci;

-- price is what the student saw when the course went into the cart.
CREATE TABLE ly_cart_item (
    user_id    BIGINT      NOT NULL,
    course_id  BIGINT      NOT NULL,
    expire     BIGINT      NOT NULL DEFAULT 0,
    selected   TINYINT     NOT NULL DEFAULT 1,
    price      BIGINT      NOT NULL,
    created_at DATETIME(6) NOT NULL,
    PRIMARY KEY (user_id, course_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_general_ci;

CREATE TABLE ly_coupon (
    id              BIGINT      NOT NULL AUTO_INCREMENT,
    name            VARCHAR(64) NOT NULL,
    sale            VARCHAR(32) NOT NULL,
    condition_price BIGINT      NOT NULL DEFAULT 0,
    days            INT         NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY ly_coupon_name (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_general_ci;

-- order_id names the order that holds the coupon, or, once used_at is set, the order that used it.
CREATE TABLE ly_user_coupon (
    id         BIGINT      NOT NULL AUTO_INCREMENT,
    user_id    BIGINT      NOT NULL,
    coupon_id  BIGINT      NOT NULL,
    start_time DATETIME(6) NOT NULL,
    end_time   DATETIME(6) NOT NULL,
    order_id   BIGINT      NULL,
    used_at    DATETIME(6) NULL,
    PRIMARY KEY (id),
    UNIQUE KEY ly_user_coupon_order (order_id),
    KEY ly_user_coupon_user (user_id),
    KEY ly_user_coupon_coupon (coupon_id),
    CONSTRAINT ly_user_coupon_user_fk FOREIGN KEY (user_id) REFERENCES ly_user (id),
    CONSTRAINT ly_user_coupon_coupon_fk FOREIGN KEY (coupon_id) REFERENCES ly_coupon (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_general_ci;

-- opera: 1 earned, 2 spent, 3 given back. number is signed; reference makes each movement happen once.
CREATE TABLE ly_credit (
    id         BIGINT      NOT NULL AUTO_INCREMENT,
    user_id    BIGINT      NOT NULL,
    opera      TINYINT     NOT NULL,
    number     BIGINT      NOT NULL,
    order_id   BIGINT      NULL,
    reference  VARCHAR(80) NOT NULL,
    created_at DATETIME(6) NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY ly_credit_reference (reference),
    KEY ly_credit_user (user_id, id),
    CONSTRAINT ly_credit_user_fk FOREIGN KEY (user_id) REFERENCES ly_user (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_general_ci;

-- total_price - discount_amount - coupon_amount - credit_amount = real_price.
CREATE TABLE ly_order (
    id              BIGINT       NOT NULL AUTO_INCREMENT,
    order_number    CHAR(26)     NOT NULL,
    user_id         BIGINT       NOT NULL,
    order_title     VARCHAR(150) NOT NULL,
    total_price     BIGINT       NOT NULL,
    discount_amount BIGINT       NOT NULL DEFAULT 0,
    coupon_amount   BIGINT       NOT NULL DEFAULT 0,
    credit_amount   BIGINT       NOT NULL DEFAULT 0,
    real_price      BIGINT       NOT NULL,
    order_status    TINYINT      NOT NULL DEFAULT 0,
    pay_type        TINYINT      NOT NULL DEFAULT 0,
    credit          BIGINT       NOT NULL DEFAULT 0,
    coupon          BIGINT       NOT NULL DEFAULT 0,
    checkout_token  CHAR(32)     NULL,
    created_at      DATETIME(6)  NOT NULL,
    expires_at      DATETIME(6)  NOT NULL,
    pay_time        DATETIME(6)  NULL,
    closed_at       DATETIME(6)  NULL,
    refunded_amount BIGINT       NOT NULL DEFAULT 0,
    PRIMARY KEY (id),
    UNIQUE KEY ly_order_number (order_number),
    UNIQUE KEY ly_order_checkout (user_id, checkout_token),
    KEY ly_order_user_status (user_id, order_status, id),
    KEY ly_order_user (user_id, id),
    KEY ly_order_due (order_status, expires_at),
    CONSTRAINT ly_order_adds_up CHECK (total_price - discount_amount - coupon_amount - credit_amount = real_price AND real_price >= 0)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_general_ci;

-- expire is the id of the term (0 = for ever). The text, the days and the prices are those of the day of purchase.
CREATE TABLE ly_order_detail (
    id            BIGINT       NOT NULL AUTO_INCREMENT,
    order_id      BIGINT       NOT NULL,
    course_id     BIGINT       NOT NULL,
    position      INT          NOT NULL,
    expire        BIGINT       NOT NULL DEFAULT 0,
    expire_text   VARCHAR(64)  NOT NULL,
    expire_days   INT          NOT NULL DEFAULT 0,
    course_name   VARCHAR(128) NOT NULL,
    course_img    VARCHAR(255) NOT NULL DEFAULT '',
    price         BIGINT       NOT NULL,
    discount_name VARCHAR(64)  NOT NULL DEFAULT '',
    sale_price    BIGINT       NOT NULL,
    real_price    BIGINT       NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY ly_order_detail_course (order_id, course_id),
    KEY ly_order_detail_of_course (course_id),
    CONSTRAINT ly_order_detail_order_fk FOREIGN KEY (order_id) REFERENCES ly_order (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_general_ci;

-- out_time NULL = for ever. buy_type: 1 bought, 2 free activity, 3 gift of an activity, 4 gift of the shop.
CREATE TABLE ly_user_course (
    id              BIGINT      NOT NULL AUTO_INCREMENT,
    user_id         BIGINT      NOT NULL,
    course_id       BIGINT      NOT NULL,
    order_detail_id BIGINT      NULL,
    trade_no        VARCHAR(64) NULL,
    buy_type        TINYINT     NOT NULL,
    pay_time        DATETIME(6) NOT NULL,
    out_time        DATETIME(6) NULL,
    revoked_at      DATETIME(6) NULL,
    created_at      DATETIME(6) NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY ly_user_course_line (order_detail_id),
    KEY ly_user_course_user (user_id, course_id),
    KEY ly_user_course_course (course_id),
    KEY ly_user_course_trade (trade_no),
    CONSTRAINT ly_user_course_user_fk FOREIGN KEY (user_id) REFERENCES ly_user (id),
    CONSTRAINT ly_user_course_line_fk FOREIGN KEY (order_detail_id) REFERENCES ly_order_detail (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_general_ci;

-- Students won or lost by payments and refunds, not yet added to ly_course.students. Appending keeps payments of one
-- popular course from queueing behind its row; a job folds the rows in.
CREATE TABLE ly_student_delta (
    id        BIGINT NOT NULL AUTO_INCREMENT,
    course_id BIGINT NOT NULL,
    delta     INT    NOT NULL,
    PRIMARY KEY (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_general_ci;

-- One row per attempt to pay an order; the first attempt's out_trade_no is the order's number.
-- state: open, paid, closed, held (money that staff must look at). trade_status is Alipay's last word when asked.
CREATE TABLE ly_payment (
    id           BIGINT       NOT NULL AUTO_INCREMENT,
    order_id     BIGINT       NOT NULL,
    out_trade_no VARCHAR(64)  NOT NULL,
    app_id       VARCHAR(32)  NOT NULL,
    amount       BIGINT       NOT NULL,
    subject      VARCHAR(256) NOT NULL,
    state        VARCHAR(16)  NOT NULL,
    trade_no     VARCHAR(64)  NULL,
    trade_status VARCHAR(32)  NOT NULL DEFAULT '',
    expires_at   DATETIME(6)  NOT NULL,
    created_at   DATETIME(6)  NOT NULL,
    queried_at   DATETIME(6)  NULL,
    paid_at      DATETIME(6)  NULL,
    PRIMARY KEY (id),
    UNIQUE KEY ly_payment_out_trade_no (out_trade_no),
    UNIQUE KEY ly_payment_trade_no (trade_no),
    KEY ly_payment_order (order_id),
    KEY ly_payment_state (state, created_at),
    CONSTRAINT ly_payment_order_fk FOREIGN KEY (order_id) REFERENCES ly_order (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_general_ci;

-- Append-only. out_trade_no and the rest are what the message claims: of a refused message they prove nothing.
CREATE TABLE ly_payment_event (
    id           BIGINT       NOT NULL AUTO_INCREMENT,
    received_at  DATETIME(6)  NOT NULL,
    source       VARCHAR(16)  NOT NULL,
    notify_id    VARCHAR(128) NOT NULL DEFAULT '',
    out_trade_no VARCHAR(64)  NOT NULL DEFAULT '',
    trade_no     VARCHAR(64)  NOT NULL DEFAULT '',
    trade_status VARCHAR(32)  NOT NULL DEFAULT '',
    verdict      VARCHAR(16)  NOT NULL,
    reason       VARCHAR(64)  NOT NULL,
    raw          MEDIUMBLOB   NOT NULL,
    PRIMARY KEY (id),
    KEY ly_payment_event_notify (notify_id),
    KEY ly_payment_event_out_trade_no (out_trade_no)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_general_ci;

CREATE TABLE ly_refund (
    id             BIGINT       NOT NULL AUTO_INCREMENT,
    payment_id     BIGINT       NOT NULL,
    out_request_no VARCHAR(64)  NOT NULL,
    amount         BIGINT       NOT NULL,
    reason         VARCHAR(256) NOT NULL,
    state          VARCHAR(16)  NOT NULL,
    created_at     DATETIME(6)  NOT NULL,
    done_at        DATETIME(6)  NULL,
    PRIMARY KEY (id),
    UNIQUE KEY ly_refund_out_request_no (out_request_no),
    KEY ly_refund_payment (payment_id),
    CONSTRAINT ly_refund_payment_fk FOREIGN KEY (payment_id) REFERENCES ly_payment (id),
    CONSTRAINT ly_refund_amount_positive CHECK (amount > 0)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_general_ci;

-- +goose Down
DROP TABLE ly_refund;
DROP TABLE ly_payment_event;
DROP TABLE ly_payment;
DROP TABLE ly_student_delta;
DROP TABLE ly_user_course;
DROP TABLE ly_order_detail;
DROP TABLE ly_order;
DROP TABLE ly_credit;
DROP TABLE ly_user_coupon;
DROP TABLE ly_coupon;
DROP TABLE ly_cart_item;
DROP TABLE ly_discount;
DROP TABLE ly_activity;
DROP TABLE ly_course_expire;
DROP TABLE ly_lesson;
DROP TABLE ly_chapter;
DROP TABLE ly_course;
DROP TABLE ly_teacher;
DROP TABLE ly_category;
DROP TABLE ly_session;
DROP TABLE ly_user;

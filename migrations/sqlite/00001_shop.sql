-- +goose Up

-- The same schema as mysql/, for the embedded database; a test compares the two.
-- Sums are BIGINT fen. Times are UTC with microseconds.
-- Tables that the payment transaction writes carry no foreign key to ly_course: a check of the parent would lock the
-- row of a popular course. Courses are withdrawn (published = 0), never deleted, so nothing dangles.

CREATE TABLE ly_user (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    username VARCHAR(32) NOT NULL COLLATE NOCASE,
    password VARCHAR(255) NOT NULL,
    mobile VARCHAR(20) NULL,
    credit BIGINT NOT NULL DEFAULT 0,
    credit_held BIGINT NOT NULL DEFAULT 0,
    is_staff TINYINT NOT NULL DEFAULT 0,
    created_at DATETIME NOT NULL,
    CONSTRAINT ly_user_credit_covers_held CHECK (credit >= credit_held AND credit_held >= 0)
);
CREATE UNIQUE INDEX ly_user_username ON ly_user (username);

CREATE TABLE ly_session (
    id_hash CHAR(64) NOT NULL,
    user_id BIGINT NULL,
    data TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    expires_at DATETIME NOT NULL,
    PRIMARY KEY (id_hash)
);
CREATE INDEX ly_session_user ON ly_session (user_id);
CREATE INDEX ly_session_expires ON ly_session (expires_at);

CREATE TABLE ly_category (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name VARCHAR(64) NOT NULL,
    position INT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX ly_category_name ON ly_category (name);

CREATE TABLE ly_teacher (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name VARCHAR(64) NOT NULL,
    title VARCHAR(64) NOT NULL DEFAULT '',
    brief VARCHAR(500) NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX ly_teacher_name ON ly_teacher (name);

CREATE TABLE ly_course (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    category_id BIGINT NOT NULL,
    teacher_id BIGINT NOT NULL,
    name VARCHAR(128) NOT NULL,
    course_img VARCHAR(255) NOT NULL DEFAULT '',
    brief VARCHAR(2048) NOT NULL DEFAULT '',
    price BIGINT NOT NULL,
    students BIGINT NOT NULL DEFAULT 0,
    published TINYINT NOT NULL DEFAULT 1,
    position INT NOT NULL DEFAULT 0,
    created_at DATETIME NOT NULL,
    CONSTRAINT ly_course_category_fk FOREIGN KEY (category_id) REFERENCES ly_category (id),
    CONSTRAINT ly_course_teacher_fk FOREIGN KEY (teacher_id) REFERENCES ly_teacher (id),
    CONSTRAINT ly_course_price_positive CHECK (price >= 0)
);
CREATE UNIQUE INDEX ly_course_name ON ly_course (name);
CREATE INDEX ly_course_category ON ly_course (category_id);
CREATE INDEX ly_course_teacher ON ly_course (teacher_id);

CREATE TABLE ly_chapter (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    course_id BIGINT NOT NULL,
    name VARCHAR(128) NOT NULL,
    position INT NOT NULL,
    CONSTRAINT ly_chapter_course_fk FOREIGN KEY (course_id) REFERENCES ly_course (id)
);
CREATE UNIQUE INDEX ly_chapter_position ON ly_chapter (course_id, position);

CREATE TABLE ly_lesson (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    chapter_id BIGINT NOT NULL,
    name VARCHAR(128) NOT NULL,
    minutes INT NOT NULL DEFAULT 0,
    content TEXT NOT NULL,
    position INT NOT NULL,
    CONSTRAINT ly_lesson_chapter_fk FOREIGN KEY (chapter_id) REFERENCES ly_chapter (id)
);
CREATE UNIQUE INDEX ly_lesson_position ON ly_lesson (chapter_id, position);

-- A term of a course. The term "for ever" has no row: it is id 0, at the course's own price.
CREATE TABLE ly_course_expire (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    course_id BIGINT NOT NULL,
    expire_time INT NOT NULL,
    expire_text VARCHAR(64) NOT NULL,
    price BIGINT NOT NULL,
    CONSTRAINT ly_course_expire_course_fk FOREIGN KEY (course_id) REFERENCES ly_course (id),
    CONSTRAINT ly_course_expire_sane CHECK (expire_time > 0 AND price >= 0)
);
CREATE UNIQUE INDEX ly_course_expire_days ON ly_course_expire (course_id, expire_time);

CREATE TABLE ly_activity (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name VARCHAR(64) NOT NULL,
    start_time DATETIME NOT NULL,
    end_time DATETIME NOT NULL,
    published TINYINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX ly_activity_name ON ly_activity (name);

-- discount_type: 1 free, 2 rate ("*0.88"), 3 amount off ("-100"), 4 amount off by step ("满100-10 满200-25").
CREATE TABLE ly_discount (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    activity_id BIGINT NOT NULL,
    course_id BIGINT NOT NULL,
    discount_type TINYINT NOT NULL,
    sale VARCHAR(255) NOT NULL DEFAULT '',
    condition_price BIGINT NOT NULL DEFAULT 0,
    CONSTRAINT ly_discount_activity_fk FOREIGN KEY (activity_id) REFERENCES ly_activity (id),
    CONSTRAINT ly_discount_course_fk FOREIGN KEY (course_id) REFERENCES ly_course (id)
);
CREATE UNIQUE INDEX ly_discount_course ON ly_discount (activity_id, course_id);
CREATE INDEX ly_discount_of_course ON ly_discount (course_id);

-- price is what the student saw when the course went into the cart.
CREATE TABLE ly_cart_item (
    user_id BIGINT NOT NULL,
    course_id BIGINT NOT NULL,
    expire BIGINT NOT NULL DEFAULT 0,
    selected TINYINT NOT NULL DEFAULT 1,
    price BIGINT NOT NULL,
    created_at DATETIME NOT NULL,
    PRIMARY KEY (user_id, course_id)
);

CREATE TABLE ly_coupon (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name VARCHAR(64) NOT NULL,
    sale VARCHAR(32) NOT NULL,
    condition_price BIGINT NOT NULL DEFAULT 0,
    days INT NOT NULL
);
CREATE UNIQUE INDEX ly_coupon_name ON ly_coupon (name);

-- order_id names the order that holds the coupon, or, once used_at is set, the order that used it.
CREATE TABLE ly_user_coupon (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id BIGINT NOT NULL,
    coupon_id BIGINT NOT NULL,
    start_time DATETIME NOT NULL,
    end_time DATETIME NOT NULL,
    order_id BIGINT NULL,
    used_at DATETIME NULL,
    CONSTRAINT ly_user_coupon_user_fk FOREIGN KEY (user_id) REFERENCES ly_user (id),
    CONSTRAINT ly_user_coupon_coupon_fk FOREIGN KEY (coupon_id) REFERENCES ly_coupon (id)
);
CREATE UNIQUE INDEX ly_user_coupon_order ON ly_user_coupon (order_id);
CREATE INDEX ly_user_coupon_user ON ly_user_coupon (user_id);
CREATE INDEX ly_user_coupon_coupon ON ly_user_coupon (coupon_id);

-- opera: 1 earned, 2 spent, 3 given back. number is signed; reference makes each movement happen once.
CREATE TABLE ly_credit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id BIGINT NOT NULL,
    opera TINYINT NOT NULL,
    number BIGINT NOT NULL,
    order_id BIGINT NULL,
    reference VARCHAR(80) NOT NULL,
    created_at DATETIME NOT NULL,
    CONSTRAINT ly_credit_user_fk FOREIGN KEY (user_id) REFERENCES ly_user (id)
);
CREATE UNIQUE INDEX ly_credit_reference ON ly_credit (reference);
CREATE INDEX ly_credit_user ON ly_credit (user_id, id);

-- total_price - discount_amount - coupon_amount - credit_amount = real_price.
CREATE TABLE ly_order (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    order_number CHAR(26) NOT NULL,
    user_id BIGINT NOT NULL,
    order_title VARCHAR(150) NOT NULL,
    total_price BIGINT NOT NULL,
    discount_amount BIGINT NOT NULL DEFAULT 0,
    coupon_amount BIGINT NOT NULL DEFAULT 0,
    credit_amount BIGINT NOT NULL DEFAULT 0,
    real_price BIGINT NOT NULL,
    order_status TINYINT NOT NULL DEFAULT 0,
    pay_type TINYINT NOT NULL DEFAULT 0,
    credit BIGINT NOT NULL DEFAULT 0,
    coupon BIGINT NOT NULL DEFAULT 0,
    checkout_token CHAR(32) NULL,
    created_at DATETIME NOT NULL,
    expires_at DATETIME NOT NULL,
    pay_time DATETIME NULL,
    closed_at DATETIME NULL,
    refunded_amount BIGINT NOT NULL DEFAULT 0,
    CONSTRAINT ly_order_adds_up CHECK (total_price - discount_amount - coupon_amount - credit_amount = real_price AND real_price >= 0)
);
CREATE UNIQUE INDEX ly_order_number ON ly_order (order_number);
CREATE UNIQUE INDEX ly_order_checkout ON ly_order (user_id, checkout_token);
CREATE INDEX ly_order_user_status ON ly_order (user_id, order_status, id);
CREATE INDEX ly_order_user ON ly_order (user_id, id);
CREATE INDEX ly_order_due ON ly_order (order_status, expires_at);

-- expire is the id of the term (0 = for ever). The text, the days and the prices are those of the day of purchase.
CREATE TABLE ly_order_detail (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id BIGINT NOT NULL,
    course_id BIGINT NOT NULL,
    position INT NOT NULL,
    expire BIGINT NOT NULL DEFAULT 0,
    expire_text VARCHAR(64) NOT NULL,
    expire_days INT NOT NULL DEFAULT 0,
    course_name VARCHAR(128) NOT NULL,
    course_img VARCHAR(255) NOT NULL DEFAULT '',
    price BIGINT NOT NULL,
    discount_name VARCHAR(64) NOT NULL DEFAULT '',
    sale_price BIGINT NOT NULL,
    real_price BIGINT NOT NULL,
    CONSTRAINT ly_order_detail_order_fk FOREIGN KEY (order_id) REFERENCES ly_order (id)
);
CREATE UNIQUE INDEX ly_order_detail_course ON ly_order_detail (order_id, course_id);
CREATE INDEX ly_order_detail_of_course ON ly_order_detail (course_id);

-- out_time NULL = for ever. buy_type: 1 bought, 2 free activity, 3 gift of an activity, 4 gift of the shop.
CREATE TABLE ly_user_course (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id BIGINT NOT NULL,
    course_id BIGINT NOT NULL,
    order_detail_id BIGINT NULL,
    trade_no VARCHAR(64) NULL,
    buy_type TINYINT NOT NULL,
    pay_time DATETIME NOT NULL,
    out_time DATETIME NULL,
    revoked_at DATETIME NULL,
    created_at DATETIME NOT NULL,
    CONSTRAINT ly_user_course_user_fk FOREIGN KEY (user_id) REFERENCES ly_user (id),
    CONSTRAINT ly_user_course_line_fk FOREIGN KEY (order_detail_id) REFERENCES ly_order_detail (id)
);
CREATE UNIQUE INDEX ly_user_course_line ON ly_user_course (order_detail_id);
CREATE INDEX ly_user_course_user ON ly_user_course (user_id, course_id);
CREATE INDEX ly_user_course_course ON ly_user_course (course_id);
CREATE INDEX ly_user_course_trade ON ly_user_course (trade_no);

-- Students won or lost by payments and refunds, not yet added to ly_course.students. Appending keeps payments of one
-- popular course from queueing behind its row; a job folds the rows in.
CREATE TABLE ly_student_delta (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    course_id BIGINT NOT NULL,
    delta INT NOT NULL
);

-- One row per attempt to pay an order; the first attempt's out_trade_no is the order's number.
-- state: open, paid, closed, held (money that staff must look at). trade_status is Alipay's last word when asked.
CREATE TABLE ly_payment (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id BIGINT NOT NULL,
    out_trade_no VARCHAR(64) NOT NULL,
    app_id VARCHAR(32) NOT NULL,
    amount BIGINT NOT NULL,
    subject VARCHAR(256) NOT NULL,
    state VARCHAR(16) NOT NULL,
    trade_no VARCHAR(64) NULL,
    trade_status VARCHAR(32) NOT NULL DEFAULT '',
    expires_at DATETIME NOT NULL,
    created_at DATETIME NOT NULL,
    queried_at DATETIME NULL,
    paid_at DATETIME NULL,
    CONSTRAINT ly_payment_order_fk FOREIGN KEY (order_id) REFERENCES ly_order (id)
);
CREATE UNIQUE INDEX ly_payment_out_trade_no ON ly_payment (out_trade_no);
CREATE UNIQUE INDEX ly_payment_trade_no ON ly_payment (trade_no);
CREATE INDEX ly_payment_order ON ly_payment (order_id);
CREATE INDEX ly_payment_state ON ly_payment (state, created_at);

-- Append-only. out_trade_no and the rest are what the message claims: of a refused message they prove nothing.
CREATE TABLE ly_payment_event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at DATETIME NOT NULL,
    source VARCHAR(16) NOT NULL,
    notify_id VARCHAR(128) NOT NULL DEFAULT '',
    out_trade_no VARCHAR(64) NOT NULL DEFAULT '',
    trade_no VARCHAR(64) NOT NULL DEFAULT '',
    trade_status VARCHAR(32) NOT NULL DEFAULT '',
    verdict VARCHAR(16) NOT NULL,
    reason VARCHAR(64) NOT NULL,
    raw BLOB NOT NULL
);
CREATE INDEX ly_payment_event_notify ON ly_payment_event (notify_id);
CREATE INDEX ly_payment_event_out_trade_no ON ly_payment_event (out_trade_no);

CREATE TABLE ly_refund (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    payment_id BIGINT NOT NULL,
    out_request_no VARCHAR(64) NOT NULL,
    amount BIGINT NOT NULL,
    reason VARCHAR(256) NOT NULL,
    state VARCHAR(16) NOT NULL,
    created_at DATETIME NOT NULL,
    done_at DATETIME NULL,
    CONSTRAINT ly_refund_payment_fk FOREIGN KEY (payment_id) REFERENCES ly_payment (id),
    CONSTRAINT ly_refund_amount_positive CHECK (amount > 0)
);
CREATE UNIQUE INDEX ly_refund_out_request_no ON ly_refund (out_request_no);
CREATE INDEX ly_refund_payment ON ly_refund (payment_id);

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

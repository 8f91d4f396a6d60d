package models_test

// breach is a statement that breaks an invariant of sound books. :paid in it stands for the ID of the row
// that books calls paid, and so on; row is the one that Audit must find.
type breach struct{ name, statement, row string }

// breaches are, for each invariant, ways to break it.
var breaches = map[string][]breach{
	"a trade that fulfilled an order has the order's sum, and the order is paid": {
		{"a fen too little came",
			"UPDATE ly_payment SET amount = amount - 1 WHERE state = 'paid' AND order_id = :paid", "paid"},
		{"paid, and the order is not", "UPDATE ly_order SET order_status = 0 WHERE id = :paid", "paid"},
		{"paid by no trade", "UPDATE ly_payment SET trade_no = NULL WHERE order_id = :paid", "paid"},
	},
	"a paid order has exactly one trade that paid it, an order of 0.00 none": {
		{"a paid order without payment", "UPDATE ly_order SET order_status = 1 WHERE id = :unpaid", "unpaid"},
		{"paid twice", "UPDATE ly_payment SET state = 'paid' WHERE order_id = :partly", "partly"},
	},
	"no trade is refunded beyond its sum": {
		{"too much back", "UPDATE ly_refund SET amount = amount + 1 WHERE payment_id = :surplus", "surplus"},
		{"too much back outside",
			"UPDATE ly_refund SET state = 'done', cause = 'outside', amount = amount + 1 WHERE payment_id = :surplus",
			"surplus"},
	},
	"money that no order took is going back or has gone back": {
		{"surplus kept", "DELETE FROM ly_refund WHERE payment_id = :surplus", "surplus"},
		{"surplus refused", "UPDATE ly_refund SET state = 'failed' WHERE payment_id = :surplus", "surplus"},
		{"returned, but not all", "UPDATE ly_payment SET state = 'returned' WHERE id = :surplus", "surplus"},
		{"held", "UPDATE ly_payment SET state = 'held' WHERE id = :surplus", "surplus"},
	},
	"an order's refunded sum is that of its refunds": {
		{"refund not booked", "UPDATE ly_order SET refunded_amount = 0 WHERE id = :partly", "partly"},
		{"refund that never was", "UPDATE ly_order SET refunded_amount = 1 WHERE id = :paid", "paid"},
	},
	"an order is 已退款 exactly when all that was paid went back": {
		{"all back, and not 已退款", "UPDATE ly_order SET order_status = 1 WHERE id = :refunded", "refunded"},
		{"已退款, and not all back", "UPDATE ly_order SET order_status = 4 WHERE id = :partly", "partly"},
	},
	"a student's points are the sum of the ledger": {
		{"points from nowhere", "UPDATE ly_user SET credit = credit + 1 WHERE id = :ann", "ann"},
		{"a row of the ledger lost", "DELETE FROM ly_credit WHERE opera = 2 AND user_id = :ann", "ann"},
	},
	"a student's held points are those of the unpaid orders": {
		{"points held by nothing", "UPDATE ly_user SET credit_held = credit_held + 1 WHERE id = :ann", "ann"},
		{"points not held", "UPDATE ly_user SET credit_held = 0 WHERE id = :ann", "ann"},
	},
	"a coupon is held by an unpaid order or used by a paid one, and by that of its student": {
		{"used by no order", "UPDATE ly_user_coupon SET order_id = NULL WHERE id = :coupon", "coupon"},
		{"held by a paid order", "UPDATE ly_user_coupon SET used_at = NULL WHERE id = :coupon", "coupon"},
		{"used by an order that is not there", "UPDATE ly_user_coupon SET order_id = 404 WHERE id = :coupon", "coupon"},
		{"used by a cancelled order", "UPDATE ly_order SET order_status = 2 WHERE id = :paid", "coupon"},
	},
	"an order that is unpaid or paid has its coupon": {
		{"the coupon of an order is free",
			"UPDATE ly_user_coupon SET order_id = NULL, used_at = NULL WHERE id = :coupon", "paid"},
	},
	"a course's students are those with a live record": {
		{"a student too many", "UPDATE ly_course SET students = students + 1 WHERE id = :step", "step"},
		{"a student not counted", "DELETE FROM ly_student_delta WHERE course_id = :step", "step"},
	},
	"a student's tally has the orders that it counts": {
		{"an order too many", "INSERT INTO ly_order_tally (user_id, shelf, n) VALUES (:ann, 1, 1)", "ann"},
	},
	"the lines of an order add up to it": {
		{"a line that costs more", "UPDATE ly_order_detail SET real_price = real_price + 1 WHERE id = :line", "partly"},
		{"no lines", "UPDATE ly_order_detail SET real_price = 0 WHERE order_id = :cancelled", "cancelled"},
	},
	"a paid order has a purchase record for each line, any other none": {
		{"a line not granted", "DELETE FROM ly_user_course WHERE order_detail_id = :line", "partly"},
		{"granted and not paid", "UPDATE ly_order SET order_status = 2 WHERE id = :paid", "paid"},
	},
	"a purchase record is its line's, and revoked once its line went back": {
		{"a record of another's",
			"UPDATE ly_user_course SET course_id = course_id + 1 WHERE order_detail_id = :line", "partly"},
		{"a line back and not revoked",
			"UPDATE ly_user_course SET revoked_at = NULL WHERE order_detail_id = :line", "partly"},
		{"revoked without a refund",
			"UPDATE ly_refund SET order_detail_id = NULL WHERE order_detail_id = :line", "partly"},
	},
	"a refund request is approved exactly when it has a refund, and that is of its line or of its whole order": {
		{"approved without a refund", "UPDATE ly_refund_request SET refund_id = NULL WHERE id = :request", "granted"},
		{"approved by another's refund", "UPDATE ly_refund_request SET refund_id = 1 WHERE id = :request", "granted"},
		{"rejected with a refund", "UPDATE ly_refund_request SET state = 'rejected' WHERE id = :request", "granted"},
	},
	"an open refund request is of a line that stands and is not on its way back": {
		{"asked for what went back", "UPDATE ly_refund_request SET state = 'open' WHERE id = :request", "granted"},
		{"asked for of a cancelled order", "UPDATE ly_order SET order_status = 2 WHERE id = :asked", "asked"},
	},
}

package models

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"gorm.io/gorm"
)

// RefundState is the word in ly_refund.state.
type RefundState string

// The states of a refund.
const (
	RefundPending RefundState = "pending" // stored, not yet known to be done: it is tried until it is
	RefundDone    RefundState = "done"    // Alipay has given the money back
	RefundFailed  RefundState = "failed"  // Alipay refuses for good; staff must pay by other means
)

// RefundCause is the word in ly_refund.cause.
type RefundCause string

// Why money goes back.
const (
	RefundByStaff RefundCause = "request" // by command, or because a student's request was approved
	RefundLate    RefundCause = "late"    // the order was closed and can no longer be granted
	RefundSecond  RefundCause = "second"  // the order was paid already
	RefundOutside RefundCause = "outside" // made in Alipay's console; a notify or the bill told of it
	// RefundOutsideSum is one or several refunds made in the console, of which only the sum is known.
	// Each of them gets a row of its own once the shop hears of it.
	RefundOutsideSum RefundCause = "outside_sum"
)

// String is the reason that the buyer reads at Alipay when nobody wrote one.
func (c RefundCause) String() string {
	switch c {
	case RefundLate:
		return "订单已关闭，全额退回"
	case RefundSecond:
		return "重复付款，全额退回"
	case RefundOutside, RefundOutsideSum:
		return "在支付宝后台退款"
	default:
		return "课程退款"
	}
}

// Outside tells whether a refund was made in Alipay's console.
func (c RefundCause) Outside() bool { return c == RefundOutside || c == RefundOutsideSum }

// Refund is one refund of a payment. It is stored before Alipay is asked, and asked for under the
// same out_request_no until it is done.
type Refund struct {
	ID            int64
	PaymentID     int64
	OrderDetailID *int64 // the line that is given back; nil if the refund is of no particular line
	OutRequestNo  string
	Amount        Fen
	Reason        string
	Cause         RefundCause
	RequestedBy   string
	RequestKey    *string // the caller's own name for it; unique within the payment
	SettledBy     string  // who of the staff paid it by other means; empty if Alipay did, or nobody yet
	Note          string  // how they paid it
	State         RefundState
	Points        int64 // that were given back with the money
	Tries         int
	TryAt         *time.Time // when it is tried next; nil unless pending
	LastError     string
	CreatedAt     time.Time
	DoneAt        *time.Time
}

// TableName names the table.
func (Refund) TableName() string { return "ly_refund" }

// refundColumns are the columns of ly_refund f, in the sequence of Refund.places.
const refundColumns = `f.id, f.payment_id, f.order_detail_id, f.out_request_no, f.amount, f.reason, f.cause,
	f.requested_by, f.request_key, f.settled_by, f.note, f.state, f.points, f.tries, f.try_at,
	f.last_error, f.created_at, f.done_at`

// places are the fields that sql.Rows.Scan fills from refundColumns.
func (r *Refund) places() []any {
	return []any{
		&r.ID, &r.PaymentID, &r.OrderDetailID, &r.OutRequestNo, &r.Amount, &r.Reason, &r.Cause,
		&r.RequestedBy, &r.RequestKey, &r.SettledBy, &r.Note, &r.State, &r.Points, &r.Tries, &r.TryAt,
		&r.LastError, &r.CreatedAt, &r.DoneAt,
	}
}

// readRefunds reads refunds; what follows FROM joins or is ly_refund f.
func readRefunds(g *gorm.DB, from string, args ...any) ([]Refund, error) {
	var all []Refund
	err := read(g, func(rows *sql.Rows) error {
		var r Refund
		err := rows.Scan(r.places()...)
		all = append(all, r)
		return err
	}, "SELECT "+refundColumns+" FROM "+from, args...)
	return all, err
}

// Why the shop refuses a refund.
var (
	ErrNothingPaid   = errors.New("the order has no payment that could be given back")
	ErrRefundTooMuch = errors.New("more than what is left of the payment")
	ErrLineNotOpen   = errors.New("there is no such line, or it was given back before")
	ErrRefundNothing = errors.New("nothing was paid for that, or all of it has gone back or is on its way")
	ErrLeftChanged   = errors.New("money of the payment has gone back since, or has come free again")
	ErrKeyUsed       = errors.New("the key names another refund of the order")
	ErrRefundUnsure  = errors.New("it may be one that the shop has asked for, or another")
)

// RefundByID reads a refund.
func (db *DB) RefundByID(ctx context.Context, id int64) (Refund, error) {
	var refund Refund
	err := db.with(ctx).Take(&refund, "id = ?", id).Error
	return refund, found(err)
}

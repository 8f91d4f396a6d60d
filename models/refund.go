package models

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	RefundLate    RefundCause = "late"    // paid after the order was closed, and not to be had any more
	RefundSecond  RefundCause = "second"  // the order was paid already
	RefundOutside RefundCause = "outside" // made in Alipay's own console, learned from a notify or the bill
)

// String is the reason that the buyer reads at Alipay when nobody wrote one.
func (c RefundCause) String() string {
	switch c {
	case RefundLate:
		return "订单已关闭，全额退回"
	case RefundSecond:
		return "重复付款，全额退回"
	case RefundOutside:
		return "在支付宝后台退款"
	default:
		return "课程退款"
	}
}

// Refund is one refund of a payment. It is stored before Alipay is asked, and asked for under the
// same out_request_no until it is done.
type Refund struct {
	ID            int64
	PaymentID     int64
	OrderDetailID *int64 // the line that is given back; nil when the refund is of no particular line
	OutRequestNo  string
	Amount        Fen
	Reason        string
	Cause         RefundCause
	RequestedBy   string
	RequestKey    *string // the caller's own name for it; unique within the payment
	SettledBy     string  // who of the staff paid it by other means; empty when Alipay did, or nobody yet
	Note          string  // how
	State         RefundState
	Points        int64 // given back with the money
	Tries         int
	TryAt         *time.Time // when it is tried next; nil unless pending
	LastError     string
	CreatedAt     time.Time
	DoneAt        *time.Time
}

// TableName names the table.
func (Refund) TableName() string { return "ly_refund" }

// What a refund can be refused for.
var (
	ErrNothingPaid   = errors.New("the order has no payment that could be given back")
	ErrRefundTooMuch = errors.New("more than what is left of the payment")
	ErrLineNotOpen   = errors.New("there is no such line, or it was given back before")
	ErrRefundNothing = errors.New("nothing was paid for that")
	ErrKeyUsed       = errors.New("the key names another refund of the order")
	ErrRefundUnsure  = errors.New("it may be one that the shop has asked for, or another")
)

// NewRefund is a refund that staff give. With Line it is that line's share, with Amount that sum,
// with neither all that is left.
type NewRefund struct {
	OrderNumber string
	Line        int // position in the order from 1; 0 for none
	Amount      Fen // 0 for none
	Reason      string
	By          string // who gives it, for the order's time line
	Key         string // the caller's own name for the refund; empty for none
}

// CreateRefund stores a refund of a paid order, to be carried out by the caller or by a job. A key
// that was used before gives the refund of then. Errors: ErrNotFound, ErrNothingPaid,
// ErrRefundTooMuch, ErrLineNotOpen, ErrRefundNothing, ErrKeyUsed.
func (db *DB) CreateRefund(ctx context.Context, r NewRefund) (Refund, error) {
	var refund Refund
	err := db.inTx(ctx, func(tx transaction) (err error) {
		var order Order
		if err := lockRows(tx.DB).Take(&order, "order_number = ?", r.OrderNumber).Error; err != nil {
			return found(err)
		}
		refund, err = tx.createRefund(order, r)
		return err
	})
	return refund, err
}

// createRefund stores a refund of a locked order. A student's request for the same line is approved with it.
func (tx transaction) createRefund(o Order, r NewRefund) (Refund, error) {
	var payment Payment
	err := tx.Take(&payment, "order_id = ? AND state = ?", o.ID, PaymentPaid).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Refund{}, ErrNothingPaid
	}
	if err != nil {
		return Refund{}, err
	}
	if earlier, err := tx.refundOfKey(payment, o, r); err != nil || earlier.ID != 0 {
		return earlier, err
	}
	if o.OrderStatus != OrderPaid {
		return Refund{}, ErrNothingPaid
	}
	refund := Refund{PaymentID: payment.ID, Amount: r.Amount, Reason: r.Reason, Cause: RefundByStaff, RequestedBy: r.By}
	if r.Key != "" {
		refund.RequestKey = &r.Key
	}
	if refund.Reason == "" {
		refund.Reason = RefundByStaff.String()
	}
	left, err := tx.leftOf(payment)
	if err != nil {
		return refund, err
	}
	if err := tx.sizeRefund(&refund, o, r, left); err != nil {
		return refund, err
	}
	if err := tx.insertRefund(&refund, payment); err != nil || refund.OrderDetailID == nil {
		return refund, err
	}
	return refund, tx.grantRequests(refund, *refund.OrderDetailID)
}

// refundOfKey finds the refund that was stored under the same key; the zero Refund when there is
// none. ErrKeyUsed when the key then named another line or sum.
func (tx transaction) refundOfKey(p Payment, o Order, r NewRefund) (Refund, error) {
	var earlier []struct {
		Refund   `gorm:"embedded"`
		Position int // of its line, 0 for none
	}
	if r.Key == "" {
		return Refund{}, nil
	}
	err := tx.Raw(`
		SELECT f.*, COALESCE(d.position, 0) AS position FROM ly_refund f
		LEFT JOIN ly_order_detail d ON d.id = f.order_detail_id AND d.order_id = ?
		WHERE f.payment_id = ? AND f.request_key = ?`, o.ID, p.ID, r.Key).Scan(&earlier).Error
	if err != nil || len(earlier) == 0 {
		return Refund{}, err
	}
	refund := earlier[0]
	if refund.Position != r.Line || r.Amount != 0 && r.Amount != refund.Amount {
		return Refund{}, ErrKeyUsed
	}
	return refund.Refund, nil
}

// leftOf is what of a payment neither went back nor is on its way back.
func (tx transaction) leftOf(p Payment) (Fen, error) {
	var refunded Fen
	err := tx.Raw("SELECT COALESCE(SUM(amount), 0) FROM ly_refund WHERE payment_id = ? AND state <> ?",
		p.ID, RefundFailed).Scan(&refunded).Error
	return p.Amount - refunded, err
}

// sizeRefund decides sum and line of a refund.
func (tx transaction) sizeRefund(refund *Refund, o Order, r NewRefund, left Fen) error {
	if r.Line != 0 {
		line, err := tx.refundableLine(o, r.Line)
		if err != nil {
			return err
		}
		refund.OrderDetailID, refund.Amount = &line.ID, line.RealPrice
	} else if r.Amount == 0 {
		refund.Amount = left
	}
	switch {
	case refund.Amount <= 0:
		return ErrRefundNothing
	case refund.Amount > left:
		return fmt.Errorf("%s of %s: %w", refund.Amount, left, ErrRefundTooMuch)
	}
	return nil
}

// refundableLine reads a line whose purchase record stands and for which no refund is on its way.
func (tx transaction) refundableLine(o Order, position int) (OrderDetail, error) {
	var line OrderDetail
	err := tx.Raw(`
		SELECT d.* FROM ly_order_detail d JOIN ly_user_course r ON r.order_detail_id = d.id AND r.revoked_at IS NULL
		WHERE d.order_id = ? AND d.position = ?
		AND NOT EXISTS (SELECT 1 FROM ly_refund f WHERE f.order_detail_id = d.id AND f.state <> ?)`,
		o.ID, position, RefundFailed).Take(&line).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return line, ErrLineNotOpen
	}
	return line, err
}

// ownRefund stands between out_trade_no and count in the shop's own out_request_nos.
const ownRefund = "R"

// insertRefund stores a refund to be tried at once, under the next number of its payment.
func (tx transaction) insertRefund(r *Refund, p Payment) (err error) {
	if r.OutRequestNo, err = tx.nextOutRequestNo(p); err != nil {
		return err
	}
	r.ID, r.State, r.CreatedAt, r.TryAt = 0, RefundPending, tx.now, new(tx.now)
	return tx.Create(r).Error
}

// nextOutRequestNo counts the refunds of a payment, whose order is locked. A number that Alipay has
// told of is passed over.
func (tx transaction) nextOutRequestNo(p Payment) (string, error) {
	var used []string
	if err := tx.Model(&Refund{}).Where("payment_id = ?", p.ID).Pluck("out_request_no", &used).Error; err != nil {
		return "", err
	}
	for n := len(used) + 1; ; n++ {
		if number := fmt.Sprintf("%s%s%d", p.OutTradeNo, ownRefund, n); !slices.Contains(used, number) {
			return number, nil
		}
	}
}

// RefundTask is a refund to be carried out, with what Alipay must be told.
type RefundTask struct {
	Refund     Refund `gorm:"embedded"`
	OutTradeNo string
	AppID      string
}

// refundLease is the pause before a refund is tried again; it doubles up to an hour. For so long at
// most no other of its payment is asked for.
const refundLease = 30 * time.Second

// refundGap is the least time that Alipay wants between two refunds of one trade.
const refundGap = 3 * time.Second

// ErrRefundTooSoon means that another refund of the payment is being asked for, or was a moment ago.
var ErrRefundTooSoon = errors.New("there must be a pause between two refunds of one trade")

// ClaimRefunds takes up to so many pending refunds whose time has come, one of a payment, to be
// ended by RefundTried. Each goes to one caller and comes up again, after pauses that grow, until
// it is done or failed.
func (db *DB) ClaimRefunds(ctx context.Context, limit int) ([]RefundTask, error) {
	var tasks []RefundTask
	err := db.inTx(ctx, func(tx transaction) error {
		tasks = nil
		var due []Refund
		err := skipLocked(tx.DB).Joins("JOIN ly_payment p ON p.id = ly_refund.payment_id").
			Where("ly_refund.try_at <= ? AND ly_refund.state = ?", tx.now, RefundPending).
			Where("p.refund_at IS NULL OR p.refund_at <= ?", tx.now).
			Where(`NOT EXISTS (SELECT 1 FROM ly_refund f
				WHERE f.payment_id = p.id AND f.state = ? AND f.try_at <= ? AND f.id < ly_refund.id)`, RefundPending, tx.now).
			Order("ly_refund.try_at").Limit(limit).Find(&due).Error
		if err != nil {
			return err
		}
		for _, r := range due {
			task, err := tx.claimRefund(r)
			if err != nil {
				return err
			}
			tasks = append(tasks, task)
		}
		return nil
	})
	return tasks, err
}

// ClaimRefund takes one refund out of turn, for a caller that waits for it, to be ended by
// RefundTried. Errors: ErrNotFound when it is not pending, ErrRefundTooSoon.
func (db *DB) ClaimRefund(ctx context.Context, id int64) (RefundTask, error) {
	var task RefundTask
	err := db.inTx(ctx, func(tx transaction) (err error) {
		var r Refund
		if err := lockRows(tx.DB).Take(&r, "id = ? AND state = ?", id, RefundPending).Error; err != nil {
			return found(err)
		}
		task, err = tx.claimRefund(r)
		return err
	})
	return task, err
}

func (tx transaction) claimRefund(r Refund) (RefundTask, error) {
	task := RefundTask{Refund: r}
	free := tx.Model(&Payment{}).Where("id = ? AND (refund_at IS NULL OR refund_at <= ?)", r.PaymentID, tx.now).
		Update("refund_at", tx.now.Add(refundLease))
	if err := exactlyOne(free, ErrRefundTooSoon); err != nil {
		return task, err
	}
	pause := min(refundLease<<min(r.Tries, 7), time.Hour)
	later := columns{"tries": r.Tries + 1, "try_at": tx.now.Add(pause)}
	err := tx.Model(&Refund{}).Where("id = ?", r.ID).Updates(later).Error
	if err != nil {
		return task, err
	}
	var p Payment
	err = tx.Take(&p, "id = ?", r.PaymentID).Error
	task.OutTradeNo, task.AppID = p.OutTradeNo, p.AppID
	return task, err
}

// RefundTried ends a claim: after a pause another refund of the payment may be tried.
func (db *DB) RefundTried(ctx context.Context, t RefundTask) error {
	return db.with(ctx).Model(&Payment{}).Where("id = ?", t.Refund.PaymentID).
		Update("refund_at", db.Now().Add(refundGap)).Error
}

// RefundByID reads a refund.
func (db *DB) RefundByID(ctx context.Context, id int64) (Refund, error) {
	var refund Refund
	err := db.with(ctx).Take(&refund, "id = ?", id).Error
	return refund, found(err)
}

package models

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"
)

// NewRefund is a refund that staff give: of one line if Line is set, of a sum if Amount is set, and
// otherwise of all that is left.
type NewRefund struct {
	OrderNumber string
	Line        int // position in the order from 1; 0 for none
	Amount      Fen // 0 for none
	Reason      string
	By          string // who gives it, for the history of the order
	Left        Fen    // what was left of the payment when they decided; 0 for whatever is left
	Key         string // the caller's own name for the refund; empty for none

	act ActKind // what staff did to give it
}

// CreateRefund stores a refund of a paid order, to be carried out by the caller or by a job. If the
// order has a refund with the same key already, it returns that one and stores none. Errors:
// ErrNotFound, ErrNothingPaid, ErrRefundTooMuch, ErrLineNotOpen, ErrRefundNothing, ErrLeftChanged,
// ErrKeyUsed.
func (db *DB) CreateRefund(ctx context.Context, r NewRefund) (Refund, error) {
	r.Key, r.act = cmp.Or(r.Key, rand.Text()), ActRefund
	refund, err := db.storeRefund(ctx, r)
	if lost(err) { // it may be stored all the same; then it is found by its key
		return db.storeRefund(ctx, r)
	}
	return refund, err
}

func (db *DB) storeRefund(ctx context.Context, r NewRefund) (Refund, error) {
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

// createRefund stores a refund of a locked order, and that staff gave it. This approves a student's
// request for the same line.
func (tx transaction) createRefund(o Order, r NewRefund) (Refund, error) {
	payment, err := tx.paidPayment(o)
	if err != nil {
		return Refund{}, err
	}
	if earlier, err := tx.refundOfKey(payment, o, r); err != nil || earlier.ID != 0 {
		return earlier, err
	}
	if o.OrderStatus != OrderPaid {
		return Refund{}, ErrNothingPaid
	}
	refund := r.refundOf(payment)
	left, err := tx.leftOf(payment)
	if err != nil {
		return refund, err
	}
	if err := tx.sizeRefund(&refund, o, r, left); err != nil {
		return refund, err
	}
	if err := tx.insertRefund(&refund, payment); err != nil {
		return refund, err
	}
	return refund, tx.noteGiven(o, refund, r)
}

// paidPayment reads the attempt that paid the order; ErrNothingPaid if none did.
func (tx transaction) paidPayment(o Order) (Payment, error) {
	var payment Payment
	err := tx.Take(&payment, "order_id = ? AND state = ?", o.ID, PaymentPaid).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return payment, ErrNothingPaid
	}
	return payment, err
}

// refundOf is the row to be stored. Its line and its sum are set by sizeRefund, its number and its
// times by insertRefund.
func (r NewRefund) refundOf(p Payment) Refund {
	refund := Refund{
		PaymentID: p.ID, Amount: r.Amount, Reason: cmp.Or(r.Reason, RefundByStaff.String()),
		Cause: RefundByStaff, RequestedBy: cut(r.By, 64),
	}
	if r.Key != "" {
		refund.RequestKey = &r.Key
	}
	return refund
}

// noteGiven notes who gave a stored refund, and approves the students' requests for its line.
func (tx transaction) noteGiven(o Order, refund Refund, r NewRefund) error {
	err := tx.noteAct(StaffAct{
		DoneBy: r.By, Act: r.act, OrderNumber: o.OrderNumber, Amount: refund.Amount, Note: refund.Reason,
	})
	if err != nil || refund.OrderDetailID == nil {
		return err
	}
	return tx.grantRequests(refund, *refund.OrderDetailID)
}

// refundOfKey finds the refund that was stored with the same key. It returns the zero Refund if there
// is none, and ErrKeyUsed if that refund is of another line or sum.
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

// sizeRefund sets the line and the sum of a refund, of a payment of which so much is left.
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
	case r.Left != 0 && r.Left != left:
		return fmt.Errorf("%s instead of %s: %w", left, r.Left, ErrLeftChanged)
	}
	return nil
}

// refundableLine reads a line whose purchase record is not revoked and that has no refund, done or on
// its way. ErrLineNotOpen means that there is no such line.
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

// The marks in the shop's own out_request_nos: out_trade_no, R and a count from 1; behind it, if the
// refund is of a line, L and the line's position in the order. A refund made outside the shop has N in the
// place of R until Alipay tells its number: what the shop has asked for never has such a number.
const (
	ownRefund = "R"
	unnamed   = "N"
	ofLine    = "L"
)

// insertRefund stores a refund with a free number of its payment, to be tried at once.
func (tx transaction) insertRefund(r *Refund, p Payment) (err error) {
	if r.OutRequestNo, err = tx.freeOutRequestNo(*r, p); err != nil {
		return err
	}
	r.ID, r.State, r.CreatedAt, r.TryAt = 0, RefundPending, tx.now, new(tx.now)
	return tx.Create(r).Error
}

// freeOutRequestNo is the first number that no refund of the payment has, whose order is locked. The
// first refund of a line always gets the same number, and no other refund gets it. So if a restored
// backup lacks the refund, giving the line back again is the same refund to Alipay, and giving back
// another line of that price is not.
func (tx transaction) freeOutRequestNo(r Refund, p Payment) (string, error) {
	var used []string
	if err := tx.Model(&Refund{}).Where("payment_id = ?", p.ID).Pluck("out_request_no", &used).Error; err != nil {
		return "", err
	}
	kind, mark := ownRefund, ""
	if r.Cause.Outside() {
		kind = unnamed
	}
	if r.OrderDetailID != nil {
		var line OrderDetail
		if err := tx.Take(&line, "id = ?", *r.OrderDetailID).Error; err != nil {
			return "", err
		}
		mark = fmt.Sprintf("%s%d", ofLine, line.Position)
	}
	for n := 1; ; n++ {
		if number := fmt.Sprintf("%s%s%d%s", p.OutTradeNo, kind, n, mark); !slices.Contains(used, number) {
			return number, nil
		}
	}
}

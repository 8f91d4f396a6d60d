package models

import (
	"errors"
	"strconv"
	"strings"
)

// lostReason is the reason of a refund that the shop made and has forgotten.
const lostReason = "本店早先发起的退款，按支付宝的记录补登"

// bookOutside stores a refund that was made outside the shop, and finishes it.
func (tx transaction) bookOutside(o Order, p Payment, known []Refund, n RefundNews) error {
	if sumDone(known)+n.Amount > p.Amount {
		return ErrRefundTooMuch
	}
	line, err := tx.lineOutside(o, p, n)
	if err != nil {
		return err
	}
	r, err := tx.insertOutside(p, line, n)
	if err != nil {
		return err
	}
	return tx.finishRefund(o, p, r, n.At)
}

func (tx transaction) insertOutside(p Payment, line *int64, n RefundNews) (Refund, error) {
	r := Refund{
		PaymentID: p.ID, OrderDetailID: line, Amount: n.Amount,
		Cause: n.cause(), Reason: n.cause().String(), RequestedBy: "alipay",
	}
	if n.lost() {
		r.Reason = lostReason
	}
	if err := tx.insertRefund(&r, p); err != nil {
		return r, err
	}
	return r, tx.nameRefund(r, n.OutRequestNo)
}

// cause tells news of one refund from news of a sum, which may be that of several refunds.
func (n RefundNews) cause() RefundCause {
	if n.Total > 0 && n.OutRequestNo == "" {
		return RefundOutsideSum
	}
	return RefundOutside
}

// partOf tells whether the refund of the news is one of those that were booked together as this sum.
// The sum contains all refunds done before it was told that had no row of their own.
func (n RefundNews) partOf(sum Refund) bool {
	whole := sum.Amount == n.Amount || sum.Amount > n.Amount && sum.OrderDetailID == nil
	return sum.Cause == RefundOutsideSum && n.mayName(sum) && whole && !n.At.After(*sum.DoneAt)
}

// takeOut takes a refund out of a sum and gives it a row of its own. The order stays as it is, because
// the sum has been booked there.
func (tx transaction) takeOut(p Payment, sum Refund, n RefundNews) error {
	err := tx.Model(&Refund{}).Where("id = ?", sum.ID).Update("amount", sum.Amount-n.Amount).Error
	if err != nil {
		return err
	}
	r, err := tx.insertOutside(p, nil, n)
	if err != nil {
		return err
	}
	done := columns{"state": RefundDone, "done_at": n.At.UTC(), "try_at": nil}
	return tx.Model(&Refund{}).Where("id = ?", r.ID).Updates(done).Error
}

// lost tells whether the shop itself made the refund and has forgotten it, because a backup was
// restored: Alipay's console gives refunds numbers of another form.
func (n RefundNews) lost() bool { return strings.HasPrefix(n.OutRequestNo, n.OutTradeNo+ownRefund) }

// lineNamed is the position of the line that the number of a lost refund names; 0 if it names none,
// like the number of a sum, or any that was given before numbers named lines.
func (n RefundNews) lineNamed() int {
	_, position, _ := strings.Cut(strings.TrimPrefix(n.OutRequestNo, n.OutTradeNo+ownRefund), ofLine)
	line, err := strconv.Atoi(position)
	if err != nil {
		return 0
	}
	return line
}

// lineOutside is the line that a refund without a row is taken to be for; nil if it is of no
// particular line.
func (tx transaction) lineOutside(o Order, p Payment, n RefundNews) (*int64, error) {
	lost := n.lost() && p.State == PaymentPaid
	if lost && n.lineNamed() > 0 {
		line, err := tx.refundableLine(o, n.lineNamed())
		if errors.Is(err, ErrLineNotOpen) {
			return nil, nil
		}
		return &line.ID, err
	}
	line, err := tx.lineRequested(p, n.Amount)
	if err == nil && line == nil && lost {
		return tx.lineLost(o, n.Amount)
	}
	return line, err
}

// lineLost is the line that a lost refund gave back whose number names none: the only one of just that
// price that stands. Otherwise the student kept a course whose money has gone back.
func (tx transaction) lineLost(o Order, amount Fen) (*int64, error) {
	var lines []int64
	err := tx.Raw(`
		SELECT d.id FROM ly_order_detail d JOIN ly_user_course r ON r.order_detail_id = d.id AND r.revoked_at IS NULL
		WHERE d.order_id = ? AND d.real_price = ?
		AND NOT EXISTS (SELECT 1 FROM ly_refund f WHERE f.order_detail_id = d.id AND f.state <> ?) LIMIT 2`,
		o.ID, amount, RefundFailed).Scan(&lines).Error
	if err != nil || len(lines) != 1 {
		return nil, err
	}
	return &lines[0], nil
}

// lineRequested is a line of just that price with an open request, the oldest request first; nil if
// there is none. Otherwise that request stayed open, and approving it would pay the sum a second time.
func (tx transaction) lineRequested(p Payment, amount Fen) (*int64, error) {
	var lines []int64
	err := tx.Raw(`
		SELECT d.id FROM ly_refund_request q JOIN ly_order_detail d ON d.id = q.order_detail_id
		JOIN ly_payment p ON p.order_id = d.order_id
		WHERE p.id = ? AND p.state = ? AND q.state = ? AND d.real_price = ? ORDER BY q.created_at, q.id LIMIT 1`,
		p.ID, PaymentPaid, RequestOpen, amount).Scan(&lines).Error
	if err != nil || len(lines) == 0 {
		return nil, err
	}
	return &lines[0], nil
}

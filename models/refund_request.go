package models

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
)

// RequestState is the word in ly_refund_request.state.
type RequestState string

// The states of a student's request for a refund.
const (
	RequestOpen      RequestState = "open"      // staff have not decided yet
	RequestApproved  RequestState = "approved"  // there is a refund for it
	RequestRejected  RequestState = "rejected"  // staff have refused, with a reason
	RequestWithdrawn RequestState = "withdrawn" // the student has taken it back
)

// LineRequest is a student's request for the refund of an order line. A line has at most one, which a
// unique key enforces: asking again after taking it back opens the same row again.
type LineRequest struct {
	ID            int64
	OrderDetailID int64
	State         RequestState
	Reason        string
	Answer        string // staff's, to the student
	DecidedBy     string
	RefundID      *int64 // of an approved one
	CreatedAt     time.Time
	DecidedAt     *time.Time // or when it was taken back
}

// TableName names the table.
func (LineRequest) TableName() string { return "ly_refund_request" }

// RefundChoice is a line of a paid order, with what decides whether its student can ask for a refund.
type RefundChoice struct {
	LineView
	Watched   Watched   `gorm:"-"`
	Refunding bool      // a refund of the line is on its way or done
	Rest      Fen       // the part of the order's payment that has not gone back and is not on its way
	Points    int64     `gorm:"-"` // that return with the line
	Bar       RefundBar `gorm:"-"` // empty if a refund can be requested
}

// RefundChoices reads a student's own order and, for each of its lines, whether a refund can be
// requested. Errors: ErrNotFound; ErrNothingPaid if the order is not paid.
func (db *DB) RefundChoices(
	ctx context.Context, user int64, number string, rule RefundRule,
) (OrderView, []RefundChoice, error) {
	order, err := db.Order(ctx, user, number)
	if err != nil {
		return order, nil, err
	}
	if order.OrderStatus != OrderPaid {
		return order, nil, ErrNothingPaid
	}
	choices, err := readChoices(db.with(ctx), order.Order, rule, db.Now())
	return order, choices, err
}

func readChoices(g *gorm.DB, o Order, rule RefundRule, now time.Time) ([]RefundChoice, error) {
	var choices []RefundChoice
	err := g.Raw(`
		SELECT d.*, r.out_time, `+recordState+`, `+requestState+`,
		       EXISTS (SELECT 1 FROM ly_refund b WHERE b.order_detail_id = d.id AND b.state <> ?) AS refunding,
		       ? - (SELECT COALESCE(SUM(b.amount), 0) FROM ly_refund b JOIN ly_payment p ON p.id = b.payment_id
		            WHERE p.order_id = d.order_id AND p.state = ? AND b.state <> ?) AS rest
		FROM ly_order_detail d LEFT JOIN ly_user_course r ON r.order_detail_id = d.id`+requestJoin+`
		WHERE d.order_id = ? ORDER BY d.position`,
		RefundFailed, o.RealPrice, PaymentPaid, RefundFailed, o.ID).Scan(&choices).Error
	if err != nil {
		return nil, err
	}
	courses := make([]int64, len(choices))
	for i, c := range choices {
		courses[i] = c.CourseID
	}
	watched, err := readWatched(g, o.UserID, courses)
	for i := range choices {
		c := &choices[i]
		c.Watched, c.Points = watched[c.CourseID], o.pointsOf(c.OrderDetail)
		c.Bar = rule.bar(o, *c, now)
	}
	return choices, err
}

// RefundWish is what a student asks for.
type RefundWish struct {
	UserID      int64
	OrderNumber string
	Lines       []int // positions in the order, from 1
	Reason      string
}

// ErrRefundBarred means that a refund of a line cannot be requested. RefundBar says why.
var ErrRefundBarred = errors.New("no refund of that line can be requested")

// RequestRefund stores a request for each of the lines or, on an error, for none. A line that has an
// open request stays as it is, so a form that is sent twice asks once. It returns what the lines cost
// together. Errors: ErrNotFound, also for another student's order; ErrNothingPaid if the order is not
// paid; ErrLineNotOpen if it has no such line; ErrRefundBarred.
func (db *DB) RequestRefund(ctx context.Context, w RefundWish, rule RefundRule) (Fen, error) {
	var total Fen
	err := db.inTx(ctx, func(tx transaction) error {
		total = 0
		order, err := tx.lockOwnOrder(w.UserID, w.OrderNumber)
		if err != nil {
			return err
		}
		if order.OrderStatus != OrderPaid {
			return ErrNothingPaid
		}
		choices, err := readChoices(tx.DB, order, rule, tx.now)
		if err != nil {
			return err
		}
		for _, position := range slices.Compact(slices.Sorted(slices.Values(w.Lines))) {
			i := slices.IndexFunc(choices, func(c RefundChoice) bool { return c.Position == position })
			if i < 0 {
				return ErrLineNotOpen
			}
			if err := tx.requestRefund(choices[i], w.Reason); err != nil {
				return err
			}
			total += choices[i].RealPrice
		}
		return tx.sortByRequests(order)
	})
	return total, err
}

func (tx transaction) requestRefund(line RefundChoice, reason string) error {
	switch line.Bar {
	case "":
	case BarRequested:
		return nil
	default:
		return fmt.Errorf("line %d, %s: %w", line.Position, string(line.Bar), ErrRefundBarred)
	}
	again := tx.Model(&LineRequest{}).Where("order_detail_id = ? AND state = ?", line.ID, RequestWithdrawn).
		Updates(columns{"state": RequestOpen, "reason": reason, "created_at": tx.now, "decided_at": nil})
	if again.Error != nil || again.RowsAffected == 1 {
		return again.Error
	}
	return tx.Create(&LineRequest{OrderDetailID: line.ID, State: RequestOpen, Reason: reason, CreatedAt: tx.now}).Error
}

// WithdrawRefund takes back a student's open request for a line of their own order. A request that is
// not open stays as it is. Errors: ErrNotFound if the order is not theirs.
func (db *DB) WithdrawRefund(ctx context.Context, user int64, number string, line int) error {
	return db.inTx(ctx, func(tx transaction) error {
		order, err := tx.lockOwnOrder(user, number)
		if err != nil {
			return err
		}
		lines := tx.Model(&OrderDetail{}).Select("id").Where("order_id = ? AND position = ?", order.ID, line)
		err = tx.Model(&LineRequest{}).Where("order_detail_id IN (?) AND state = ?", lines, RequestOpen).
			Updates(columns{"state": RequestWithdrawn, "decided_at": tx.now}).Error
		if err != nil {
			return err
		}
		return tx.sortByRequests(order)
	})
}

// sortByRequests brings Order.RefundAsked up to date after a student has asked for a refund or has taken
// that back, and moves the order to its shelf. The caller has locked the order.
func (tx transaction) sortByRequests(o Order) error {
	var requests int64
	err := tx.Raw(`
		SELECT COUNT(*) FROM ly_refund_request q JOIN ly_order_detail d ON d.id = q.order_detail_id
		WHERE d.order_id = ? AND q.state <> ?`, o.ID, RequestWithdrawn).Scan(&requests).Error
	if err != nil || o.RefundAsked == (requests > 0) {
		return err
	}
	sorted := o
	sorted.RefundAsked = requests > 0
	err = tx.Model(&Order{}).Where("id = ?", o.ID).Update("refund_asked", sorted.RefundAsked).Error
	if err != nil {
		return err
	}
	return tx.reshelve(o, sorted.shelf())
}

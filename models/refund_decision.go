package models

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
)

// RefundDecision is what staff decide about a student's request.
type RefundDecision struct {
	By string
	// Reason is for the student. An approval may lack it; then Alipay is told the student's own.
	Reason string
}

// ErrDecided means that the request is not open any more.
var ErrDecided = errors.New("the request is not open")

// ApproveRefund approves a request and stores its refund, in one transaction. If the line has a
// refund already, from an earlier call or from elsewhere, it returns that one. Errors: ErrNotFound;
// ErrDecided if the request was rejected or taken back; and those of CreateRefund, after which the
// request is still open.
func (db *DB) ApproveRefund(ctx context.Context, id int64, d RefundDecision) (Refund, error) {
	var refund Refund
	err := db.inTx(ctx, func(tx transaction) error {
		refund = Refund{} // after a failed try, or the ORM would look for the refund of that try
		order, line, request, err := tx.lockRequest(id)
		if err != nil {
			return err
		}
		switch request.State {
		case RequestOpen:
		case RequestApproved:
			return tx.Take(&refund, "id = ?", request.RefundID).Error
		default:
			return ErrDecided
		}
		wanted := NewRefund{
			OrderNumber: order.OrderNumber, Line: line.Position, Reason: request.Reason, By: d.By, act: ActApproveRefund,
		}
		if d.Reason != "" {
			wanted.Reason = d.Reason
		}
		if refund, err = tx.createRefund(order, wanted); err != nil {
			return err
		}
		return tx.Model(&LineRequest{}).Where("id = ?", id).Update("answer", cut(d.Reason, 255)).Error
	})
	return refund, err
}

// RejectRefund rejects a request; rejecting it again changes nothing. Errors: ErrNotFound; ErrDecided
// if the request was approved or taken back.
func (db *DB) RejectRefund(ctx context.Context, id int64, d RefundDecision) error {
	return db.inTx(ctx, func(tx transaction) error {
		order, _, request, err := tx.lockRequest(id)
		switch {
		case err != nil:
			return err
		case request.State == RequestRejected:
			return nil
		case request.State != RequestOpen:
			return ErrDecided
		}
		err = tx.Model(&LineRequest{}).Where("id = ?", id).Updates(columns{
			"state": RequestRejected, "answer": cut(d.Reason, 255), "decided_by": cut(d.By, 64), "decided_at": tx.now,
		}).Error
		if err != nil {
			return err
		}
		return tx.noteAct(StaffAct{DoneBy: d.By, Act: ActRejectRefund, OrderNumber: order.OrderNumber, Note: d.Reason})
	})
}

// lockRequest locks the order of a request, as everybody does who changes a request, and reads order,
// line and request.
func (tx transaction) lockRequest(id int64) (Order, OrderDetail, LineRequest, error) {
	var order Order
	var line OrderDetail
	var request LineRequest
	err := tx.Raw(`
		SELECT d.* FROM ly_order_detail d JOIN ly_refund_request q ON q.order_detail_id = d.id
		WHERE q.id = ?`, id).Take(&line).Error
	if err != nil {
		return order, line, request, found(err)
	}
	if err := lockRows(tx.DB).Take(&order, "id = ?", line.OrderID).Error; err != nil {
		return order, line, request, err
	}
	return order, line, request, tx.Take(&request, "id = ?", id).Error
}

// grantRequests approves the students' requests for the lines that a refund gives back, whoever asked
// for that refund. This is the only way for a request to become approved. Requests that were taken
// back stay so.
func (tx transaction) grantRequests(r Refund, lines ...int64) error {
	return tx.Model(&LineRequest{}).Where("order_detail_id IN ? AND state <> ?", lines, RequestWithdrawn).Updates(columns{
		"state": RequestApproved, "refund_id": r.ID, "decided_by": cut(r.RequestedBy, 64), "decided_at": tx.now,
	}).Error
}

// RefundRequest is a request as staff see it.
type RefundRequest struct {
	ID          int64
	State       RequestState
	OrderNumber string
	Position    int // of the line
	CourseID    int64
	CourseName  string
	RealPrice   Fen
	UserID      int64
	Username    string
	Reason      string
	Answer      string // staff's, to the student
	DecidedBy   string // empty while it is open, and if the student has taken it back
	CreatedAt   time.Time
	Watched     Watched `gorm:"-"` // not read by RefundRequestByID
}

const refundRequests = `
	SELECT q.id, q.state, o.order_number, d.position, d.course_id, d.course_name, d.real_price,
	       o.user_id, u.username, q.reason, q.answer, q.decided_by, q.created_at
	FROM ly_refund_request q JOIN ly_order_detail d ON d.id = q.order_detail_id
	JOIN ly_order o ON o.id = d.order_id JOIN ly_user u ON u.id = o.user_id `

// OpenRefundRequests lists up to limit requests that wait for a decision, the oldest first. total is
// how many there are in all.
func (db *DB) OpenRefundRequests(ctx context.Context, limit int) (open []RefundRequest, total int, err error) {
	g := db.with(ctx)
	if err := g.Raw("SELECT COUNT(*) FROM ly_refund_request WHERE state = ?", RequestOpen).Scan(&total).Error; err != nil {
		return nil, 0, err
	}
	err = g.Raw(refundRequests+"WHERE q.state = ? ORDER BY q.created_at, q.id LIMIT ?",
		RequestOpen, limit).Scan(&open).Error
	if err != nil {
		return nil, 0, err
	}
	return open, total, tellWatched(g, open)
}

// tellWatched fills in how much of its course each student has opened.
func tellWatched(g *gorm.DB, requests []RefundRequest) error {
	for i, r := range requests {
		watched, err := readWatched(g, r.UserID, []int64{r.CourseID})
		if err != nil {
			return err
		}
		requests[i].Watched = watched[r.CourseID]
	}
	return nil
}

// RefundRequestsOf lists the requests of an order in every state, sorted by line.
func (db *DB) RefundRequestsOf(ctx context.Context, number string) ([]RefundRequest, error) {
	var requests []RefundRequest
	g := db.with(ctx)
	err := g.Raw(refundRequests+"WHERE o.order_number = ? ORDER BY d.position", number).Scan(&requests).Error
	if err != nil {
		return nil, err
	}
	return requests, tellWatched(g, requests)
}

// RefundRequestByID reads a request. Errors: ErrNotFound.
func (db *DB) RefundRequestByID(ctx context.Context, id int64) (RefundRequest, error) {
	var request RefundRequest
	err := db.with(ctx).Raw(refundRequests+"WHERE q.id = ?", id).Take(&request).Error
	return request, found(err)
}

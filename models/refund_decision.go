package models

import (
	"context"
	"errors"
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

package models

import (
	"context"
	"time"

	"gorm.io/gorm"
)

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

package models

import "time"

// RequestStep is how far a request for a refund has come, as the student reads it. The empty one means
// that there is no request.
type RequestStep string

// The steps.
const (
	StepRequested RequestStep = "asked"
	StepRefunding RequestStep = "refunding"
	StepRefunded  RequestStep = "refunded"
	StepFailed    RequestStep = "failed" // Alipay refuses for good
	StepRejected  RequestStep = "rejected"
)

// String is the text for the student.
func (s RequestStep) String() string {
	switch s {
	case StepRequested:
		return "申请中"
	case StepRefunding:
		return "退款中"
	case StepRefunded:
		return "已退款"
	case StepFailed:
		return "退款未成功，客服会与您联系"
	case StepRejected:
		return "已拒绝"
	default:
		return ""
	}
}

// RequestView is the request of an order line with the state of its refund. The zero value means that
// there is no request.
type RequestView struct {
	State       RequestState
	Reason      string // read only for the order's own page, like the times
	Answer      string
	CreatedAt   *time.Time
	DecidedAt   *time.Time
	RefundState RefundState // of the refund that it led to
}

// Step is how far the request has come. A request that was taken back counts as none.
func (r RequestView) Step() RequestStep {
	switch {
	case r.State == RequestOpen:
		return StepRequested
	case r.State == RequestRejected:
		return StepRejected
	case r.State != RequestApproved:
		return ""
	case r.RefundState == RefundDone:
		return StepRefunded
	case r.RefundState == RefundFailed:
		return StepFailed
	default:
		return StepRefunding
	}
}

// requestState is the part of a SELECT that fills a list's RequestView from requestJoin.
const requestState = `COALESCE(q.state, '') AS request_state, COALESCE(q.answer, '') AS request_answer,
	COALESCE(f.state, '') AS request_refund_state`

// requestJoin joins the order line d with its request q and the request's refund f, if there are any.
const requestJoin = ` LEFT JOIN ly_refund_request q ON q.order_detail_id = d.id
	LEFT JOIN ly_refund f ON f.id = q.refund_id`

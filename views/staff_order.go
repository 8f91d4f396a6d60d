package views

import (
	"fmt"
	"time"

	"luffy/models"
)

// StaffOrder is the page GET /staff/orders/:number: all that the shop knows of an order.
type StaffOrder struct {
	Page
	Order    Order
	Student  string
	Mobile   string     // of the student; empty if they did not give it
	Left     models.Fen // what of the payment can still be given back
	Lines    []StaffLine
	Tasks    []RefundTask // open requests for lines of the order
	Owed     []OwedRefund
	Held     []HeldPayment
	Odd      []BillDifference // open differences about its attempts
	Attempts []Attempt        // oldest first, like the next two
	Refunds  []StaffRefund
	Messages []Message
	Acts     []Act // what staff did about the order, newest first
}

// path is the address of the page.
func (p StaffOrder) path() string { return staffOrderPath(p.Order.Number) }

// waits reports whether something of the order waits for somebody.
func (p StaffOrder) waits() bool { return len(p.Tasks)+len(p.Owed)+len(p.Held)+len(p.Odd) > 0 }

// StaffLine is a line of an order.
type StaffLine struct {
	Position   int
	Course     string
	Term       string
	Amount     models.Fen
	Access     Access
	Until      time.Time // end of the right; zero with a right is for ever
	Request    LineRequest
	Reason     string // the student's, for a refund
	Refundable bool
}

// accessText says what the line opens today.
func (l StaffLine) accessText() string {
	switch {
	case l.Access == AccessWithdrawn:
		return "已收回"
	case l.Access == AccessNone:
		return "未开通"
	case l.Until.IsZero():
		return "永久有效"
	case l.Access == AccessExpired:
		return "已过期（" + minuteText(l.Until) + "）"
	default:
		return "至 " + minuteText(l.Until)
	}
}

// Attempt is an attempt to pay.
type Attempt struct {
	OutTradeNo  string
	State       models.PaymentState
	Amount      models.Fen
	TradeNo     string // empty until known
	TradeStatus string // Alipay's last word; empty before it was asked
	BegunAt     time.Time
	AskedAt     time.Time
	PaidAt      time.Time
}

// StaffRefund is a refund of an order.
type StaffRefund struct {
	OutRequestNo string
	State        models.RefundState
	Amount       models.Fen
	Course       string // of the line; empty for a bare sum
	Cause        models.RefundCause
	By           string
	Reason       string
	At           time.Time
	DoneAt       time.Time
	Error        string // why it is not done yet
	SettledBy    string // who of the staff paid it by other means
	Note         string // how
}

// occasion says why the money goes back, and who decided that.
func (r StaffRefund) occasion() string {
	if r.Cause.Outside() {
		return causeWord(r.Cause)
	}
	return causeWord(r.Cause) + "，" + orDash(doerWord(r.Cause, r.By))
}

// outcome says how far the refund has come.
func (r StaffRefund) outcome() string {
	switch {
	case r.SettledBy != "":
		return "已用其他方式退款（" + r.SettledBy + "：" + r.Note + "）"
	case r.State == models.RefundDone:
		return "已原路退回"
	case r.State == models.RefundFailed:
		return "支付宝拒绝：" + r.Error
	case r.Error != "":
		return "还没有完成，会自动再试：" + r.Error
	default:
		return "正在退回"
	}
}

// code is the state's name in the style sheet.
func (r StaffRefund) code() string {
	switch r.State {
	case models.RefundDone:
		return "good"
	case models.RefundFailed:
		return "bad"
	default:
		return "wait"
	}
}

// Message is what Alipay, or somebody in its name, said of an order.
type Message struct {
	ID          int64
	At          time.Time
	Source      models.Source
	OutTradeNo  string
	TradeNo     string
	TradeStatus string
	Verdict     models.Verdict
	Reason      string
}

// StaffSearch is the page GET /staff/orders.
type StaffSearch struct {
	Page
	Query   string
	Student string // whose orders were found; empty where nothing was
	Orders  []FoundOrder
	Most    int // how many of a student's orders are listed at most
}

// FoundOrder is an order of the student that was searched for.
type FoundOrder struct {
	Number   string
	Title    string
	Status   models.OrderStatus
	Total    models.Fen
	Refunded models.Fen
	PlacedAt time.Time
}

// GiveBack is the page GET /staff/orders/:number/refund, and a refused POST to it: it asks once more
// before money goes back.
type GiveBack struct {
	Page
	Number    string
	Student   string
	Line      int    // the line that is given back; 0 for a bare sum
	Course    string // of that line
	Amount    models.Fen
	Left      models.Fen // what can be given back before this refund
	Whole     bool       // it is all that is left
	Ends      []string   // courses that can no longer be learnt afterwards
	Coupon    string     // that comes back with it; empty for none
	Points    bool       // points come back with it
	Key       string     // names this refund, so that the form sent twice is one
	Reason    string
	MaxReason int // characters
	Errors    FieldErrors
}

// subject names what is given back.
func (p GiveBack) subject() string {
	switch {
	case p.Course != "":
		return "《" + p.Course + "》"
	case p.Whole:
		return "订单的全部余款"
	default:
		return "一笔款项"
	}
}

// returns says what else comes back to the student.
func (p GiveBack) returns() string {
	switch {
	case p.Coupon != "" && p.Points:
		return fmt.Sprintf("优惠券（%s）和积分随之退还。", p.Coupon)
	case p.Coupon != "":
		return fmt.Sprintf("优惠券（%s）随之退还。", p.Coupon)
	case p.Points && p.Whole:
		return "剩余的积分随之退还。"
	case p.Points:
		return "这门课程分摊的积分随之退还。"
	default:
		return ""
	}
}

package views

import (
	"fmt"
	"slices"
	"time"

	"luffy/models"
)

// RefundTerms is the shop's rule for refunds, applied to one order. The zero value shows nothing.
type RefundTerms struct {
	Days    int
	Watched int       // percent of a course's lessons
	LastDay time.Time // the last day on which a refund of the order can be requested
	Offered bool      // the days are not over, and a refund of some line can still be requested
}

// refundPromise says the rule to who has not paid yet.
func refundPromise(r models.RefundRule) string {
	return fmt.Sprintf("付款后 %d 天内，打开过的课时不到 %d%%，可以申请退款", r.Days, r.Watched)
}

// LineRequest is a student's request for the refund of a line. The zero value means that there is none.
type LineRequest struct {
	Step   models.RequestStep
	Answer string // the reason that staff gave; empty for none
}

// text says how far the request has come, with the reason if staff have rejected it.
func (r LineRequest) text() string {
	if r.answered() {
		return "退款申请" + r.Step.String() + "：" + r.Answer
	}
	return r.sign()
}

// sign says in a few words how far the request has come.
func (r LineRequest) sign() string { return "退款申请：" + r.Step.String() }

// answered reports whether staff have rejected the request with a reason.
func (r LineRequest) answered() bool { return r.Step == models.StepRejected && r.Answer != "" }

// code is the step's name in the style sheet.
func (r LineRequest) code() string {
	if r.Step == models.StepRequested || r.Step == models.StepRefunding {
		return "wait"
	}
	return "closed"
}

// asked reports whether a request of the order waits for a decision.
func (o *Order) asked() bool {
	for _, line := range o.Lines {
		if line.Request.Step == models.StepRequested {
			return true
		}
	}
	return false
}

// refundable reports whether the order links to its refund page.
func (o *Order) refundable() bool { return o.Refund.Offered || o.asked() }

// undecided reports whether the refund rule still matters: it does not once staff have decided about
// every line. Who was refused must not read that they can ask.
func (o *Order) undecided() bool {
	return o.Refund.Days > 0 && slices.ContainsFunc(o.Lines, func(l OrderLine) bool {
		return l.Price > 0 && (l.Request.Step == "" || l.Request.Step == models.StepRequested)
	})
}

// refundText is the text of that link.
func (o *Order) refundText() string {
	if o.Refund.Offered {
		return "申请退款"
	}
	return "查看退款申请"
}

func (o *Order) refundPath() string { return o.path() + "/refund" }

// Refund is the page GET /orders/:number/refund of a paid order, and a refused POST to it.
type Refund struct {
	Page
	Order     Order
	Lines     []RefundLine
	Reasons   []RefundReason
	Reason    string // the Value of the chosen reason
	Detail    string
	MaxDetail int         // characters
	Errors    FieldErrors // of line, reason and detail
}

// RefundLine is an order line with what can be refunded of it.
type RefundLine struct {
	Position int
	Name     string
	Picture  string
	Term     string
	Amount   models.Fen
	Points   int64 // that come back with the line
	Seen     int   // how many lessons were opened
	Lessons  int
	Bar      models.RefundBar // why no refund can be requested; empty if it can
	Request  LineRequest
	Chosen   bool
}

// RefundReason is one of the reasons that the form offers.
type RefundReason struct{ Value, Text string }

// open lists the lines whose refund can be requested.
func (r Refund) open() []RefundLine {
	return r.linesWhere(func(l RefundLine) bool { return l.Bar == "" })
}

// closed lists the lines whose refund cannot be requested.
func (r Refund) closed() []RefundLine {
	return r.linesWhere(func(l RefundLine) bool { return l.Bar != "" })
}

func (r Refund) linesWhere(holds func(RefundLine) bool) []RefundLine {
	var lines []RefundLine
	for _, l := range r.Lines {
		if holds(l) {
			lines = append(lines, l)
		}
	}
	return lines
}

// givesBack says what comes back with the line.
func (l RefundLine) givesBack() string {
	if l.Points > 0 {
		return fmt.Sprintf("退 %s 和 %d 积分", l.Amount.Yuan(), l.Points)
	}
	return "退 " + l.Amount.Yuan()
}

// watched says how much of the course was opened.
func (l RefundLine) watched() string {
	if l.Lessons == 0 {
		return l.Term
	}
	return fmt.Sprintf("%s，已打开 %d / %d 课时", l.Term, l.Seen, l.Lessons)
}

// standing says how far the line's refund request has come or, without one, why none can be made.
func (l RefundLine) standing() string {
	if l.Request.Step != "" {
		return l.Request.text()
	}
	return l.Bar.String()
}

package views

import (
	"fmt"
	"time"

	"luffy/models"
)

// Desk is the page GET /staff: what waits for somebody. Each list holds those that wait longest, and
// Totals says how many there are of its kind.
type Desk struct {
	Page
	Requests    []RefundTask
	Owed        []OwedRefund
	Overdue     []OwedRefund
	Held        []HeldPayment
	Differences []BillDifference
	MissingDays []string // yyyy-MM-dd, the latest first
	NotifyURL   string   // where Alipay should reach the shop
	Totals      DeskTotals
}

// DeskTotals count what waits, of each kind.
type DeskTotals struct {
	Requests, Owed, Overdue, Held, Differences, MissingDays int

	Refunding  int // refunds on their way, which nobody has to do anything about
	Unnotified int // of the latest models.NotifyWatched payments, those that no notify told of
}

// waiting is how much waits for somebody.
func (t DeskTotals) waiting() int {
	n := t.Requests + t.Owed + t.Overdue + t.Held + t.Differences + t.MissingDays
	if t.deaf() {
		n++
	}
	return n
}

// deaf tells whether Alipay's notifies seem not to arrive at all.
func (t DeskTotals) deaf() bool { return t.Unnotified >= models.NotifyWatched }

// title tells how much waits, also in a tab that is not in front.
func (t DeskTotals) title() string {
	if t.waiting() == 0 {
		return "工作台：没有待处理"
	}
	return fmt.Sprintf("工作台：%d 项待处理", t.waiting())
}

// RefundTask is a student's request for a refund that waits for a decision.
type RefundTask struct {
	ID          int64
	OrderNumber string
	Student     string
	Course      string
	Amount      models.Fen
	Seen        int // lessons opened
	Lessons     int
	Reason      string
	AskedAt     time.Time
}

// watched says how much of the course was opened.
func (t RefundTask) watched() string {
	if t.Lessons == 0 {
		return "课程没有课时"
	}
	return fmt.Sprintf("已打开 %d / %d 课时", t.Seen, t.Lessons)
}

// OwedRefund is a refund that Alipay refused for good, or has not carried out for too long.
type OwedRefund struct {
	ID           int64
	OutRequestNo string
	OrderNumber  string
	Student      string
	Course       string
	Amount       models.Fen
	Error        string // why
	Since        time.Time
}

// HeldPayment is money of another sum than its order asks for.
type HeldPayment struct {
	OrderNumber string
	TradeNo     string
	Student     string
	Asked, Came models.Fen
	PaidAt      time.Time
}

// BillDifference is a difference between Alipay's bill and the shop. A nil sum means that this side
// has nothing of it.
type BillDifference struct {
	ID           int64
	Date         string
	Kind         models.DifferenceKind
	OutTradeNo   string
	TradeNo      string
	OutRequestNo string
	Alipay, Shop *models.Fen
	Action       string // what was done about it
	SettledBy    string // who of the staff did
	ClosedAt     time.Time
}

// sumText shows one side's sum of a difference.
func sumText(f *models.Fen) string {
	if f == nil {
		return "没有"
	}
	return f.Yuan()
}

// closer says who closed a difference and how.
func (d BillDifference) closer() string {
	if d.SettledBy == "" {
		return "自动核对：" + d.Action
	}
	return d.SettledBy + "：" + d.Action
}

func staffOrderPath(number string) string { return "/staff/orders/" + number }

func billPath(date string) string { return "/staff/bills?date=" + date }

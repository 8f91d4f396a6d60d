package views

import (
	"time"

	"luffy/models"
)

// Movements is the page GET /staff/movements: the payments and refunds of a day one by one.
type Movements struct {
	Page
	Date  string // yyyy-MM-dd
	Rows  []Movement
	Pager Pager
}

// title names the page.
func (p Movements) title() string { return p.Date + " 的收款和退款" }

// Movement is money that came from a student or went back.
type Movement struct {
	At          time.Time
	OrderNumber string
	Student     string
	Title       string
	Amount      models.Fen // negative if it went back
	State       models.PaymentState
	PaidAt      time.Time
	Reason      string // of a refund
	Cause       models.RefundCause
	RequestedBy string    // who of the staff gave it back, unless the cause says that nobody did
	AskedAt     time.Time // when
	SettledBy   string    // who of the staff paid the refund by other means
	Note        string    // how
}

// came says that the money came; otherwise it went back.
func (m Movement) came() bool { return m.Amount > 0 }

// text says what the money was.
func (m Movement) text() string {
	switch {
	case m.came():
		return "收款：" + attemptWord(m.State)
	case m.SettledBy != "":
		return "用其他方式退款（" + m.SettledBy + "：" + m.Note + "）"
	default:
		return "退款：" + orDash(m.Reason)
	}
}

// begun says who began a refund; the time follows.
func (m Movement) begun() string {
	return "由 " + orDash(doerWord(m.Cause, m.RequestedBy)) + " 发起于 "
}

func movementsPath(date string) string { return "/staff/movements?date=" + date }

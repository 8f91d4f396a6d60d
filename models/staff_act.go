package models

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// ActKind is the word in ly_staff_act.act: what somebody of the staff did.
type ActKind string

// The kinds of acts.
const (
	ActRefund           ActKind = "refund"            // gave money back
	ActApproveRefund    ActKind = "approve_refund"    // granted a student's request
	ActRejectRefund     ActKind = "reject_refund"     // refused one
	ActSettleRefund     ActKind = "settle_refund"     // paid by other means what Alipay had refused
	ActAsk              ActKind = "ask"               // asked Alipay about an order
	ActCompare          ActKind = "compare"           // compared a day's bill
	ActSettleDifference ActKind = "settle_difference" // closed a difference of a bill
	ActExport           ActKind = "export"            // had the table of a month or a day
)

// StaffAct is one thing that staff did, on their pages or by a command. Rows are only ever added. One
// that changes money is stored in the transaction of that change; one that asks or reads is stored
// before, so that nothing is done that is not recorded.
type StaffAct struct {
	ID          int64
	DoneAt      time.Time
	DoneBy      string // the name of an account, or user@machine of who ran a command; no account has an @
	Act         ActKind
	OrderNumber string // the order that it is about; empty for none
	Period      string // the day or the month that it is about, as ParsePeriod reads it; empty for none
	Amount      Fen    // the sum that goes back by it; 0 for none
	Note        string // the reason, or what was done
}

// TableName names the table.
func (StaffAct) TableName() string { return "ly_staff_act" }

// NoteAct stores an act that changes nothing else. It sets the act's time.
func (db *DB) NoteAct(ctx context.Context, a StaffAct) error {
	return transaction{db.with(ctx), db.Now()}.noteAct(a)
}

func (tx transaction) noteAct(a StaffAct) error {
	a.DoneAt, a.DoneBy, a.Note = tx.now, cut(a.DoneBy, 64), cut(a.Note, 255)
	return tx.Create(&a).Error
}

// ActsOf lists the latest acts about an order, newest first.
func (db *DB) ActsOf(ctx context.Context, number string, limit int) ([]StaffAct, error) {
	return latestActs(db.with(ctx).Where("order_number = ?", number), limit)
}

// ActsIn lists the latest acts about a day or a month, newest first. Those about a day of the month are
// not among the month's.
func (db *DB) ActsIn(ctx context.Context, period string, limit int) ([]StaffAct, error) {
	return latestActs(db.with(ctx).Where("period = ?", period), limit)
}

// ActsBefore lists the acts that came just before the one with that ID, newest first; with 0 the
// latest of all.
func (db *DB) ActsBefore(ctx context.Context, id int64, limit int) ([]StaffAct, error) {
	g := db.with(ctx)
	if id > 0 {
		g = g.Where("id < ?", id)
	}
	return latestActs(g, limit)
}

func latestActs(g *gorm.DB, limit int) ([]StaffAct, error) {
	var acts []StaffAct
	err := g.Order("id DESC").Limit(limit).Find(&acts).Error
	return acts, err
}

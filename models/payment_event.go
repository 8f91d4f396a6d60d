package models

import (
	"context"
	"time"
)

// Source is the word in ly_payment_event.source: how the shop learned of something at Alipay.
type Source string

// The sources.
const (
	SourceNotify Source = "notify"
	SourceReturn Source = "return"
	SourceQuery  Source = "query"
)

// Verdict is the word in ly_payment_event.verdict: what the shop made of the message.
type Verdict string

// The verdicts.
const (
	VerdictAccepted  Verdict = "accepted"  // it fulfilled the order
	VerdictDuplicate Verdict = "duplicate" // genuine; this trade had fulfilled the order before
	VerdictNoted     Verdict = "noted"     // genuine; nothing is to be done
	VerdictHeld      Verdict = "held"      // a genuine payment that the order could not take; staff must look
	VerdictRefused   Verdict = "refused"   // not believed
	VerdictFailed    Verdict = "failed"    // genuine, but the shop could not work on it; it must come again
)

// PaymentEvent is one message of Alipay as it reached the shop. Rows are only ever added. The fields
// of a refused message prove nothing: anybody may have sent it. No more of those are stored than
// LimitRefused admits.
type PaymentEvent struct {
	ID          int64
	ReceivedAt  time.Time
	Source      Source
	NotifyID    string
	OutTradeNo  string
	TradeNo     string
	TradeStatus string
	Verdict     Verdict
	Reason      string // a short English word or two; see package payment
	Raw         []byte
}

// TableName names the table.
func (PaymentEvent) TableName() string { return "ly_payment_event" }

// RecordEvent stores a message that changed nothing else.
func (db *DB) RecordEvent(ctx context.Context, e PaymentEvent) error {
	e.fit()
	return db.with(ctx).Exec(insertEvent, e.values()...).Error
}

const insertEvent = `INSERT INTO ly_payment_event
	(received_at, source, notify_id, out_trade_no, trade_no, trade_status, verdict, reason, raw)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`

// values are the arguments of insertEvent.
func (e PaymentEvent) values() []any {
	return []any{e.ReceivedAt, e.Source, e.NotifyID, e.OutTradeNo, e.TradeNo, e.TradeStatus, e.Verdict, e.Reason, e.Raw}
}

// Returns counts how often the buyer's browser came back from Alipay with a genuine return of this attempt,
// as far as that is stored.
func (db *DB) Returns(ctx context.Context, outTradeNo string) (int64, error) {
	var n int64
	err := db.with(ctx).Model(&PaymentEvent{}).
		Where("out_trade_no = ? AND source = ? AND verdict = ?", outTradeNo, SourceReturn, VerdictNoted).
		Count(&n).Error
	return n, err
}

// Message reads a message with its bytes as they came. Errors: ErrNotFound.
func (db *DB) Message(ctx context.Context, id int64) (PaymentEvent, error) {
	var m PaymentEvent
	err := db.with(ctx).Take(&m, "id = ?", id).Error
	return m, found(err)
}

// fit cuts the fields to the widths of their columns: strangers can send longer ones.
func (e *PaymentEvent) fit() {
	e.NotifyID = cut(e.NotifyID, 128)
	e.OutTradeNo = cut(e.OutTradeNo, 64)
	e.TradeNo = cut(e.TradeNo, 64)
	e.TradeStatus = cut(e.TradeStatus, 32)
	e.Reason = cut(e.Reason, 64)
	if e.Raw == nil {
		e.Raw = []byte{}
	}
}

func cut(s string, characters int) string {
	runes := []rune(s)
	return string(runes[:min(len(runes), characters)])
}

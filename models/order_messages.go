package models

import "context"

// OrderMessages lists the messages of Alipay about an order that its student may see: that the buyer
// came back, that a payment fulfilled the order, and payments that it could not take. What Alipay told
// several times, or in several ways, is listed once, at its first time. Raw is not read.
func (db *DB) OrderMessages(ctx context.Context, o OrderView) ([]PaymentEvent, error) {
	var messages []PaymentEvent
	err := db.with(ctx).Raw(`
		SELECT e.id, e.received_at, e.source, e.out_trade_no, e.trade_no, e.verdict, e.reason
		FROM ly_payment_event e JOIN (
			SELECT MIN(id) AS id FROM ly_payment_event
			WHERE out_trade_no IN ? AND (verdict IN ? OR (source = ? AND verdict = ?))
			GROUP BY out_trade_no, trade_no, verdict) told ON told.id = e.id
		ORDER BY e.id`,
		o.outTradeNos(), []Verdict{VerdictAccepted, VerdictHeld}, SourceReturn, VerdictNoted).Scan(&messages).Error
	return messages, err
}

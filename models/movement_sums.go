package models

import "context"

// MovementSums counts movements and adds them up.
type MovementSums struct {
	Trades, Refunds, Elsewhere int // Elsewhere counts the refunds that staff paid by other means
	Came, Back, Other          Fen // the sums of Trades, Refunds and Elsewhere, none negative
}

// Total counts all movements.
func (s MovementSums) Total() int { return s.Trades + s.Refunds + s.Elsewhere }

// Net is what came less what went back.
func (s MovementSums) Net() Fen { return s.Came - s.Back - s.Other }

// SumMovements counts and adds up the movements of a period at the database, which reads none of their
// rows into memory: a busy day has tens of thousands. It is what Add makes of EachMovement.
func (db *DB) SumMovements(ctx context.Context, p Period) (MovementSums, error) {
	var sums MovementSums
	err := db.with(ctx).Raw(`
		SELECT came.trades, came.came, back.refunds, back.back, back.elsewhere, back.other
		FROM (SELECT COUNT(*) AS trades, COALESCE(SUM(amount), 0) AS came FROM ly_payment
		      WHERE trade_no IS NOT NULL AND paid_at >= ? AND paid_at < ?) came,
		     (SELECT COUNT(CASE WHEN settled_by = '' THEN 1 END) AS refunds,
		             COALESCE(SUM(CASE WHEN settled_by = '' THEN amount END), 0) AS back,
		             COUNT(CASE WHEN settled_by <> '' THEN 1 END) AS elsewhere,
		             COALESCE(SUM(CASE WHEN settled_by <> '' THEN amount END), 0) AS other FROM ly_refund
		      WHERE state = ? AND done_at >= ? AND done_at < ?) back`,
		p.From.UTC(), p.To.UTC(), RefundDone, p.From.UTC(), p.To.UTC()).Scan(&sums).Error
	return sums, err
}

// Add counts a movement. A table that is written from movements is summed up by it, so that its sums
// are those of its rows, whatever moves meanwhile.
func (s *MovementSums) Add(m Movement) {
	switch {
	case m.OutRequestNo == "":
		s.Trades++
		s.Came += m.Amount
	case m.SettledBy == "":
		s.Refunds++
		s.Back -= m.Amount
	default:
		s.Elsewhere++
		s.Other -= m.Amount
	}
}

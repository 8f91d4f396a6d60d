package sandbox

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// DefaultRefundWindow is for how long a trade can be refunded unless the Config says otherwise.
const DefaultRefundWindow = 90 * 24 * time.Hour

// age applies to a trade what the time that has passed does to it. Every access to a trade goes through
// here, so that its state does not depend on when the worker last ran. s.mu is held.
func (s *Sandbox) age(t *Trade, now time.Time) {
	if t.Status == WaitBuyerPay && expired(t.ExpiresAt, now) {
		s.endUnpaid(t, t.ExpiresAt)
	}
	s.settleRefunds(t, now)
	if end := t.PaidAt.Add(s.cfg.RefundWindow); t.Status == TradeSuccess && !t.refunding() && expired(end, now) {
		t.Status, t.FinishedAt = TradeFinished, end
		s.save(record{Trade: t})
		s.emit(t, TradeFinished, nil)
	}
}

// ageAll brings every trade to the present. s.mu is held.
func (s *Sandbox) ageAll(now time.Time) {
	for _, t := range inOrder(s.state.waiting) {
		s.age(t, now)
	}
	for _, t := range inOrder(s.state.refunding) {
		s.age(t, now)
	}
	// There are many paid trades, and months pass before the first of them ends.
	if first := s.state.firstPaid; first.IsZero() || !expired(first.Add(s.cfg.RefundWindow), now) {
		return
	}
	s.state.firstPaid = time.Time{}
	for _, t := range inOrder(s.state.paid) {
		s.age(t, now)
		s.state.noteFirstPaid(t)
	}
}

// inOrder sorts trades, so that the same steps always cause the same events in the same order.
func inOrder(trades map[string]*Trade) []*Trade {
	return slices.SortedFunc(maps.Values(trades), func(a, b *Trade) int { return cmp.Compare(a.OutTradeNo, b.OutTradeNo) })
}

// endUnpaid closes a trade that was never paid. s.mu is held.
func (s *Sandbox) endUnpaid(t *Trade, at time.Time) {
	t.Status, t.ClosedAt = TradeClosed, at
	s.save(record{Trade: t})
	s.emit(t, TradeClosed, nil)
}

func expired(deadline, now time.Time) bool { return !deadline.IsZero() && !now.Before(deadline) }

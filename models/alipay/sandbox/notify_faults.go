package sandbox

import (
	"strconv"
	"time"
)

// applyScheduleFaults changes the plan of a new event. s.mu is held.
func (s *Sandbox) applyScheduleFaults(e *Event) {
	on := faulty{outTradeNo: e.OutTradeNo}
	if _, hit := s.takeFault(NotifyDrop, on); hit {
		e.State = EventDropped
		return
	}
	if f, hit := s.takeFault(NotifyDelay, on); hit {
		e.NextAt = e.NextAt.Add(durationOr(f.Value, time.Minute))
	}
	if !e.isPayment() {
		return
	}
	for _, name := range []string{NotifyReorder, NotifyAfterReturn} {
		if _, hit := s.takeFault(name, on); hit {
			e.State, e.HeldFor = EventHeld, name
			return
		}
	}
}

// releaseAfter releases what waited for the delivery of e. s.mu is held.
func (s *Sandbox) releaseAfter(e *Event) {
	if !e.isRefund() {
		return
	}
	for _, held := range s.state.pending {
		if held.HeldFor == NotifyReorder && held.OutTradeNo == e.OutTradeNo {
			s.release(held, s.clock.now())
		}
	}
}

// releaseReturned releases, two seconds later, what waited for the buyer to be sent back.
func (s *Sandbox) releaseReturned(outTradeNo string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, held := range s.state.pending {
		if held.HeldFor == NotifyAfterReturn && held.OutTradeNo == outTradeNo {
			s.release(held, s.clock.now().Add(2*time.Second))
		}
	}
}

func (s *Sandbox) release(e *Event, at time.Time) {
	if e.State != EventHeld {
		return
	}
	e.State, e.HeldFor, e.NextAt = EventQueued, "", at
	s.save(record{Event: e})
	s.wakeWorker()
}

// isPayment tells whether the event is a payment, and not a refund or a closing.
func (e *Event) isPayment() bool { return e.Fields["trade_status"] == TradeSuccess && !e.isRefund() }

// durationOr reads a fault's value, which was checked when it was switched on.
func durationOr(value string, otherwise time.Duration) time.Duration {
	if d, err := time.ParseDuration(value); err == nil {
		return d
	}
	return otherwise
}

// atoi reads a number. Any other text counts as 0.
func atoi(value string) int {
	n, err := strconv.Atoi(value)
	if err != nil {
		return 0
	}
	return n
}

package sandbox

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"
)

const (
	parallelDeliveries = 32
	workerTick         = 200 * time.Millisecond
)

// Run delivers notifies and ends what is due until ctx ends, and returns when its last delivery has
// stopped. A delivery that is cut off that way does not count and is made again by the next Run.
func (s *Sandbox) Run(ctx context.Context) error {
	var inFlight sync.WaitGroup
	defer inFlight.Wait()
	slots := make(chan struct{}, parallelDeliveries)
	tick := time.NewTicker(workerTick)
	defer tick.Stop()
	for {
		for _, e := range s.takeDue() {
			inFlight.Go(func() {
				slots <- struct{}{}
				defer func() { <-slots }()
				s.deliver(ctx, e)
			})
		}
		// The tick is for time that passes by itself; everything else wakes the worker.
		select {
		case <-ctx.Done():
			return nil
		case <-s.wake:
		case <-tick.C:
		}
	}
}

// DeliverDue makes the deliveries that are due now, one after another, and returns how many. It replaces
// Run for callers who move the clock by hand and want the same events in the same order each time.
func (s *Sandbox) DeliverDue(ctx context.Context) int {
	due := s.takeDue()
	for _, e := range due {
		m := s.prepare(e)
		results := make([]Delivery, m.copies)
		for i := range results {
			results[i] = s.post(ctx, m)
		}
		s.settle(ctx, e, results)
	}
	return len(due)
}

// takeDue marks what is to be delivered now, the longest due first.
func (s *Sandbox) takeDue() []*Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.now()
	s.ageAll(now)
	var due []*Event
	for _, e := range s.state.pending {
		if !e.inFlight && (e.resend || e.State == EventQueued && !now.Before(e.NextAt)) {
			e.inFlight = true
			due = append(due, e)
		}
	}
	slices.SortFunc(due, func(a, b *Event) int {
		return cmp.Or(a.NextAt.Compare(b.NextAt), a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.NotifyID, b.NotifyID))
	})
	return due
}

func (s *Sandbox) deliver(ctx context.Context, e *Event) {
	m := s.prepare(e)
	results := make([]Delivery, m.copies)
	var copies sync.WaitGroup
	for i := range results {
		copies.Go(func() { results[i] = s.post(ctx, m) })
	}
	copies.Wait()
	s.settle(ctx, e, results)
}

// settle books the outcome of a delivery, which may have been several copies, and plans the next.
func (s *Sandbox) settle(ctx context.Context, e *Event, results []Delivery) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.inFlight = false
	accepted := slices.ContainsFunc(results, func(d Delivery) bool { return d.Accepted })
	if ctx.Err() != nil && !accepted {
		return
	}
	for i := range results {
		s.save(record{Delivery: &results[i]})
		s.log.Info("notify", "out_trade_no", e.OutTradeNo, "notify_id", e.NotifyID, "attempt", results[i].Attempt,
			"accepted", results[i].Accepted, "why", results[i].Why)
	}
	scheduled := results[0].Attempt > 0
	if scheduled {
		e.Attempts++
	} else {
		e.resend = false
	}
	switch {
	case accepted:
		e.State = EventDelivered
	case !scheduled:
	case e.Attempts > len(retryGaps):
		e.State = EventGivenUp
	default:
		e.NextAt = results[0].At.Add(retryGaps[e.Attempts-1])
	}
	s.save(record{Event: e})
	s.releaseAfter(e)
}

// Deliveries returns the log of the notifies of one trade, or of all if outTradeNo is empty, oldest
// first.
func (s *Sandbox) Deliveries(outTradeNo string) []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []Delivery{}
	for _, d := range s.state.deliveries {
		if outTradeNo == "" || d.OutTradeNo == outTradeNo {
			found = append(found, d)
		}
	}
	return found
}

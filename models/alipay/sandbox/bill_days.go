package sandbox

import (
	"cmp"
	"slices"
	"time"
)

// BillDay sums up the bill of one Beijing day, without faults. Sums are fen and not negative.
type BillDay struct {
	Date     string    `json:"date"` // yyyy-MM-dd
	Payments int       `json:"payments"`
	Paid     int64     `json:"paid"`
	Refunds  int       `json:"refunds"`
	Refunded int64     `json:"refunded"`
	ThereAt  time.Time `json:"there_at"` // when it can be downloaded first
	There    bool      `json:"there"`
}

// BillDays lists the days that have rows in their bill, newest first.
func (s *Sandbox) BillDays() []BillDay {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.now()
	days := map[string]*BillDay{}
	always := func(time.Time) bool { return true }
	for _, r := range s.rowsWhen(always, now) {
		p := dayOf(r.FinishedAt)
		d := days[p.name]
		if d == nil {
			d = &BillDay{
				Date: p.from.Format(time.DateOnly), ThereAt: p.made.Add(s.cfg.BillDelay).UTC(), There: s.billThere(p, now) == nil,
			}
			days[p.name] = d
		}
		if r.Refund {
			d.Refunds, d.Refunded = d.Refunds+1, d.Refunded-r.Amount
		} else {
			d.Payments, d.Paid = d.Payments+1, d.Paid+r.Amount
		}
	}
	list := make([]BillDay, 0, len(days))
	for _, d := range days {
		list = append(list, *d)
	}
	slices.SortFunc(list, func(a, b BillDay) int { return cmp.Compare(b.Date, a.Date) })
	return list
}

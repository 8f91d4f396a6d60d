package sandbox

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

// clock is the virtual time: it runs at a whole multiple of the base clock, or stands still and is moved
// by hand. It never runs backwards, so that no past event gets into the future.
type clock struct {
	base func() time.Time

	mu     sync.Mutex
	rate   int // 1 = real, 0 = manual
	baseAt time.Time
	anchor time.Time // virtual time when the base clock showed baseAt
}

func newClock(base func() time.Time) *clock {
	now := base()
	return &clock{base: base, rate: 1, baseAt: now, anchor: now}
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.read()
}

func (c *clock) read() time.Time {
	return c.anchor.Add(max(0, c.base().Sub(c.baseAt)) * time.Duration(c.rate)).UTC()
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.anchor = c.anchor.Add(d)
}

func (c *clock) setRate(rate int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.anchor, c.baseAt, c.rate = c.read(), c.base(), rate
}

func (c *clock) mode() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch c.rate {
	case 0:
		return "manual"
	case 1:
		return "real"
	default:
		return "x" + strconv.Itoa(c.rate)
	}
}

// resume continues a stored clock, which may be ahead of the base clock.
func (c *clock) resume(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.read().Before(at) {
		c.anchor, c.baseAt = at, c.base()
	}
}

// ParseClock reads a pace of the virtual clock: real, manual, or xN with N from 2 to 100000. The
// rate of manual is 0.
func ParseClock(mode string) (rate int, err error) {
	switch mode {
	case "real":
		return 1, nil
	case "manual":
		return 0, nil
	}
	n, isMultiple := strings.CutPrefix(mode, "x")
	rate, err = strconv.Atoi(n)
	if !isMultiple || err != nil || rate < 2 || rate > 100_000 {
		return 0, fmt.Errorf("clock mode %q: want real, manual or xN with N from 2 to 100000", mode)
	}
	return rate, nil
}

// SetClock sets the pace of the virtual clock: "real", "xN" (N times as fast) or "manual" (it stands
// still, and only Advance moves it). It does not change the present time.
func (s *Sandbox) SetClock(mode string) error {
	rate, err := ParseClock(mode)
	if err != nil {
		return err
	}
	s.clock.setRate(rate)
	s.clockMoved()
	return nil
}

// Advance moves the virtual clock forward by d, in any mode. Run does what falls due.
func (s *Sandbox) Advance(d time.Duration) error {
	if d <= 0 {
		return fmt.Errorf("advance by %v: the clock runs forward only", d)
	}
	s.clock.advance(d)
	s.clockMoved()
	return nil
}

func (s *Sandbox) clockMoved() {
	s.mu.Lock()
	s.save(record{})
	s.mu.Unlock()
	s.wakeWorker()
}

func (s *Sandbox) wakeWorker() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

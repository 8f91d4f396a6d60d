package main

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"hash/fnv"
	"log/slog"
	"strings"
	"time"

	"luffy/models"
)

// history is what has happened, order by order. Two runs of one seed have the same digest.
type history struct {
	digest hash.Hash64
	lines  map[string][]string // by order number; "" is what concerns no single order
	events int
}

func newHistory() history { return history{fnv.New64a(), map[string][]string{}, 0} }

// keptLines bounds what is kept of an order.
const keptLines = 60

// note writes down what happened. The order may be named by an out_trade_no.
func (w *world) note(order, format string, args ...any) {
	order = order[:min(len(order), models.OrderNumberLength)]
	line := w.now.In(models.Beijing).Format("01-02 15:04:05.000 ") +
		strings.Repeat("· ", w.depth) + fmt.Sprintf(format, args...)
	h := &w.history
	h.events++
	h.digest.Write([]byte(order + line + "\n"))
	lines := h.lines[order]
	if len(lines) >= 2*keptLines {
		lines = append(lines[:0], lines[keptLines:]...)
	}
	h.lines[order] = append(lines, line)
}

// fail ends the simulation: an invariant is broken.
func (w *world) fail(order string, err error) {
	if w.broken != nil {
		return
	}
	order = order[:min(len(order), models.OrderNumberLength)]
	lines := w.history.lines[order]
	w.broken = fmt.Errorf("step %d, %s: %w\n%s", w.steps, w.now.In(models.Beijing).Format(time.DateTime), err,
		strings.Join(lines[max(0, len(lines)-keptLines):], "\n"))
}

// verdict is how the simulation ended, with what shows it again.
func (w *world) verdict() error {
	if w.broken == nil {
		return nil
	}
	return fmt.Errorf("%w\nagain: go run ./cmd/simulation -worlds 1 -seed %d -orders %d -days %d -students %d",
		w.broken, w.seed, w.orders, w.days, w.options.students)
}

// allow takes an error for what it may be in this world: one of those expected, the shop's death, a
// fault of the database. Everything else breaks an invariant. The shop's own time limits run on the
// real clock, and only a machine that stalls meets them.
func (w *world) allow(order, what string, err error, expected ...error) {
	w.note(order, "%s: %s", what, brief(err))
	if err == nil || errors.Is(err, errDied) || errors.Is(err, errDatabase) || errors.Is(err, context.DeadlineExceeded) {
		return
	}
	for _, e := range expected {
		if errors.Is(err, e) {
			return
		}
	}
	w.fail(order, fmt.Errorf("%s: %w", what, err))
}

func brief(err error) string {
	if err == nil {
		return "done"
	}
	text, _, _ := strings.Cut(err.Error(), "\n")
	return text
}

// shopLog listens to what the shop writes into its log: a payment that could not be booked has a
// reason, or an invariant is broken. It goes on to the handler.
type shopLog struct {
	*world
	slog.Handler
}

// Enabled wants errors, and what the handler wants.
func (l *shopLog) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelError || l.Handler.Enabled(ctx, level)
}

// Handle looks at the error of a record.
func (l *shopLog) Handle(ctx context.Context, r slog.Record) error {
	var why error
	var outTradeNo string
	r.Attrs(func(a slog.Attr) bool {
		switch v := a.Value.Any().(type) {
		case error:
			why = v
		case string:
			if a.Key == "out_trade_no" {
				outTradeNo = v
			}
		}
		return true
	})
	if r.Message == "payment could not be booked" {
		l.allow(outTradeNo, r.Message, why)
	}
	return l.Handler.Handle(ctx, r)
}

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

// history is what has happened, order by order. Two runs with the same seed have the same digest.
type history struct {
	digest hash.Hash64
	lines  map[string][]string // by order number; "" for what concerns no single order
	events int
}

func newHistory() history { return history{fnv.New64a(), map[string][]string{}, 0} }

// keptLines is how many lines of an order are shown. No more than twice as many are kept.
const keptLines = 60

// note adds a line to the history of an order. The order may be named by an out_trade_no.
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

// fail ends the simulation, because an invariant is broken.
func (w *world) fail(order string, err error) {
	if w.broken != nil {
		return
	}
	order = order[:min(len(order), models.OrderNumberLength)]
	lines := w.history.lines[order]
	w.broken = fmt.Errorf("step %d, %s: %w\n%s", w.steps, w.now.In(models.Beijing).Format(time.DateTime), err,
		strings.Join(lines[max(0, len(lines)-keptLines):], "\n"))
}

// verdict is the broken invariant, with the command that shows it again; nil if none is broken.
func (w *world) verdict() error {
	if w.broken == nil {
		return nil
	}
	return fmt.Errorf("%w\nagain: go run ./cmd/simulation -worlds 1 -seed %d -orders %d -days %d -students %d",
		w.broken, w.seed, w.orders, w.days, w.options.students)
}

// allow notes how an act ended. Its error may be one of those expected, the death of the shop or a
// fault of the database. It may also be a time limit of the shop, because these run on the real clock
// and are met if the machine stalls. Any other error breaks an invariant.
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

// shopLog reads the shop's log and passes it on to the handler. A payment that could not be booked
// must have a reason that allow takes.
type shopLog struct {
	*world
	slog.Handler
}

// Enabled takes errors and what the handler takes.
func (l *shopLog) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelError || l.Handler.Enabled(ctx, level)
}

// Handle checks the error of a record.
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

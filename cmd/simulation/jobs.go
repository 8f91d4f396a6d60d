package main

import (
	"context"
	"fmt"
	"time"

	"luffy/models"
)

// job is a job of the shop.
type job struct {
	name        string
	least, most time.Duration // between two passes
	run         func(*world, context.Context) error
}

var jobs = []job{
	{"close due orders", 20 * time.Second, 3 * time.Minute, func(w *world, ctx context.Context) error {
		return w.shop.CloseDue(ctx)
	}},
	{"ask about open payments", 30 * time.Second, 4 * time.Minute, func(w *world, ctx context.Context) error {
		return w.shop.AskDue(ctx)
	}},
	{"carry out refunds", 30 * time.Second, 4 * time.Minute, func(w *world, ctx context.Context) error {
		return w.shop.RefundDue(ctx)
	}},
	{"compare bills", 10 * time.Minute, time.Hour, func(w *world, ctx context.Context) error {
		return w.shop.ReconcileDue(ctx)
	}},
	{"fold students", time.Minute, time.Hour, func(w *world, ctx context.Context) error {
		_, err := w.db.FoldStudents(ctx)
		return err
	}},
}

// plan fills the agenda with the students' visits, the passes of the jobs and the daily events.
func (w *world) plan() {
	until := begin.AddDate(0, 0, w.days)
	for range w.orders {
		w.at(begin.Add(w.between(0, until.Sub(begin))), w.visit)
	}
	for _, j := range jobs {
		w.again(j, until)
	}
	for day := range w.days {
		midnight := begin.AddDate(0, 0, day)
		w.at(midnight.Add(10*time.Hour+30*time.Minute), w.morning)
		w.at(midnight.Add(23*time.Hour+50*time.Minute), w.audit)
		for range 6 {
			w.at(midnight.Add(w.between(0, 24*time.Hour)), w.newPrices)
		}
		//nolint:contextcheck // a request's log line has the request's context
		w.at(midnight.Add(w.between(0, 24*time.Hour)), func(context.Context) { w.restart() })
	}
}

// again plans the next pass of a job, which in turn plans the one after it.
func (w *world) again(j job, until time.Time) {
	w.in(w.between(j.least, j.most), func(ctx context.Context) {
		if w.now.Before(until) {
			w.again(j, until)
		}
		if !w.oneIn(20) || w.calmed { // otherwise the pass is skipped
			w.do(ctx, j)
		}
	})
}

// do makes one pass of a job. An error is only noted, because the job tries again what failed.
func (w *world) do(ctx context.Context, j job) {
	err := w.act(func() error { return j.run(w, ctx) })
	if err != nil {
		w.note("", "%s: %s", j.name, brief(err))
	}
}

// anyJob makes a pass of a job on another replica, in the middle of something else.
func (w *world) anyJob(ctx context.Context) { w.do(ctx, jobs[w.rng.IntN(3)]) }

func (w *world) newPrices(ctx context.Context) {
	if err := w.fillShelves(ctx); err != nil {
		w.fail("", fmt.Errorf("import: %w", err))
	}
}

// calmDown lets shop and Alipay come to rest. It goes on without faults and students until nothing
// waits any more, Alipay has stopped repeating notifies and every day has a bill.
func (w *world) calmDown(ctx context.Context) {
	if w.broken != nil {
		return
	}
	w.calmed = true
	w.alipay.ClearFaults()
	least, most := w.now.AddDate(0, 0, 4), w.now.AddDate(0, 0, 9)
	for w.broken == nil && (w.now.Before(least) || w.waiting(ctx) > 0) {
		if w.now.After(most) {
			w.fail("", fmt.Errorf("after days of rest %d things still wait", w.waiting(ctx)))
			return
		}
		w.pass(30 * time.Minute)
		w.alipay.DeliverDue(ctx)
		for _, j := range jobs {
			w.do(ctx, j)
		}
		if now := w.now.In(models.Beijing); now.Hour() == 10 && now.Minute() < 30 {
			w.morning(ctx)
		}
	}
	w.compareAll(ctx)
	if _, err := w.db.FoldStudents(ctx); err != nil {
		w.fail("", fmt.Errorf("fold students: %w", err))
	}
}

// compareAll compares every day that has a bill twice, so that the second comparison finds done what
// the first has begun.
func (w *world) compareAll(ctx context.Context) {
	for range 2 {
		for day := begin; day.AddDate(0, 0, 1).Before(w.now.Add(-12 * time.Hour)); day = day.AddDate(0, 0, 1) {
			w.compare(ctx, day.Format(time.DateOnly))
		}
		for range 3 {
			w.pass(20 * time.Minute)
			w.alipay.DeliverDue(ctx)
			w.do(ctx, jobs[2])
		}
	}
}

// waiting counts what the jobs still have to do.
func (w *world) waiting(ctx context.Context) int64 {
	return w.number(ctx, `SELECT
		(SELECT COUNT(*) FROM ly_order WHERE order_status = 0)
		+ (SELECT COUNT(*) FROM ly_payment WHERE state = 'open')
		+ (SELECT COUNT(*) FROM ly_refund WHERE state = 'pending')
		+ (SELECT COUNT(*) FROM ly_student_delta)`)
}

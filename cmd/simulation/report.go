package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"luffy/models"
)

// tally counts what cannot be read from the database.
type tally struct {
	planned    int        // everything that was ever on the agenda
	statements int        // including the beginnings of transactions
	elsewhere  models.Fen // paid to another seller
	faults     map[string]int
}

func newTally() tally { return tally{faults: map[string]int{}} }

func (t *tally) fault(name string) { t.faults[name]++ }

// report is the result of a run.
type report struct {
	digest     uint64
	events     int
	statements int
	days       time.Duration
	counts     []count
	faults     map[string]int
}

type count struct {
	what string
	n    int64
}

var counted = []struct{ what, query string }{
	{"orders", "SELECT COUNT(*) FROM ly_order"},
	{"of 0.00", "SELECT COUNT(*) FROM ly_order WHERE real_price = 0"},
	{"paid", "SELECT COUNT(*) FROM ly_order WHERE order_status = 1"},
	{"cancelled", "SELECT COUNT(*) FROM ly_order WHERE order_status = 2"},
	{"timed out", "SELECT COUNT(*) FROM ly_order WHERE order_status = 3"},
	{"refunded", "SELECT COUNT(*) FROM ly_order WHERE order_status = 4"},
	{"refunded in part", "SELECT COUNT(*) FROM ly_order WHERE order_status = 1 AND refunded_amount > 0"},
	{"granted late", "SELECT COUNT(*) FROM ly_payment_event WHERE reason = 'fulfilled_late'"},
	{"paid late and given back", "SELECT COUNT(*) FROM ly_refund WHERE cause = 'late' AND state = 'done'"},
	{"paid twice and given back", "SELECT COUNT(*) FROM ly_refund WHERE cause = 'second' AND state = 'done'"},
	{"held", "SELECT COUNT(*) FROM ly_payment WHERE state = 'held'"},
	{"refunds", "SELECT COUNT(*) FROM ly_refund WHERE state = 'done'"},
	{"refunds in the console", "SELECT COUNT(*) FROM ly_refund WHERE cause = 'outside'"},
	{"refunds refused", "SELECT COUNT(*) FROM ly_refund WHERE state = 'failed'"},
	{"learned by notify", "SELECT COUNT(*) FROM ly_payment_event WHERE source = 'notify' AND verdict = 'accepted'"},
	{"learned by asking", "SELECT COUNT(*) FROM ly_payment_event WHERE source = 'query' AND verdict = 'accepted'"},
	{"told again", "SELECT COUNT(*) FROM ly_payment_event WHERE verdict = 'duplicate'"},
	{"messages refused", "SELECT COUNT(*) FROM ly_payment_event WHERE verdict = 'refused'"},
	{"coupons used", "SELECT COUNT(*) FROM ly_user_coupon WHERE used_at IS NOT NULL"},
	{"points given back", "SELECT COUNT(*) FROM ly_credit WHERE opera = 3"},
	{"bill differences", "SELECT COUNT(*) FROM ly_bill_difference"},
}

func (w *world) report(ctx context.Context) report {
	r := report{
		digest: w.history.digest.Sum64(), events: w.history.events,
		statements: w.count.statements, days: w.now.Sub(begin), faults: w.count.faults,
	}
	for _, c := range counted {
		r.counts = append(r.counts, count{c.what, w.number(ctx, c.query)})
	}
	return r
}

func (r report) of(what string) int64 {
	i := slices.IndexFunc(r.counts, func(c count) bool { return c.what == what })
	return r.counts[i].n
}

// String prints the report as a table.
func (r report) String() string {
	if len(r.counts) == 0 {
		return ""
	}
	var b strings.Builder
	for _, c := range r.counts {
		fmt.Fprintf(&b, "%-28s%8d\n", c.what, c.n)
	}
	all := 0
	for _, name := range slices.Sorted(maps.Keys(r.faults)) {
		fmt.Fprintf(&b, "  %-42s%6d\n", name, r.faults[name])
		all += r.faults[name]
	}
	fmt.Fprintf(&b, "%d faults, %d statements and %d events in %v, digest %016x\n",
		all, r.statements, r.events, r.days.Round(time.Hour), r.digest)
	return b.String()
}

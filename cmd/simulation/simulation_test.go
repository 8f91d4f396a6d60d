package main

import (
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"luffy/models/modelstest/logwatch"
)

// A known seed shows that nothing has become worse. An unknown one may show what nobody has thought of.
func TestSimulation(t *testing.T) {
	wantVariety(t, simulated(t, options{seed: 3, orders: 350, days: 1, students: 40}))
	simulated(t, options{seed: anySeed(), orders: 120, days: 1, students: 30})
}

// simulated simulates in a bubble, where the shop's own time limits do not run out however slow the
// machine is.
func simulated(t *testing.T, o options) (r report) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var err error
		o.log = logwatch.New(t, io.Discard).Handler()
		if r, err = simulate(t.Context(), o); err != nil {
			t.Fatalf("seed %d: %v", o.seed, err)
		}
	})
	t.Logf("seed %d\n%s", o.seed, r)
	return r
}

// rare is what need not happen in a short run, because any change to the shop changes what a seed
// leads to. Everything else happens many times.
var rare = []string{"of 0.00", "paid late and given back", "held", "refunds refused"}

// wantVariety fails if too little went wrong: a simulation without its dangers proves nothing.
func wantVariety(t *testing.T, r report) {
	t.Helper()
	for _, c := range r.counts {
		if c.n == 0 && !slices.Contains(rare, c.what) {
			t.Errorf("%s: got none", c.what)
		}
	}
	if len(r.faults) < 35 {
		t.Errorf("got %d kinds of fault, want 35 at least", len(r.faults))
	}
}

func TestOneSeedIsOneHistory(t *testing.T) {
	o := options{seed: 99, orders: 60, days: 1, students: 20}
	first, second := simulated(t, o), simulated(t, o)
	if first.digest != second.digest || first.events != second.events {
		t.Errorf("got %d events of digest %x, then %d of %x; want the same",
			first.events, first.digest, second.events, second.digest)
	}
	o.seed++
	if other := simulated(t, o); other.digest == first.digest {
		t.Errorf("another seed has the same digest %x", other.digest)
	}
}

// A broken invariant is reported with the seed, the step and the history of the order.
func TestBrokenInvariantIsTold(t *testing.T) {
	w := &world{options: options{seed: 5, orders: 6, days: 7, students: 8}, now: begin, steps: 3, history: newHistory()}
	w.note("20261101000000000001000001_2", "paid")
	w.fail("20261101000000000001000001", errDatabase)
	w.fail("", errDied)
	got := w.verdict()
	if got == nil {
		t.Fatal("got no error")
	}
	for _, want := range []string{
		"step 3", errDatabase.Error(), "paid", "-worlds 1 -seed 5 -orders 6 -days 7 -students 8",
	} {
		if !strings.Contains(got.Error(), want) {
			t.Errorf("got %q, want %q in it", got, want)
		}
	}
	if strings.Contains(got.Error(), errDied.Error()) {
		t.Errorf("got %q, want the first fault only", got)
	}
}

func TestParse(t *testing.T) {
	o, err := parse([]string{"-seed", "7", "-orders", "8", "-days", "9", "-students", "10", "-worlds", "2"})
	want := options{seed: 7, orders: 8, days: 9, students: 10, worlds: 2, log: slog.DiscardHandler}
	if err != nil || o != want {
		t.Errorf("got %+v, %v; want %+v", o, err, want)
	}
	if o, err = parse(nil); err != nil || o.seed == 0 {
		t.Errorf("without a seed: got %+v, %v; want one drawn", o, err)
	}
	for _, args := range [][]string{{"-orders", "0"}, {"-days", "0"}, {"-students", "-1"}, {"-worlds", "0"}, {"more"}} {
		if _, err := parse(args); err == nil {
			t.Errorf("%q: got no error", args)
		}
	}
}

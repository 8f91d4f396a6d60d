package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
)

// Each world has a seed of its own; all its other options are those of the others.
func TestSideBySide(t *testing.T) {
	o := options{seed: 7, orders: 8, days: 9, students: 10, worlds: 3, calm: true}
	var mu sync.Mutex
	var seeds []uint64
	err := sideBySide(t.Context(), o, func(_ context.Context, one options) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		seeds = append(seeds, one.seed)
		got, err := parse(one.args())
		want := one
		want.worlds, want.log = 1, got.log
		if err != nil || got != want {
			t.Errorf("a world is told %+v, %v; want %+v", got, err, want)
		}
		return fmt.Sprintf("seed %d\n%-28s%8d\n", one.seed, "orders", 5), nil
	})
	slices.Sort(seeds)
	if err != nil || !slices.Equal(seeds, []uint64{7, 8, 9}) {
		t.Errorf("got seeds %v, %v; want 7, 8 and 9", seeds, err)
	}
}

// The first world that breaks ends the others, and these are not reported as broken.
func TestBrokenWorldEndsAll(t *testing.T) {
	endless := options{seed: 1, worlds: 2, length: 1 << 40}
	err := sideBySide(t.Context(), endless, func(ctx context.Context, one options) (string, error) {
		if one.seed == 2 {
			return "", errDatabase
		}
		<-ctx.Done()
		return "", ctx.Err()
	})
	if !errors.Is(err, errDatabase) {
		t.Errorf("got %v, want the finding of the world that broke", err)
	}
}

func TestOrdersIn(t *testing.T) {
	r := report{counts: []count{{"orders", 2950}, {"paid", 17}}}
	if got := ordersIn("seed 7\n" + r.String()); got != 2950 {
		t.Errorf("got %d orders, want 2950", got)
	}
	if got := ordersIn(""); got != 0 {
		t.Errorf("of a world that said nothing: got %d orders, want none", got)
	}
}

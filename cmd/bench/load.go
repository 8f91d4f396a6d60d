package main

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// sample is one measurement: the work done per second, and how long single pieces of it took.
type sample struct {
	rate     float64
	p50, p99 time.Duration
}

// comparison is the shop beside the bare SQL that does the same.
type comparison struct{ shop, bare sample }

// drive lets n workers call work(0), work(1) … until there were count calls or, if count is 0, until
// limit is over.
func drive(n, count int, limit time.Duration, work func(i int) error) (sample, error) {
	var next atomic.Int64
	var mu sync.Mutex
	var took []time.Duration
	var failed error
	begin := time.Now()
	var workers sync.WaitGroup
	for range n {
		workers.Go(func() {
			var mine []time.Duration
			var err error
			for err == nil {
				i := int(next.Add(1)) - 1
				if count > 0 && i >= count || count == 0 && time.Since(begin) > limit {
					break
				}
				start := time.Now()
				err = work(i)
				mine = append(mine, time.Since(start))
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, mine...)
			if err != nil && failed == nil {
				failed = err
			}
		})
	}
	workers.Wait()
	all := time.Since(begin)
	if failed != nil || len(took) == 0 {
		return sample{}, fmt.Errorf("%d of the pieces done: %w", len(took), failed)
	}
	slices.Sort(took)
	return sample{
		rate: float64(len(took)) / all.Seconds(),
		p50:  took[len(took)/2],
		p99:  took[len(took)*99/100],
	}, nil
}

// inTurns takes each measurement once per round, so that a machine that becomes slower slows down all of
// them, and returns the median of each by rate. Each round begins with another one, because what the one
// before leaves to the database's cleaning also costs time.
func inTurns(rounds int, measurements ...func() (sample, error)) ([]sample, error) {
	taken := make([][]sample, len(measurements))
	for round := range rounds {
		for turn := range measurements {
			i := (round + turn) % len(measurements)
			s, err := measurements[i]()
			if err != nil {
				return nil, err
			}
			taken[i] = append(taken[i], s)
		}
	}
	medians := make([]sample, len(taken))
	for i, samples := range taken {
		medians[i] = median(samples)
	}
	return medians, nil
}

func median(samples []sample) sample {
	slices.SortFunc(samples, func(a, b sample) int { return cmp.Compare(a.rate, b.rate) })
	return samples[len(samples)/2]
}

// printTable prints the shop beside the bare SQL, with a row for each number of connections.
func (b *bench) printTable(title string, rows []comparison) {
	fmt.Printf("\n%s\n%6s %12s %12s %7s %22s %22s\n",
		title, "conns", "shop/s", "bare SQL/s", "ratio", "shop p50 / p99", "bare p50 / p99")
	for i, conns := range b.conns {
		shop, bare := rows[i].shop, rows[i].bare
		fmt.Printf("%6d %12.0f %12.0f %7.2f %22s %22s\n",
			conns, shop.rate, bare.rate, shop.rate/bare.rate, shop.times(), bare.times())
	}
}

func (s sample) times() string {
	return fmt.Sprintf("%.1f / %.1f ms", float64(s.p50.Microseconds())/1000, float64(s.p99.Microseconds())/1000)
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"text/tabwriter"
	"time"
)

// proof is one run of the program.
type proof struct {
	*workshop
	options
	out io.Writer
}

// stormLength is how long one storm rages before its world is judged.
const stormLength = 20 * time.Second

// prove tries every point, then lets storms rage, and prints a line for each kind.
func (p proof) prove(ctx context.Context) error {
	table := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SCENARIO\tWHAT THE PROGRAM DOES\tSTATEMENTS\tDEATHS\tBROKEN")
	err := p.crashes(ctx, table)
	if ctx.Err() == nil && (p.at == "" || p.at == stormName) {
		err = errors.Join(err, p.rage(ctx, table))
	}
	return errors.Join(err, table.Flush())
}

// crashes tries the points of all scenarios, which mostly wait, side by side.
func (p proof) crashes(ctx context.Context, table io.Writer) error {
	results, faults := make([][]crash, len(scenarios)), make([]error, len(scenarios))
	var lanes sync.WaitGroup
	for i, s := range scenarios {
		if choose := p.chosen(s); choose != nil {
			lanes.Go(func() { results[i], faults[i] = p.enumerate(ctx, s, choose) })
		}
	}
	lanes.Wait()
	for i, s := range scenarios {
		if results[i] == nil {
			continue
		}
		deaths, broken := tally(results[i])
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%d\n", s.name, s.what, len(results[i][0].statements), deaths, broken)
		for _, c := range results[i] {
			if p.each {
				fmt.Fprintf(p.out, "%s\n  at    %s\n  left  %s\n", c.point, brief(c.statement()), c.left)
			}
			if c.err != nil {
				faults[i] = errors.Join(faults[i], fmt.Errorf("-at %s: %w", c.point, c.err))
			}
		}
	}
	return errors.Join(faults...)
}

// chosen are the points that the options ask for; nil = none of this scenario.
func (p proof) chosen(s scenario) func(int) []point {
	if p.at == "" || p.at == s.name {
		return everyPoint(s.name)
	}
	if at, err := parsePoint(p.at); err == nil && at.scenario == s.name {
		return func(int) []point { return []point{at} }
	}
	return nil
}

func tally(crashes []crash) (deaths, broken int) {
	for _, c := range crashes {
		if c.died() {
			deaths++
		}
		if c.err != nil {
			broken++
		}
	}
	return deaths, broken
}

// brief is a statement in one line that is not too long.
func brief(sql string) string {
	words := strings.Join(strings.Fields(sql), " ")
	runes := []rune(words)
	return string(runes[:min(len(runes), 90)])
}

// rage lets storms rage one after the other until the time is over.
func (p proof) rage(ctx context.Context, table io.Writer) error {
	var err error
	over := time.Now().Add(p.storms)
	for seed := p.seed; ctx.Err() == nil; seed++ {
		left := time.Until(over)
		if left <= 0 {
			break
		}
		r := p.storm(ctx, seed, min(left, stormLength))
		broken := 0
		if r.err != nil {
			broken = 1
			err = errors.Join(err, fmt.Errorf("-at storm -seed %d: %w", seed, r.err))
		}
		fmt.Fprintf(table, "storm %d\t%d students make %d orders\t\t%d\t%d\n", seed, stormStudents, r.orders, r.deaths, broken)
	}
	return err
}

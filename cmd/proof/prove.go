package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
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
	p.row("SCENARIO", "STATEMENTS", "DEATHS", "BROKEN", "WHAT HAPPENS")
	err := p.crashes(ctx)
	if ctx.Err() == nil && (p.at == "" || p.at == stormName) {
		err = errors.Join(err, p.rage(ctx))
	}
	return err
}

// row prints a line of the table at once: the whole takes minutes.
func (p proof) row(columns ...any) { fmt.Fprintf(p.out, "%-12v%-12v%-8v%-8v%v\n", columns...) }

// crashes tries the points of all scenarios side by side.
func (p proof) crashes(ctx context.Context) error {
	faults := make([]error, len(scenarios))
	var running sync.WaitGroup
	var printing sync.Mutex
	for i, s := range scenarios {
		choose := p.chosen(s)
		if choose == nil {
			continue
		}
		running.Go(func() {
			crashes, err := p.enumerate(ctx, s, choose)
			printing.Lock()
			defer printing.Unlock()
			faults[i] = errors.Join(err, p.tell(s, crashes))
		})
	}
	running.Wait()
	return errors.Join(faults...)
}

// tell prints what became of a scenario's crashes, and returns what they broke.
func (p proof) tell(s scenario, crashes []crash) error {
	var broken []error
	deaths := 0
	for _, c := range crashes {
		if c.died() {
			deaths++
		}
		if c.err != nil {
			broken = append(broken, fmt.Errorf("-at %s: %w", c.point, c.err))
		}
		if p.each {
			fmt.Fprintf(p.out, "%s\n  at    %s\n  left  %s\n", c.point, brief(c.statement()), c.left)
		}
	}
	p.row(s.name, len(crashes[0].statements), deaths, len(broken), s.what)
	return errors.Join(broken...)
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

// brief is a statement in one line that is not too long.
func brief(sql string) string {
	words := strings.Join(strings.Fields(sql), " ")
	runes := []rune(words)
	return string(runes[:min(len(runes), 90)])
}

// rage lets storms rage one after the other until the time is over.
func (p proof) rage(ctx context.Context) error {
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
		p.row(stormName, "", r.deaths, broken, fmt.Sprintf("%d students make %d orders, -seed %d", stormStudents, r.orders, seed))
	}
	return err
}

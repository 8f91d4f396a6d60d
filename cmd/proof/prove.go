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

// stormLength is how long one storm lasts before its world is judged.
const stormLength = 20 * time.Second

// prove tries every point and every trouble, then runs storms, and prints a line for each of them.
func (p proof) prove(ctx context.Context) error {
	p.row("SCENARIO", "STATEMENTS", "DEATHS", "BROKEN", "WHAT HAPPENS")
	err := errors.Join(p.crashes(ctx), p.troubles(ctx))
	if ctx.Err() == nil && (p.at == "" || p.at == stormName) {
		err = errors.Join(err, p.rage(ctx))
	}
	return err
}

// row prints a line of the table immediately, because the whole table takes minutes.
func (p proof) row(columns ...any) { fmt.Fprintf(p.out, "%-14v%-12v%-8v%-8v%v\n", columns...) }

// sideBySide is how many scenarios, or troubles, are tried at the same time. Most of the time they wait.
const sideBySide = 6

// severalAtOnce calls work for all of them, sideBySide of them at a time, and joins the errors.
func severalAtOnce[T any](all []T, work func(T) error) error {
	faults := make([]error, len(all))
	places := make(chan struct{}, sideBySide)
	var running sync.WaitGroup
	for i, one := range all {
		places <- struct{}{}
		running.Go(func() {
			defer func() { <-places }()
			faults[i] = work(one)
		})
	}
	running.Wait()
	return errors.Join(faults...)
}

// crashes tries the points of all scenarios that are asked for.
func (p proof) crashes(ctx context.Context) error {
	var printing sync.Mutex
	return severalAtOnce(scenarios, func(s scenario) error {
		choose := p.chosen(s)
		if choose == nil || ctx.Err() != nil {
			return nil
		}
		crashes, err := p.enumerate(ctx, s, choose)
		printing.Lock()
		defer printing.Unlock()
		return errors.Join(err, p.tell(s, crashes))
	})
}

// troubles tries the troubles that are asked for.
func (p proof) troubles(ctx context.Context) error {
	var printing sync.Mutex
	return severalAtOnce(troubles, func(c trouble) error {
		if p.at != "" && p.at != troublesName && p.at != c.name || ctx.Err() != nil {
			return nil
		}
		err := p.suffer(ctx, c)
		broken := 0
		if err != nil {
			broken = 1
			err = fmt.Errorf("-at %s: %w", c.name, err)
		}
		printing.Lock()
		defer printing.Unlock()
		p.row(c.name, "", "", broken, c.what)
		return err
	})
}

// tell prints the results of a scenario's crashes, and returns what they broke.
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
func (p proof) chosen(s scenario) choice {
	if p.at == "" || p.at == s.name {
		return everyPoint(s.name)
	}
	if at, err := parsePoint(p.at); err == nil && at.scenario == s.name {
		return onePoint(at)
	}
	return nil
}

// brief is a statement in one line, cut to a readable length.
func brief(sql string) string {
	words := strings.Join(strings.Fields(sql), " ")
	runes := []rune(words)
	return string(runes[:min(len(runes), 90)])
}

// rage runs one storm after another until the time is over.
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
		p.row(stormName, "", r.deaths, broken,
			fmt.Sprintf("%d students make %d orders, -seed %d", stormStudents, r.orders, seed))
	}
	return err
}

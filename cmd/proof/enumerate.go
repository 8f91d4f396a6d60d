package main

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"luffy/models/modelstest/dbproxy"
)

// lane tries points of one scenario, one after another.
type lane struct {
	*workshop
	scenario scenario
	world    *world // nil = the next point needs a new one
}

// lanes is how many lanes of a scenario run at the same time: a restarted shop mostly waits for its
// jobs.
const lanes = 4

// choice chooses points of a scenario that has so many statements.
type choice func(statements int) ([]point, error)

// enumerate plays the scenario once undisturbed, to count its statements, and then with a death at each
// chosen point. The first result is that of the undisturbed play; the others are in the order of their
// points.
func (w *workshop) enumerate(ctx context.Context, s scenario, choose choice) ([]crash, error) {
	first := &lane{workshop: w, scenario: s}
	whole, err := first.try(ctx, point{scenario: s.name})
	err = errors.Join(err, first.leave())
	if err != nil || whole.err != nil {
		return []crash{whole}, err
	}
	points, err := choose(len(whole.statements))
	if err != nil {
		return []crash{whole}, err
	}
	crashes, faults := make([]crash, len(points)), make([]error, lanes)
	var running sync.WaitGroup
	for n := range lanes {
		running.Go(func() {
			l := &lane{workshop: w, scenario: s}
			for i := n; i < len(points) && faults[n] == nil; i += lanes {
				crashes[i], faults[n] = l.try(ctx, points[i])
			}
			faults[n] = errors.Join(faults[n], l.leave())
		})
	}
	running.Wait()
	return append([]crash{whole}, crashes...), errors.Join(faults...)
}

// chances is how often a point is tried when the program does not reach it. On a busy machine, for
// example, it may give up waiting for Alipay first and take another way.
const chances = 3

func (l *lane) try(ctx context.Context, at point) (c crash, err error) {
	for range chances {
		c, err = l.tryOnce(ctx, at)
		if err != nil || c.err != nil || c.died() || at.number == 0 {
			break
		}
	}
	return c, err
}

// tryOnce tries a point. If something breaks, the next point gets a new world, so that it does not find
// the same fault again.
func (l *lane) tryOnce(ctx context.Context, at point) (c crash, err error) {
	if l.world == nil {
		behind := sinceYesterdayNoon()
		if !l.scenario.yesterday {
			behind = 0
		}
		if l.world, err = l.newWorld(ctx, behind); err != nil {
			return crash{point: at}, err
		}
	}
	c = l.world.try(ctx, l.scenario, at)
	if c.err != nil || l.scenario.yesterday {
		err = l.leave()
	}
	return c, errors.Join(err, ctx.Err())
}

func (l *lane) leave() error {
	if l.world == nil {
		return nil
	}
	left := l.world
	l.world = nil
	return left.close()
}

// everyPoint chooses both moments of each statement.
func everyPoint(scenario string) choice {
	return func(statements int) ([]point, error) {
		var all []point
		for n := range statements {
			all = append(all, point{scenario, n + 1, dbproxy.Before}, point{scenario, n + 1, dbproxy.After})
		}
		return all, nil
	}
}

// onePoint chooses the point that -at names.
func onePoint(at point) choice {
	return func(statements int) ([]point, error) {
		if at.number > statements {
			return nil, fmt.Errorf("-at %s: %s has %d statements", at, at.scenario, statements)
		}
		return []point{at}, nil
	}
}

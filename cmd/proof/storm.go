package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"luffy/models/modelstest/dbproxy"
)

// stormStudents is how many students act at the same time. Each of them has one life after another.
const stormStudents = 12

// storm is a period in which students do everything that students do, while the program is killed again
// and again.
type storm struct {
	*world
	rng    *rand.Rand
	deaths int
	orders atomic.Int64

	mu     sync.Mutex
	faults []error
}

// report is what happened in a storm.
type report struct {
	deaths int
	orders int64
	err    error
}

// storm runs a storm for so long and judges the world afterwards.
func (w *workshop) storm(ctx context.Context, seed uint64, length time.Duration) (r report) {
	made, err := w.newWorld(ctx, 0)
	if err != nil {
		return report{err: err}
	}
	s := &storm{world: made, rng: rand.New(rand.NewPCG(seed, 0))}
	defer func() { r.err = errors.Join(r.err, s.close()) }()
	students, err := s.students(ctx, seed)
	if err != nil {
		return report{err: err}
	}
	over := time.Now().Add(length)
	var living sync.WaitGroup
	for _, l := range students {
		living.Go(func() {
			for time.Now().Before(over) && ctx.Err() == nil {
				s.note(l.live(ctx))
			}
		})
	}
	s.note(s.rage(ctx, over))
	living.Wait()
	s.note(s.calm(ctx))
	return report{s.deaths, s.orders.Load(), errors.Join(s.faults...)}
}

// note keeps an error that no student may meet.
func (s *storm) note(err error) {
	if err == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, err)
}

// start starts the program, with orders that time out soon. It first removes the proxy's plan: a fault
// that was meant for the dead program must not keep the next one from starting.
func (s *storm) start() error {
	s.proxy.SetPlan(nil)
	return s.serve("LUFFY_ORDER_TTL=4s")
}

// rage harms the program again and again until the time is over, and leaves it running.
func (s *storm) rage(ctx context.Context, over time.Time) error {
	for time.Now().Before(over) && ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-s.shop.ended:
		case <-time.After(time.Duration(100+s.rng.IntN(900)) * time.Millisecond):
			s.harm()
		}
		select {
		case <-s.shop.ended:
			s.deaths++
			if err := s.start(); err != nil {
				return err
			}
		default:
		}
	}
	s.proxy.SetPlan(nil)
	return nil
}

// harm kills the program now or at some statement, or lets the database refuse a statement.
func (s *storm) harm() {
	shop := s.shop
	moment := []dbproxy.Moment{dbproxy.Before, dbproxy.After}[s.rng.IntN(2)]
	switch s.rng.IntN(4) {
	case 0:
		shop.kill()
	case 1:
		s.once(dbproxy.Fault{Cut: moment})
	case 2:
		s.once(dbproxy.Fault{Refuse: &dbproxy.Deadlock})
	default:
		s.once(dbproxy.Fault{Cut: moment, Meanwhile: shop.kill})
	}
}

// once plans a fault for one of the next statements.
func (s *storm) once(fault dbproxy.Fault) {
	number := 1 + s.rng.IntN(40)
	s.proxy.SetPlan(func(statement dbproxy.Statement) dbproxy.Fault {
		if statement.Number != number {
			return dbproxy.Fault{}
		}
		return fault
	})
}

// calm kills the program for the last time, lets an hour pass on both sides, so that all links expire,
// and judges when nothing is left to do.
func (s *storm) calm(ctx context.Context) error {
	s.alipay.ClearFaults()
	s.shop.kill()
	s.deaths++
	if err := s.start(); err != nil {
		return err
	}
	if err := s.alipay.Advance(time.Hour); err != nil {
		return err
	}
	for _, statement := range []string{
		"UPDATE ly_order SET expires_at = expires_at - INTERVAL 1 HOUR WHERE order_status = 0",
		"UPDATE ly_payment SET expires_at = expires_at - INTERVAL 1 HOUR WHERE state = 'open'",
	} {
		if _, err := s.db.SQL().ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	if err := s.untilQuiet(ctx); err != nil {
		return err
	}
	return s.judge(ctx)
}

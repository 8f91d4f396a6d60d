package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"luffy/models/modelstest/dbproxy"
)

// point is where the program dies: before its n-th statement reaches the server, or after the server has
// executed it and before the answer reaches the program. With number 0 it does not die.
type point struct {
	scenario string
	number   int
	moment   dbproxy.Moment
}

func (p point) String() string {
	if p.number == 0 {
		return p.scenario
	}
	return fmt.Sprintf("%s:%d:%s", p.scenario, p.number, p.moment)
}

// parsePoint reads what String writes. The name of a scenario alone stands for all its points.
func parsePoint(text string) (point, error) {
	fields := strings.Split(text, ":")
	p := point{scenario: fields[0]}
	if _, err := scenarioNamed(p.scenario); err != nil || len(fields) == 1 {
		return p, err
	}
	wrong := fmt.Errorf("%q: a point is a scenario, a number from 1 and before or after, like %s:7:after",
		text, p.scenario)
	if len(fields) != 3 {
		return p, wrong
	}
	number, err := strconv.Atoi(fields[1])
	p.number, p.moment = number, dbproxy.Moment(fields[2])
	if err != nil || number < 1 || p.moment != dbproxy.Before && p.moment != dbproxy.After {
		return p, wrong
	}
	return p, nil
}

// crash is what happened when the program died at a point.
type crash struct {
	point
	statements []string // those that reached the proxy; at the last one the program died
	left       string   // what had changed in the database by then
	err        error    // what is broken in the end; nil = nothing
}

// died tells whether the program reached the point.
func (c crash) died() bool { return c.number > 0 && len(c.statements) >= c.number }

// statement is the statement at which the program died.
func (c crash) statement() string {
	if !c.died() {
		return ""
	}
	return c.statements[c.number-1]
}

// try plays a scenario in which the program dies at the point. Then the program is started again,
// everybody repeats what they did, and the books are judged.
func (w *world) try(ctx context.Context, s scenario, at point) crash {
	c := crash{point: at}
	err := w.addStudent(ctx)
	var p *purchase
	if err == nil {
		p, err = s.prepare(ctx, w)
	}
	if err != nil {
		c.err = fmt.Errorf("prepare: %w", err)
		return c
	}
	c.err = w.die(ctx, s, p, &c)
	if c.err == nil {
		c.err = w.restart(ctx, s, p)
	}
	w.killAll()
	return c
}

// die starts the program, and lets it work until it dies at the point or has finished.
func (w *world) die(ctx context.Context, s scenario, p *purchase, c *crash) error {
	if !s.command {
		jobs := "LUFFY_JOBS=off"
		if s.jobs {
			jobs = "LUFFY_JOBS=on"
		}
		if err := w.serve(jobs); err != nil {
			return err
		}
		if err := w.student.logIn(ctx); err != nil {
			return err
		}
	}
	before, err := w.holdings(ctx)
	if err != nil {
		return err
	}
	w.proxy.SetPlan(w.deathAt(c, s.counted()))
	err = s.act(ctx, w, p)
	w.proxy.SetPlan(nil)
	w.killAll()
	if err != nil {
		return fmt.Errorf("act: %w", err)
	}
	after, err := w.holdings(ctx)
	c.left = after.since(before)
	return errors.Join(err, w.auditNow(ctx))
}

// deathAt notes the statements that count and kills the program at the point.
func (w *world) deathAt(c *crash, counted func(dbproxy.Statement) bool) dbproxy.Plan {
	return func(s dbproxy.Statement) dbproxy.Fault {
		if c.died() {
			return dbproxy.Fault{Cut: dbproxy.Before} // the program is dead: it can send nothing more
		}
		if !counted(s) {
			return dbproxy.Fault{}
		}
		c.statements = append(c.statements, s.SQL)
		if !c.died() {
			return dbproxy.Fault{}
		}
		// The victim is who sent the statement, whoever has been launched when its moment comes.
		return dbproxy.Fault{Cut: c.moment, Meanwhile: w.victim().kill}
	}
}

// restart starts the shop again, with its jobs, and waits until nothing is left to do.
func (w *world) restart(ctx context.Context, s scenario, p *purchase) error {
	if err := w.serve(); err != nil {
		return err
	}
	if err := s.again(ctx, w, p); err != nil {
		return fmt.Errorf("again: %w", err)
	}
	if err := w.untilQuiet(ctx); err != nil {
		return err
	}
	return errors.Join(w.judge(ctx), w.wantEnd(ctx, s, p))
}

// wantEnd checks the final state of the order, which it finds by its number or by the form that
// placed it.
func (w *world) wantEnd(ctx context.Context, s scenario, p *purchase) error {
	status, err := w.count(ctx, "SELECT order_status FROM ly_order WHERE order_number = ? OR checkout_token = ?",
		p.order.OrderNumber, p.form.Get("token"))
	if err == nil && status != int64(s.ends) {
		err = fmt.Errorf("the order has status %d in the end, want %d (%s)", status, s.ends, s.ends)
	}
	return err
}

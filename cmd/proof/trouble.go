package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"time"

	"luffy/models/modelstest/dbproxy"
)

// trouble is a database that does not do what it should.
type trouble struct {
	name string
	what string
	// begin and end begin and end the trouble, at the proxy or at the server.
	begin, end func(context.Context, *victim) error
	// own are the options of a MariaDB server for this trouble alone; nil = it needs only the
	// proxy, or the server that all share.
	own []string
	// lasts is the least time that it lasts. It never ends before everybody has tried.
	lasts time.Duration
	reads int // status of pages that only read from the database
	ready int // status of /readyz
}

const writes = "INSERT|UPDATE|DELETE"

// troubles are first those of a real server, and then those that the proxy imitates, where every
// statement of that kind meets the fault.
var troubles = []trouble{
	{
		name: "read-only", what: "SET GLOBAL read_only = 1 on the server, and the shop has no right to write past it",
		own: durable, reads: http.StatusOK, ready: http.StatusOK,
		begin: func(ctx context.Context, v *victim) error { return v.onServer(ctx, "SET GLOBAL read_only = 1") },
		end:   func(ctx context.Context, v *victim) error { return v.onServer(ctx, "SET GLOBAL read_only = 0") },
	},
	{
		name: "full", what: "the server's disk is full, until it is started again with more room",
		own: room(1), reads: http.StatusOK, ready: http.StatusOK, begin: fill, end: startWith(room(2)),
	},
	{
		name: "frozen", what: "the server is stopped with SIGSTOP for half a minute",
		own: durable, lasts: 30 * time.Second, reads: http.StatusServiceUnavailable, ready: http.StatusServiceUnavailable,
		begin: func(_ context.Context, v *victim) error { return v.mariadb.Freeze() },
		end:   func(_ context.Context, v *victim) error { return v.mariadb.Thaw() },
	},
	{
		name: "killed", what: "the server is killed with SIGKILL, and started again on what it had flushed",
		own: durable, reads: http.StatusServiceUnavailable, ready: http.StatusServiceUnavailable,
		begin: func(_ context.Context, v *victim) error { v.mariadb.Kill(); return nil },
		end:   startWith(durable),
	},
	planned("cut-before", "connections are cut in the middle of transactions", writes, dbproxy.Fault{Cut: dbproxy.Before}),
	planned("cut-after", "connections are cut after a statement", writes, dbproxy.Fault{Cut: dbproxy.After}),
	planned("commit-lost", "commits do not arrive", "COMMIT", dbproxy.Fault{Cut: dbproxy.Before}),
	planned("answer-lost", "the answers to commits are lost", "COMMIT", dbproxy.Fault{Cut: dbproxy.After}),
	planned("refuse-1290", "the server says that it is read-only",
		writes, dbproxy.Fault{Refuse: &dbproxy.ReadOnly}),
	planned("refuse-1836", "the server says that it is in read-only mode",
		writes, dbproxy.Fault{Refuse: &dbproxy.ReadOnlyMode}),
	planned("refuse-commit", "the server has turned read-only before the commit",
		"COMMIT", dbproxy.Fault{Refuse: &dbproxy.ReadOnly}),
	planned("refuse-1021", "the server says that the disk is full", writes, dbproxy.Fault{Refuse: &dbproxy.DiskFull}),
	planned("refuse-1114", "the server says that a table is full", writes, dbproxy.Fault{Refuse: &dbproxy.TableFull}),
	planned("deadlocks", "deadlocks without end", writes, dbproxy.Fault{Refuse: &dbproxy.Deadlock}),
	planned("conflicts", "a conflict at every commit", "COMMIT", dbproxy.Fault{Refuse: &dbproxy.Deadlock}),
	planned("locks", "lock waits without end", writes, dbproxy.Fault{Refuse: &dbproxy.LockWaitTimeout}),
	{
		name: "crowded", what: "too many connections",
		reads: http.StatusServiceUnavailable, ready: http.StatusServiceUnavailable,
		begin: func(_ context.Context, v *victim) error {
			v.proxy.TurnAway(&dbproxy.TooManyConnections)
			v.proxy.CutAll()
			return nil
		},
		end: func(_ context.Context, v *victim) error { v.proxy.TurnAway(nil); return nil },
	},
	{
		name: "silent", what: "the network swallows what is sent",
		reads: http.StatusServiceUnavailable, ready: http.StatusServiceUnavailable,
		begin: func(_ context.Context, v *victim) error { v.proxy.Freeze(); return nil },
		end:   func(_ context.Context, v *victim) error { v.proxy.Thaw(); return nil },
	},
}

func troubleNamed(name string) (trouble, error) {
	i := slices.IndexFunc(troubles, func(c trouble) bool { return c.name == name })
	if i < 0 {
		return trouble{}, fmt.Errorf("no trouble %q", name)
	}
	return troubles[i], nil
}

// planned is a trouble at every statement that begins with one of the words. Pages can still be read.
func planned(name, what, words string, fault dbproxy.Fault) trouble {
	begins := regexp.MustCompile(`^\s*(` + words + `)`)
	return trouble{
		name: name, what: what, reads: http.StatusOK, ready: http.StatusOK,
		begin: func(_ context.Context, v *victim) error {
			v.proxy.SetPlan(func(s dbproxy.Statement) dbproxy.Fault {
				if begins.MatchString(s.SQL) {
					return fault
				}
				return dbproxy.Fault{}
			})
			return nil
		},
		end: func(_ context.Context, v *victim) error { v.proxy.SetPlan(nil); return nil },
	}
}

// suffer lets the trouble begin in the middle of payments. While it lasts, every page must come in
// bounded time, without a word about the database and with the advice to try again, and Alipay must be
// answered fail. When it is over, everything must go on by itself and each payment be booked once.
func (w *workshop) suffer(ctx context.Context, c trouble) (err error) {
	v, err := w.newVictim(ctx, c.own)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, v.close()) }()
	v.payOthers(ctx)
	over := time.After(c.lasts)
	if err := c.begin(ctx, v); err != nil {
		return err
	}
	together(func() { v.wantNotify(ctx, "fail") }, func() { v.wantPages(ctx, c) })
	select {
	case <-over:
	case <-ctx.Done():
	}
	if err := c.end(ctx, v); err != nil {
		return err
	}
	v.wantKept(ctx)
	v.wantRecovery(ctx)
	return v.found()
}

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"luffy/models/modelstest/mariadbd"
)

// victim is a running shop with a logged-in student who is about to pay orders. It notes everything that
// nobody may meet.
type victim struct {
	*world
	mariadb *mariadbd.Server // nil = the server that all share
	order   *purchase        // the order on which the trouble is tried
	others  []*purchase      // orders that are being paid when it begins

	mu     sync.Mutex
	faults []error
}

// rush is how many other orders are being paid when the trouble begins.
const rush = 6

// newVictim makes a victim. If own is not nil, it gets a database server of its own with these options.
func (w *workshop) newVictim(ctx context.Context, own []string, environ ...string) (*victim, error) {
	v := &victim{}
	server := w.server
	if own != nil {
		found, err := mariadbd.Find(mariadbd.Sbin)
		if err != nil {
			return nil, err
		}
		if v.mariadb, err = found.NewServer(own...); err != nil {
			return nil, err
		}
		server = v.mariadb.Address()
	}
	var err error
	if v.world, err = w.newWorldOn(ctx, server, 0); err == nil {
		err = v.open(ctx, environ)
	}
	if err != nil {
		return nil, errors.Join(err, v.close())
	}
	return v, nil
}

func (v *victim) open(ctx context.Context, environ []string) error {
	if err := v.serve(environ...); err != nil {
		return err
	}
	if err := v.addStudent(ctx); err != nil {
		return err
	}
	if err := v.student.logIn(ctx); err != nil {
		return err
	}
	for range rush {
		other, err := prepareLink(ctx, v.world)
		if err != nil {
			return err
		}
		v.others = append(v.others, other)
	}
	order, err := prepareLink(ctx, v.world)
	v.order = order
	return err
}

func (v *victim) close() error {
	var err error
	if v.world != nil {
		err = v.world.close()
	}
	if v.mariadb != nil {
		err = errors.Join(err, v.mariadb.Remove())
	}
	return err
}

// payOthers pays the other orders. It returns after the first answer to a notify, while the shop
// works on the rest.
func (v *victim) payOthers(ctx context.Context) {
	for _, p := range v.others {
		if err := v.alipay.Pay(p.link, ""); err != nil {
			v.find("%w", err)
			return
		}
	}
	answered := func(p *purchase) bool { return len(v.alipay.Deliveries(p.order.OrderNumber)) > 0 }
	anyAnswered := func() bool { return slices.ContainsFunc(v.others, answered) }
	if err := until(ctx, "the first of many notifies", anyAnswered); err != nil {
		v.find("%w", err)
	}
}

func (v *victim) orders() []*purchase { return append(slices.Clip(v.others), v.order) }

func (v *victim) find(format string, args ...any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.faults = append(v.faults, fmt.Errorf(format, args...))
}

// found joins everything that was noted, with the last lines of the program's output.
func (v *victim) found() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.faults) == 0 {
		return nil
	}
	return fmt.Errorf("%w\nthe program said:\n%s", errors.Join(v.faults...), v.shop.lastWords())
}

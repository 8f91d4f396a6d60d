package main

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// How an act can end, apart from the shop's own errors.
var (
	errDied  = errors.New("the shop died in the middle of it")
	errPanic = errors.New("panic")
)

// hands are goroutines that wait for an act. They are kept, because a new goroutine for each act would
// begin with a small stack and have to grow it every time.
type hands struct{ idle []*hand }

type hand struct {
	acts  chan func() error
	ended chan error
	dead  bool // the shop died in its act, and the goroutine with it
}

// run lets a hand act and waits for it.
func (h *hands) run(act func() error) error {
	var one *hand
	if last := len(h.idle) - 1; last >= 0 {
		one, h.idle = h.idle[last], h.idle[:last]
	} else {
		one = &hand{acts: make(chan func() error), ended: make(chan error)}
		go one.work()
	}
	one.acts <- act
	err := <-one.ended
	if !one.dead {
		h.idle = append(h.idle, one)
	}
	return err
}

// rest ends the goroutines.
func (h *hands) rest() {
	for _, one := range h.idle {
		close(one.acts)
	}
	h.idle = nil
}

func (h *hand) work() {
	defer func() {
		if h.dead {
			h.ended <- errDied
		}
	}()
	for act := range h.acts {
		h.dead = true
		err := caught(act)
		h.dead = false
		h.ended <- err
	}
}

// caught returns a panic as an error.
func caught(act func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v\n%s", errPanic, r, debug.Stack())
		}
	}()
	return act()
}

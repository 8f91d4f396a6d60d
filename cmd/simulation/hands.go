package main

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// What can become of an act beside the shop's own errors.
var (
	errDied  = errors.New("the shop died in the middle of it")
	errPanic = errors.New("panic")
)

// hands are the goroutines that wait for an act. A new one for each would begin on a small stack
// and copy it, bigger and bigger, as deep as the shop calls.
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

// rest ends them.
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

// caught makes an error of a panic.
func caught(act func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v\n%s", errPanic, r, debug.Stack())
		}
	}()
	return act()
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"time"
)

// sideBySide runs o.worlds worlds at a time, each with the next seed, until o.length is over or one of
// them breaks. It prints the output of each world when that has ended. one simulates a world and
// returns its output.
func sideBySide(ctx context.Context, o options, one func(context.Context, options) (string, error)) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var mu sync.Mutex
	var orders int64
	var broken error
	next := func() options {
		mu.Lock()
		defer mu.Unlock()
		mine := o
		o.seed++
		return mine
	}
	ended := func(out string, err error) {
		mu.Lock()
		defer mu.Unlock()
		if broken != nil { // the others were stopped because of it
			return
		}
		fmt.Print(out)
		if broken = err; broken != nil {
			stop()
		}
		orders += ordersIn(out)
	}
	began := time.Now()
	var running sync.WaitGroup
	for range o.worlds {
		running.Go(func() {
			for {
				ended(one(ctx, next()))
				if ctx.Err() != nil || time.Since(began) >= o.length {
					return
				}
			}
		})
	}
	running.Wait()
	if broken == nil {
		fmt.Println("all worlds", rate(orders, time.Since(began)))
	}
	return broken
}

// ordersIn reads the first count of a world's table.
func ordersIn(out string) (orders int64) {
	var seed uint64
	if _, err := fmt.Sscanf(out, "seed %d\norders %d", &seed, &orders); err != nil {
		return 0
	}
	return orders
}

// elsewhere simulates one world in a process of its own, because the random numbers of a world are
// those of the whole process.
func elsewhere(ctx context.Context, o options) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	world := exec.CommandContext(ctx, self, o.args()...)
	world.Stderr = os.Stderr
	out, err := world.Output()
	if _, failed := errors.AsType[*exec.ExitError](err); failed {
		err = fmt.Errorf("seed %d: %w", o.seed, err)
	}
	return string(out), err
}

// args are the options of one world as command-line arguments.
func (o options) args() []string {
	return []string{
		"-worlds", "1", "-seed", strconv.FormatUint(o.seed, 10), "-orders", strconv.Itoa(o.orders),
		"-days", strconv.Itoa(o.days), "-students", strconv.Itoa(o.students), "-calm=" + strconv.FormatBool(o.calm),
	}
}

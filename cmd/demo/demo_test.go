package main

import (
	"context"
	"os"
	"testing"
	"time"

	"luffy/models/modelstest/logwatch"
)

// testDemo is a demo that serves until it is stopped.
type testDemo struct {
	*demo
	t       *testing.T
	cancel  context.CancelFunc
	stopped chan error
}

// startDemo runs the demo on the data folder, by default on free ports, until the test ends.
func startDemo(t *testing.T, data string, set ...func(*options)) *testDemo {
	t.Helper()
	o := options{
		addr: "127.0.0.1:0", alipayAddr: "127.0.0.1:0", data: data, orderTTL: 15 * time.Minute,
		log: logwatch.Writer(t, os.Stderr),
	}
	for _, change := range set {
		change(&o)
	}
	ctx, cancel := context.WithCancel(context.Background())
	d, err := start(ctx, o)
	if err != nil {
		t.Fatalf("start: %v", err)
	}
	running := &testDemo{demo: d, t: t, cancel: cancel, stopped: make(chan error, 1)}
	go func() { running.stopped <- d.serve(ctx) }()
	t.Cleanup(running.stop)
	return running
}

// stop ends the demo as Ctrl-C does. A second call does nothing.
func (d *testDemo) stop() {
	if d.cancel == nil {
		return
	}
	d.cancel()
	d.cancel = nil
	if err := <-d.stopped; err != nil {
		d.t.Errorf("stop: %v", err)
	}
}

// sameAddresses lets another demo listen where this one did.
func (d *testDemo) sameAddresses(o *options) {
	o.addr, o.alipayAddr = d.listeners[0].Addr().String(), d.listeners[1].Addr().String()
}

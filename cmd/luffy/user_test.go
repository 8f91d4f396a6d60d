package main

import (
	"context"
	"io"
	"testing"
)

// TestPasswordInterrupted: Ctrl-C ends the program that waits for a password, which catches it.
func TestPasswordInterrupted(t *testing.T) {
	t.Parallel()
	stdin, typing := io.Pipe()
	defer typing.Close()
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	p := program{stdin: stdin, stdout: io.Discard, stderr: io.Discard}
	if code := p.run(ctx, []string{"user", "add", "nami"}); code != exitFailure {
		t.Errorf("got exit %d, want %d", code, exitFailure)
	}
}

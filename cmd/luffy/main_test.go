package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"syscall"
	"testing"

	"luffy/models/modelstest"
	"luffy/models/modelstest/logwatch"
)

// run returns the exit code of the program and what it printed.
func run(t *testing.T, environ []string, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errOut strings.Builder
	p := program{
		environ: environ, stdin: strings.NewReader(stdin),
		stdout: logwatch.Writer(t, &out), stderr: logwatch.Writer(t, &errOut),
	}
	code = p.run(t.Context(), args)
	return code, out.String(), errOut.String()
}

// wantRun runs the program and wants the exit code and texts in what it prints on both ways together.
func wantRun(t *testing.T, environ []string, stdin string, args []string, code int, texts ...string) {
	t.Helper()
	got, stdout, stderr := run(t, environ, stdin, args...)
	if got != code {
		t.Errorf("luffy %s: got exit %d, want %d\n%s%s", strings.Join(args, " "), got, code, stdout, stderr)
	}
	for _, text := range texts {
		if !strings.Contains(stdout+stderr, text) {
			t.Errorf("luffy %s: %q is not in\n%s%s", strings.Join(args, " "), text, stdout, stderr)
		}
	}
}

// onEachDatabase runs the test with the address of an empty SQLite and of an empty MariaDB database.
func onEachDatabase(t *testing.T, test func(t *testing.T, environ []string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, []string{"LUFFY_DATABASE_URL=sqlite:" + t.TempDir() + "/luffy.db"})
	})
	t.Run("mariadb", func(t *testing.T) {
		t.Parallel()
		test(t, []string{"LUFFY_DATABASE_URL=" + modelstest.MariaDBURL(t)})
	})
}

func TestHelp(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"help"}, {"-h"}, {"--help"}} {
		code, stdout, stderr := run(t, nil, "", args...)
		if code != 0 || !strings.Contains(stdout, "luffy migrate up|status") || stderr != "" {
			t.Errorf("%q: got exit %d, %q and %q; want the help and 0", args, code, stdout, stderr)
		}
	}
}

// fullDisk takes nothing.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

// A report that could not be written is no success, or nobody would look for it.
func TestOutputIsLost(t *testing.T) {
	t.Parallel()
	environ := []string{"LUFFY_DATABASE_URL=sqlite:" + t.TempDir() + "/luffy.db"}
	wantRun(t, environ, "", []string{"migrate", "up"}, 0)
	for _, args := range [][]string{{"help"}, {"migrate", "status"}, {"audit"}, {"export", "2026-11"}} {
		var errOut strings.Builder
		p := program{environ: environ, stdin: strings.NewReader(""), stdout: fullDisk{}, stderr: &errOut}
		if code := p.run(t.Context(), args); code != exitFailure || !strings.Contains(errOut.String(), "no space left") {
			t.Errorf("%q: got exit %d and %q, want %d and the fault", args, code, errOut.String(), exitFailure)
		}
	}
}

// A signal is told as one, whatever it interrupted.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	environ := []string{"LUFFY_DATABASE_URL=sqlite:" + t.TempDir() + "/luffy.db"}
	wantRun(t, environ, "", []string{"migrate", "up"}, 0)
	ctx, stop := context.WithCancelCause(t.Context())
	stop(errors.New("a signal came"))
	var errOut strings.Builder
	p := program{environ: environ, stdin: strings.NewReader(""), stdout: io.Discard, stderr: &errOut}
	if code := p.run(ctx, []string{"audit"}); code != exitFailure || !strings.Contains(errOut.String(), "a signal came") {
		t.Errorf("got exit %d and %q, want %d and the signal", code, errOut.String(), exitFailure)
	}
}

func TestWrongArguments(t *testing.T) {
	t.Parallel()
	for _, args := range []string{
		"pay", "serve now", "config all", "migrate", "migrate down", "migrate up now", "user", "user add", "user add --staff",
		"user add lu fei", "user add lu --points -1", "user add lu --points many",
		"user add lu --points 1000000001", "order ask",
		"user password", "user password lu --staff", "user drop lu", "course", "course import", "course import a b",
		"coupon", "coupon give lu", "alipay",
	} {
		wantRun(t, nil, "", strings.Fields(args), exitUsage, "see luffy help")
	}
}

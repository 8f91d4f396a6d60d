// Command mariadb runs another command beside a private MariaDB server that lives just as long:
//
//	go run ./models/modelstest/mariadb [--durable] -- COMMAND ARGS…
//
// The command finds the server's address in LUFFY_TEST_MARIADB. The server listens on loopback
// only, keeps its data in a temporary folder and needs neither root nor a running service, only
// Debian's package mariadb-server. Where that is missing the command runs without a server, after a
// line that says so; with CI set that is an error instead. An address that is already in
// LUFFY_TEST_MARIADB is left as it is.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"luffy/models/modelstest"
	"luffy/models/modelstest/mariadbd"
)

func main() {
	durable := flag.Bool("durable", false,
		"flush every commit to disk, as a shop's server does; without it tests are faster")
	flag.Parse()
	if flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "usage: mariadb [--durable] -- COMMAND ARGS…")
		os.Exit(2)
	}
	flushing := mariadbd.Hasty()
	if *durable {
		flushing = mariadbd.Durable()
	}
	code, err := run(flag.Args(), flushing)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mariadb:", err)
		os.Exit(1)
	}
	os.Exit(code)
}

// sbin is where servers are looked for beside the PATH.
var sbin = mariadbd.Sbin

// run returns the exit code of the command, or why it was not run.
func run(command, flushing []string) (code int, err error) {
	// Signals are caught before the server starts, so that an interrupt never leaves it behind.
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	if os.Getenv(modelstest.MariaDBVariable) != "" {
		return runCommand(command, signals)
	}
	found, err := mariadbd.Find(sbin)
	if errors.Is(err, mariadbd.ErrNotInstalled) && os.Getenv("CI") == "" {
		fmt.Fprintln(os.Stderr, "mariadb: NOTHING RUNS ON MARIADB:", err)
		return runCommand(command, signals)
	}
	if err != nil {
		return 0, err
	}
	server, err := found.NewServer(flushing...)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, server.Remove()) }()
	if err := os.Setenv(modelstest.MariaDBVariable, "mysql://root@"+server.Address()); err != nil {
		return 0, err
	}
	return runCommand(command, signals)
}

// runCommand passes signals on to the command and waits for it.
func runCommand(command []string, signals <-chan os.Signal) (int, error) {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case s := <-signals:
			cmd.Process.Signal(s) // an error means that it has ended, which the other case handles
		case err := <-ended:
			if failed, ok := errors.AsType[*exec.ExitError](err); ok {
				return max(failed.ExitCode(), 1), nil // -1, ended by a signal, is a failure too
			}
			return 0, err
		}
	}
}

// Command luffy is the shop: it serves the pages, takes Alipay's messages and has the commands of
// its operator.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata"
)

const usage = `luffy is a course shop that takes payments with Alipay.

  luffy serve                          serve the shop
  luffy migrate up|status              bring the database to this program's schema, or show where it is
  luffy config                         print the settings and what is wrong with them
  luffy user add NAME [--staff] [--points N]
                                       make an account; the password is the first line of standard input
  luffy user password NAME             give somebody who has forgotten it another password
  luffy course import FILE             read courses, activities and coupons from a JSON file
  luffy coupon give USER COUPON        give a student a coupon by its name
  luffy order ORDER|STUDENT            show an order with its attempts to pay, refunds, messages and what staff did,
                                       found by its number, an out_trade_no or a trade_no; or list a student's
                                       latest orders
  luffy order ask ORDER                ask Alipay about every attempt to pay it, and book what came
  luffy message ID                     print a message of an order as it came, for luffy alipay verify
  luffy reconcile DATE                 compare Alipay's bill of a day, like 2026-11-21, with the shop; exit 3 when
                                       differences are open
  luffy reconcile settle ID --note TEXT
                                       close a difference that was cleared up
  luffy export MONTH|DATE              write the payments and refunds of a month or a day as CSV for a spreadsheet
  luffy refund ORDER [--line N | --amount 100.00] --reason TEXT [--key KEY]
                                       give back a line, a sum, or all that is left of an order; the same key again
                                       is the same refund, and so is the same sum without a key
  luffy refund requests                list the refunds that students ask for
  luffy refund approve ID|ORDER [--reason TEXT]
                                       grant a request, or all open ones of an order
  luffy refund reject ID|ORDER --reason TEXT
                                       refuse them; the student reads the reason
  luffy refund settle ORDER|OUT_REQUEST_NO --note TEXT
                                       book a refund that Alipay refused for good as paid by other means
  luffy audit                          check every invariant of the database; exit 3 when a row breaks one
  luffy alipay verify --kind K --public-key FILE < MESSAGE
                                       tell whether Alipay signed a return, notify or response

Settings are read from the environment; luffy config lists them.
`

// The exit codes beside 0.
const (
	exitFailure = 1 // the command failed
	exitUsage   = 2 // wrong arguments or settings: nothing was begun
	exitOpen    = 3 // a check found something: differences are open, or an invariant is broken
)

// The errors with an exit code of their own; any other is exitFailure.
var (
	errUsage    = errors.New("wrong arguments")
	errSettings = errors.New("the settings are not right")
	errOpen     = errors.New("this needs somebody") // the check has printed what it found
)

func main() {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // it is ignored under nohup, where the program outlives its terminal
		signals = append(signals, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	code := program{environ: os.Environ(), stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}.run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// program is the part of the process that commands may touch; tests give them another.
type program struct {
	environ        []string
	stdin          io.Reader
	stdout, stderr io.Writer
}

// run carries out the command that the arguments name and returns the exit code of the process.
func (p program) run(ctx context.Context, args []string) int {
	name, rest := "help", args
	if len(args) > 0 {
		name, rest = args[0], args[1:]
	}
	if name == "alipay" && len(rest) > 0 && rest[0] == "verify" {
		return alipayVerify(rest[1:], p.stdin, p.stdout, p.stderr)
	}
	out := &output{Writer: p.stdout}
	p.stdout = out
	commands := map[string]func(context.Context, []string) error{
		"serve": p.serve, "migrate": p.migrate, "config": p.config,
		"user": p.user, "course": p.course, "coupon": p.coupon, "order": p.order, "message": p.message,
		"reconcile": p.reconcile, "export": p.export, "refund": p.refund, "audit": p.audit,
		"help": p.help, "-h": p.help, "--help": p.help,
	}
	command, ok := commands[name]
	if !ok {
		command = func(context.Context, []string) error { return errUsage }
	}
	err := command(ctx, rest)
	if errors.Is(err, context.Canceled) {
		err = cmp.Or(context.Cause(ctx), err) // which signal it was, whatever it interrupted
	}
	return p.exitCode(cmp.Or(err, out.fault))
}

// output remembers that something could not be written: a report that a full disk has swallowed is no
// success.
type output struct {
	io.Writer
	fault error
}

func (o *output) Write(text []byte) (int, error) {
	n, err := o.Writer.Write(text)
	o.fault = cmp.Or(o.fault, err)
	return n, err
}

// exitCode prints the error of a command and gives the exit code that stands for it.
func (p program) exitCode(err error) int {
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errUsage):
		fmt.Fprintf(p.stderr, "luffy: %v; see luffy help\n", err)
		return exitUsage
	}
	fmt.Fprintln(p.stderr, "luffy:", err)
	switch {
	case errors.Is(err, errSettings):
		return exitUsage
	case errors.Is(err, errOpen):
		return exitOpen
	default:
		return exitFailure
	}
}

func (p program) help(context.Context, []string) error {
	_, err := io.WriteString(p.stdout, usage)
	return err
}

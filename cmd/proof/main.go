// Command proof shows that the shop books every payment exactly once although it dies: the real program is killed before and after
// each statement of its transactions, and at random under load, is started again, and its books are compared with Alipay's.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "proof:", err)
		os.Exit(1)
	}
}

// options say what to prove, and for how long.
type options struct {
	storms time.Duration // how long storms rage in all
	seed   uint64
	at     string // a point, a scenario, or "storm"; "" = everywhere
	each   bool   // print every crash
}

const stormName = "storm"

func parse(args []string, help io.Writer) (options, error) {
	o := options{}
	flags := flag.NewFlagSet("proof", flag.ContinueOnError)
	flags.SetOutput(help)
	flags.DurationVar(&o.storms, "for", 5*time.Minute, "how long storms rage, after every point has been tried")
	flags.Uint64Var(&o.seed, "seed", uint64(time.Now().UnixNano()), "of the storms' choices")
	flags.StringVar(&o.at, "at", "", "only a `point` like fulfil:7:after, a scenario like refund, or storm")
	flags.BoolVar(&o.each, "each", false, "tell of every crash what it left")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.at == "" || o.at == stormName {
		return o, nil
	}
	_, err := parsePoint(o.at)
	return o, err
}

func run(ctx context.Context, args []string, stdout io.Writer) (err error) {
	o, err := parse(args, stdout)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	shop, err := newWorkshop(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shop.close()) }()
	fmt.Fprintf(stdout, "seed %d\n", o.seed)
	p := proof{workshop: shop, options: o, out: stdout}
	if err := p.prove(ctx); err != nil {
		return fmt.Errorf("seed %d: %w", o.seed, err)
	}
	return nil
}

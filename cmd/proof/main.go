// Command proof shows that the shop books every payment exactly once, even if it dies. It kills the
// real program before and after each statement of its transactions, and at random under load,
// starts it again, and compares its books with Alipay's. It also brings its database into every
// kind of trouble, which the program has to survive. README.md in this folder says more.
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

	mysqldriver "github.com/go-sql-driver/mysql"
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

func run(ctx context.Context, args []string, stdout io.Writer) (err error) {
	o, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		return help(stdout)
	}
	if err != nil {
		return fmt.Errorf("%w; -h tells what there is", err)
	}
	if err := mysqldriver.SetLogger(&mysqldriver.NopLogger{}); err != nil { // connections are cut all the time
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

// Command demo is the shop to try out: shop and Alipay simulator in one process on an embedded
// database, with courses, coupons, and a student and a shopkeeper to log in as. It takes no real money.
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
	_ "time/tzdata"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	o, err := parse(os.Args[1:], os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return
	case err != nil:
		os.Exit(2) // parse has said why
	}
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// options are the demo's few choices.
type options struct {
	addr       string
	alipayAddr string
	data       string // folder that keeps the database, the keys and the simulator's state
	orderTTL   time.Duration
	log        io.Writer // gets warnings and errors
}

// parse reads the command line. It prints the help, or what is wrong, to messages.
func parse(args []string, messages io.Writer) (options, error) {
	o := options{log: messages}
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.SetOutput(messages)
	flags.StringVar(&o.addr, "addr", "127.0.0.1:8080", "address of the shop")
	flags.StringVar(&o.alipayAddr, "alipay-addr", "127.0.0.1:8081", "address of the Alipay simulator")
	flags.StringVar(&o.data, "data", ".demo", "folder that keeps everything; remove it to start anew")
	flags.DurationVar(&o.orderTTL, "order-ttl", 15*time.Minute, "how long an order may stay unpaid")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		err := fmt.Errorf("unexpected argument %q; see --help", flags.Arg(0))
		fmt.Fprintln(messages, err)
		return o, err
	}
	return o, nil
}

// run starts the demo, prints where it is, and stops it when ctx ends.
func run(ctx context.Context, o options) error {
	d, err := start(ctx, o)
	if err != nil {
		return err
	}
	fmt.Printf(banner, d.shopURL, d.simulatorURL, studentName, studentPassword, keeperName, keeperPassword,
		d.shopURL, o.data)
	return d.serve(ctx)
}

const banner = `
  路飞学城 课程商店（演示）

    商店          %s
    支付宝模拟器  %s/admin
    学员账号      %s  密码 %s
    店主账号      %s  密码 %s，登录后打开 %s/staff

  The shop and an Alipay simulator are running; no real money moves. Data stays in %s.
  Stop with Ctrl-C.

`

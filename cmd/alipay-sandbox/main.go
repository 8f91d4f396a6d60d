// Command alipay-sandbox runs the Alipay simulator as a server of its own (沙箱模拟器).
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch _, usage := errors.AsType[usageError](err); {
	case err == nil || errors.Is(err, flag.ErrHelp):
	case usage:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	default:
		fmt.Fprintln(os.Stderr, "alipay-sandbox:", err)
		os.Exit(1)
	}
}

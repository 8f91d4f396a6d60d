// Command bench compares the shop with bare SQL on the same MariaDB, in one run: notifies per second
// over HTTP, and pages of My Orders per second. `make bench` starts a private server for it that flushes
// every commit.
//
// With -sizes it also measures the shop with tables of different sizes, with -soak it watches the
// memory.
//
// Whatever is compared takes turns, so that a machine that becomes slower slows down all of it.
// Trust the ratios, not the rates.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"

	"luffy/cmd/internal/server"
	"luffy/models/modelstest"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options say how long to measure.
type options struct {
	notifies int           // of each measurement
	pages    time.Duration // of each measurement of pages
	rounds   int           // how often shop and bare SQL take turns; the median counts
	conns    []int
	sizes    []int         // numbers of orders in the tables, to compare the shop at; empty for no comparison
	soakTime time.Duration // 0 for no soak
	profile  string        // file for a CPU profile, or empty
}

func parse(args []string) (options, error) {
	o := options{}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.IntVar(&o.notifies, "notifies", 1500, "notifies in each measurement")
	flags.DurationVar(&o.pages, "pages", 3*time.Second, "time of each measurement of My Orders")
	flags.IntVar(&o.rounds, "rounds", 3, "turns of shop and bare SQL")
	flags.DurationVar(&o.soakTime, "soak", 0, "watch the memory for so long")
	flags.StringVar(&o.profile, "profile", "", "write a CPU profile to this file")
	conns := flags.String("conns", "1,16,64", "connections at once")
	sizes := flags.String("sizes", "", "orders in the tables, as 50000,5000000: compare the shop at these sizes")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	var err1, err2 error
	o.conns, err1 = numbers(*conns)
	o.sizes, err2 = numbers(*sizes)
	return o, errors.Join(err1, err2)
}

func numbers(list string) ([]int, error) {
	var all []int
	for field := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ',' }) {
		n, err := strconv.Atoi(field)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q: want numbers above 0 with commas between", list)
		}
		all = append(all, n)
	}
	return all, nil
}

func run(ctx context.Context, args []string) (err error) {
	o, err := parse(args)
	if err != nil {
		return err
	}
	host := os.Getenv(modelstest.MariaDBVariable)
	if host == "" {
		return fmt.Errorf("%s is not set; run make bench", modelstest.MariaDBVariable)
	}
	server.CollectLess() // as the program does
	b, err := openBench(ctx, host, "luffy_bench", o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	stop, err := startProfile(o.profile)
	if err != nil {
		return err
	}
	return errors.Join(
		b.measureNotifies(ctx),
		b.measurePages(ctx),
		b.measureStart(ctx),
		measureSizes(ctx, host, o),
		b.soak(ctx),
		stop(),
	)
}

func startProfile(name string) (stop func() error, err error) {
	if name == "" {
		return func() error { return nil }, nil
	}
	file, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	stop = func() error { pprof.StopCPUProfile(); return file.Close() }
	return stop, pprof.StartCPUProfile(file)
}

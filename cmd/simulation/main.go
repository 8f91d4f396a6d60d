//go:debug rsa1024min=0

// Command simulation runs the shop and the Alipay simulator through weeks of trade, in one process and
// on one virtual clock. It runs as many such worlds side by side as the machine has cores. A seed
// decides everything in a world: who buys, pays twice, pays late or leaves, which messages are lost,
// doubled or forged, which calls and statements fail, and when the shop dies. Each day, and once all
// is quiet, the books of both sides are compared. If a single fen is not where it should be, the run
// ends and prints the seed, with which it can be repeated.
package main

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"time"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "simulation:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	if o.worlds > 1 {
		return sideBySide(ctx, o, elsewhere)
	}
	debug.SetGCPercent(400) // memory is small and the run is short
	runtime.GOMAXPROCS(1)   // one thing happens at a time, and need not go from core to core
	stop, err := startProfile(o.profile)
	if err != nil {
		return err
	}
	for began := time.Now(); ; o.seed++ {
		err := runSeed(ctx, o)
		if err != nil || time.Since(began) >= o.length {
			return errors.Join(err, stop())
		}
	}
}

// runSeed simulates one world and prints its table.
func runSeed(ctx context.Context, o options) error {
	fmt.Printf("seed %d\n", o.seed)
	began := time.Now()
	report, err := simulate(ctx, o)
	fmt.Print(report)
	if err != nil {
		return err
	}
	fmt.Println(rate(report.of("orders"), time.Since(began)))
	return nil
}

func rate(orders int64, took time.Duration) string {
	return fmt.Sprintf("in %v: %d orders a second", took.Round(time.Millisecond), orders*int64(time.Second)/int64(took))
}

// options say how much to simulate.
type options struct {
	seed     uint64
	orders   int
	days     int
	students int
	worlds   int           // each with a seed of its own, in a process of its own
	length   time.Duration // seed after seed, until this is over
	calm     bool          // no faults: what is left is the shop by itself
	profile  string        // file for a CPU profile, or empty
	log      slog.Handler  // what the shop writes; tests read along
}

func parse(args []string) (options, error) {
	o := options{log: slog.DiscardHandler}
	flags := flag.NewFlagSet("simulation", flag.ContinueOnError)
	flags.Uint64Var(&o.seed, "seed", 0, "decides everything; 0 draws one")
	flags.IntVar(&o.orders, "orders", 10_000, "visits of students who mean to order")
	flags.IntVar(&o.days, "days", 14, "simulated days in which they come")
	flags.IntVar(&o.students, "students", 2000, "students")
	flags.IntVar(&o.worlds, "worlds", runtime.NumCPU(), "worlds side by side, with the seeds from -seed on")
	flags.DurationVar(&o.length, "for", 0, "go on with the seeds that follow until this time is over")
	flags.BoolVar(&o.calm, "calm", false, "without faults")
	flags.StringVar(&o.profile, "profile", "", "write a CPU profile of one world to this file")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if min(o.orders, o.days, o.students, o.worlds) < 1 || flags.NArg() > 0 {
		return o, errors.New("-orders, -days, -students and -worlds are numbers above 0, and there is nothing else to say")
	}
	if o.profile != "" {
		o.worlds = 1
	}
	if o.seed == 0 {
		o.seed = anySeed()
	}
	return o, nil
}

// anySeed draws a seed that is short enough to be typed.
func anySeed() uint64 {
	var b [4]byte
	rand.Read(b[:])
	return uint64(binary.BigEndian.Uint32(b[:])) + 1
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

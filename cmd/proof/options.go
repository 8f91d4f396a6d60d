package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// options say what to prove, and for how long.
type options struct {
	storms time.Duration // how long all storms together last
	seed   uint64
	at     string // a point, a scenario, a trouble, troublesName or stormName; "" = everywhere
	each   bool   // print every crash
}

// What -at takes besides the names of scenarios and troubles.
const (
	troublesName = "troubles"
	stormName    = "storm"
)

func flagsFor(o *options) *flag.FlagSet {
	flags := flag.NewFlagSet("proof", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // parse returns the error
	flags.DurationVar(&o.storms, "for", 5*time.Minute, "how long storms rage, after everything else has been tried")
	flags.Uint64Var(&o.seed, "seed", uint64(time.Now().UnixNano()),
		"of the storms' choices; the next storm has the next one")
	flags.StringVar(&o.at, "at", "",
		"only `what`: a scenario, a point of one like fulfil:7:after, a trouble, troubles, or storm")
	flags.BoolVar(&o.each, "each", false, "tell of every crash at which statement it was and what it left")
	return flags
}

// parse reads the arguments. Errors: flag.ErrHelp, and what is wrong with them.
func parse(args []string) (options, error) {
	o := options{}
	flags := flagsFor(&o)
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("%q is no flag", flags.Arg(0))
	}
	if o.storms < 0 {
		return o, fmt.Errorf("-for %s: no storm is that short", o.storms)
	}
	return o, o.checkAt()
}

func (o options) checkAt() error {
	if o.at == "" || o.at == troublesName || o.at == stormName {
		return nil
	}
	if _, err := troubleNamed(o.at); err == nil {
		return nil
	}
	_, err := parsePoint(o.at)
	if errors.Is(err, errNoScenario) {
		return fmt.Errorf("-at %q: there is no such thing, but there are the scenarios %s; the troubles %s; %s and %s",
			o.at, strings.Join(names(scenarios), ", "), strings.Join(names(troubles), ", "), troublesName, stormName)
	}
	if err != nil {
		return fmt.Errorf("-at %w", err)
	}
	return nil
}

// named is what -at can name.
type named interface{ title() (name, what string) }

func (s scenario) title() (name, what string) { return s.name, s.what }
func (c trouble) title() (name, what string)  { return c.name, c.what }

func names[T named](all []T) []string {
	list := make([]string, len(all))
	for i, one := range all {
		list[i], _ = one.title()
	}
	return list
}

const helpText = `proof kills the shop, and troubles its database, and looks whether every fen is where it belongs.

  make proof PROOF="-for 10m -seed 7"         everything; storms for ten minutes
  make proof PROOF="-at refund -each"         every point of a scenario
  make proof PROOF="-at fulfil:7:after -each" the point right after the seventh statement of it
  make proof PROOF="-at frozen"               a trouble
  make proof PROOF="-at storm -for 20s -seed 7"

|The number of a scenario's statements is found by playing it once undisturbed. Dying at a point
is the same every time; of a storm the seed decides what students and disasters choose, and the
machine how they meet.

`

// help explains the flags and lists what -at takes.
func help(stdout io.Writer) error {
	fmt.Fprint(stdout, helpText)
	o := options{}
	flags := flagsFor(&o)
	flags.SetOutput(stdout)
	flags.PrintDefaults()
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\nScenarios, whose points are before and after each statement:")
	list(table, scenarios)
	fmt.Fprintln(table, "\nTroubles:")
	list(table, troubles)
	fmt.Fprintln(table, "\nStorms:")
	fmt.Fprintf(table, "  %s\t%d students live all kinds of lives, and the program dies all the time\n",
		stormName, stormStudents)
	return table.Flush()
}

func list[T named](table io.Writer, all []T) {
	for _, one := range all {
		name, what := one.title()
		fmt.Fprintf(table, "  %s\t%s\n", name, what)
	}
}

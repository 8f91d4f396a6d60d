package main

import (
	"errors"
	"flag"
	"strings"
	"testing"
	"time"
)

func TestOptions(t *testing.T) {
	got, err := parse(strings.Fields("-for 3s -seed 7 -at refund:3:before -each"))
	if want := (options{3 * time.Second, 7, "refund:3:before", true}); err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	for _, at := range []string{"refund", "frozen", "troubles", "storm"} {
		if got, err := parse([]string{"-at", at}); err != nil || got.at != at {
			t.Errorf("-at %s: got %q, %v", at, got.at, err)
		}
	}
}

// TestWrongOptions: whoever mistypes is told what there is.
func TestWrongOptions(t *testing.T) {
	for args, wants := range map[string][]string{
		"-at somewhere":       {`"somewhere"`, "fulfil, return", "frozen", "storm"},
		"-at somewhere:1":     {`"somewhere:1"`, "fulfil, return"},
		"-at refund:7":        {"refund:7:after", "from 1"},
		"-at refund:0:before": {"refund:7:after"},
		"-at refund:7:during": {"before or after"},
		"-for soon":           {"soon", "-for"},
		"-for -3s":            {"-for -3s"},
		"-seed -1":            {"-seed"},
		"-seed x":             {`"x"`, "-seed"},
		"fulfil":              {`"fulfil" is no flag`},
		"-all":                {"-all"},
	} {
		_, err := parse(strings.Fields(args))
		if err == nil {
			t.Errorf("%s: got no error", args)
			continue
		}
		for _, want := range wants {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %q, want %q in it", args, err, want)
			}
		}
	}
	if _, err := parse([]string{"-h"}); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("-h: got %v, want help", err)
	}
}

func TestHelp(t *testing.T) {
	var said strings.Builder
	if err := help(&said); err != nil {
		t.Fatal(err)
	}
	listed := append(names(scenarios), names(troubles)...)
	for _, want := range append(listed, "-seed", "-for", "-at", "-each", "fulfil:7:after") {
		if !strings.Contains(said.String(), want) {
			t.Errorf("%q is not explained", want)
		}
	}
}

// TestPointBeyond: a point that the scenario does not come to is no proof of anything.
func TestPointBeyond(t *testing.T) {
	at, err := parsePoint("refund:9:after")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := onePoint(at)(8); err == nil || !strings.Contains(err.Error(), "refund has 8 statements") {
		t.Errorf("got %v, %v; want the number of statements", got, err)
	}
	if got, err := onePoint(at)(9); err != nil || len(got) != 1 || got[0] != at {
		t.Errorf("got %v, %v; want the point", got, err)
	}
}

// TestNames: what -at takes is unmistakable.
func TestNames(t *testing.T) {
	seen := map[string]bool{troublesName: true, stormName: true}
	for _, name := range append(names(scenarios), names(troubles)...) {
		if seen[name] || strings.Contains(name, ":") {
			t.Errorf("%q stands for two things, or is a point", name)
		}
		seen[name] = true
	}
}

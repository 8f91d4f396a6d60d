package main

import (
	"errors"
	"flag"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCommandLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"an unknown flag", []string{"--port", "1"}, "-port"},
		{"no duration", []string{"--order-ttl", "soon"}, `"soon"`},
		{"an argument", []string{"serve"}, `unexpected argument "serve"`},
		{"help", []string{"--help"}, "folder that keeps everything"},
	} {
		var said strings.Builder
		_, err := parse(c.args, &said)
		if err == nil || !strings.Contains(said.String(), c.want) {
			t.Errorf("%s: got %v and %q, want an error and %q", c.name, err, said.String(), c.want)
		}
		if help := errors.Is(err, flag.ErrHelp); help != (c.name == "help") {
			t.Errorf("%s: got %v", c.name, err)
		}
	}
}

// TestCannotStart: whoever starts the demo twice, or where it cannot keep its data, is told what to do.
func TestCannotStart(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		set  options
		want []string
	}{
		{
			"port of the shop taken",
			options{addr: taken.Addr().String(), alipayAddr: "127.0.0.1:0", data: t.TempDir(), log: io.Discard},
			[]string{taken.Addr().String(), "in use", "--addr"},
		},
		{
			"port of the simulator taken",
			options{addr: "127.0.0.1:0", alipayAddr: taken.Addr().String(), data: t.TempDir(), log: io.Discard},
			[]string{taken.Addr().String(), "in use", "--alipay-addr"},
		},
		{
			"data folder is a file",
			options{addr: "127.0.0.1:0", alipayAddr: "127.0.0.1:0", data: file, log: io.Discard},
			[]string{file},
		},
		{
			"no time to pay",
			options{addr: "127.0.0.1:0", alipayAddr: "127.0.0.1:0", data: t.TempDir(), log: io.Discard},
			[]string{"ORDER_TTL"},
		},
	} {
		err := run(t.Context(), c.set)
		if err == nil {
			t.Errorf("%s: the demo starts", c.name)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q does not say %s", c.name, err, want)
			}
		}
	}
}

// TestUnspecifiedAddress: a demo that listens on every address is still reached at one that browsers take.
func TestUnspecifiedAddress(t *testing.T) {
	t.Parallel()
	everywhere, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	defer everywhere.Close()
	if got := urlOf(everywhere); !strings.HasPrefix(got, "http://127.0.0.1:") {
		t.Errorf("got %s, want http://127.0.0.1:…", got)
	}
}

package main

import (
	"crypto/rsa"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"

	"luffy/models/alipay"
	"luffy/models/alipay/sandbox"
)

// settings are the command line, checked.
type settings struct {
	addr         string
	appID        string
	sellerID     string
	appPublicKey *rsa.PublicKey
	keyDir       string
	stateFile    string
	clock        string
	strict       bool
}

// usageError holds every fault of the command line.
type usageError struct{ error }

// parseFlags reads the command line. The error names everything that is wrong with it. The answer to
// -h is written to help.
func parseFlags(args []string, help io.Writer) (settings, error) {
	var set settings
	var keyFile string
	var anyAddress bool
	flags := flag.NewFlagSet("alipay-sandbox", flag.ContinueOnError)
	flags.StringVar(&set.addr, "addr", "127.0.0.1:9090", "listen on this `host:port`; port 0 picks a free one")
	flags.BoolVar(&anyAddress, "any-address", false, "allow --addr to be reachable from other machines")
	flags.StringVar(&set.appID, "app-id", "", "`app_id` of the shop")
	flags.StringVar(&set.sellerID, "seller-id", "", "`PID` of the seller, 2088…")
	flags.StringVar(&keyFile, "app-public-key", "", "`file` with the shop's 应用公钥")
	flags.StringVar(&set.keyDir, "key-dir", "", "`folder` for the simulator's own key pair, made on the first start")
	flags.StringVar(&set.stateFile, "state", "", "`file` that keeps the trades over restarts (default: memory only)")
	flags.StringVar(&set.clock, "clock", "real", "pace of the virtual clock: real, xN or manual")
	flags.BoolVar(&set.strict, "strict", false,
		"refuse timestamps off by 30 minutes, and a charset named in the body only")
	flags.SetOutput(io.Discard)
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		flags.SetOutput(help)
		flags.PrintDefaults()
		return settings{}, err
	} else if err != nil {
		return settings{}, usageError{err}
	}
	var faults []error
	for _, name := range []string{"app-id", "seller-id", "app-public-key", "key-dir"} {
		if flags.Lookup(name).Value.String() == "" {
			faults = append(faults, fmt.Errorf("--%s is missing", name))
		}
	}
	if flags.NArg() > 0 {
		faults = append(faults, fmt.Errorf("unexpected argument %q", flags.Arg(0)))
	}
	if _, err := sandbox.ParseClock(set.clock); err != nil {
		faults = append(faults, fmt.Errorf("--clock: %w", err))
	}
	faults = append(faults, checkAddr(set.addr, anyAddress))
	if keyFile != "" {
		var err error
		if set.appPublicKey, err = readPublicKey(keyFile); err != nil {
			faults = append(faults, fmt.Errorf("--app-public-key: %w", err))
		}
	}
	if err := errors.Join(faults...); err != nil {
		return settings{}, usageError{err}
	}
	return set, nil
}

// checkAddr refuses addresses that other machines can reach, unless anyAddress is set: the simulator
// has no login.
func checkAddr(addr string, anyAddress bool) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("--addr: %w", err)
	}
	ip, err := netip.ParseAddr(host)
	if loopback := host == "localhost" || err == nil && ip.IsLoopback(); !loopback && !anyAddress {
		return fmt.Errorf("--addr %s is not a loopback address; add --any-address if that is meant", addr)
	}
	return nil
}

func readPublicKey(file string) (*rsa.PublicKey, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return alipay.ParsePublicKey(text)
}

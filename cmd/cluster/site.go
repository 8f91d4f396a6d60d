package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"luffy/cmd/internal/keyfile"
	"luffy/models/alipay/sandbox"
)

// The profile that shop and simulator share. The app is the tutorial's.
const (
	appID    = "2016091600523592"
	sellerID = "2088102175868026"
)

// site is a shop of several replicas behind a balancer, with a simulated Alipay beside it.
type site struct {
	folder    string // keys and logs
	alipay    *sandbox.Sandbox
	alipayURL string
	url       string // of the balancer, which is the shop's address
	balancer  *balancer
	replicas  []*replica

	stopServing context.CancelFunc
	serving     sync.WaitGroup
}

// openSite starts the simulator and the balancer. newReplica adds the replicas.
func openSite(ctx context.Context, folder string) (*site, error) {
	s := &site{folder: folder, balancer: newBalancer()}
	app, err := keyfile.Load(s.appKeyFile())
	if err != nil {
		return nil, err
	}
	s.alipay, err = sandbox.New(sandbox.Config{AppID: appID, SellerID: sellerID, AppPublicKey: &app.PublicKey})
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(s.alipayKeyFile(), s.alipay.PublicKeyPEM(), 0o600); err != nil {
		return nil, err
	}
	ctx, s.stopServing = context.WithCancel(context.WithoutCancel(ctx))
	if s.alipayURL, err = s.serve(ctx, s.alipay.Handler()); err != nil {
		return nil, err
	}
	s.alipay.SetBaseURL(s.alipayURL)
	if s.url, err = s.serve(ctx, s.balancer.handler()); err != nil {
		return nil, err
	}
	s.serving.Go(func() { s.balancer.watch(ctx) })
	s.serving.Go(func() { _ = s.alipay.Run(ctx) }) // it ends with ctx alone
	return s, nil
}

func (s *site) appKeyFile() string    { return filepath.Join(s.folder, "app_private_key.pem") }
func (s *site) alipayKeyFile() string { return filepath.Join(s.folder, "alipay_public_key.pem") }

// serve answers on a free port of loopback until ctx ends.
func (s *site) serve(ctx context.Context, handler http.Handler) (address string, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	s.serving.Go(func() { _ = server.Serve(listener) }) // always ErrServerClosed
	context.AfterFunc(ctx, func() { _ = server.Close() })
	return "http://" + listener.Addr().String(), nil
}

// settings are the settings that all replicas and commands share. The session keys must be the same
// everywhere.
func (s *site) settings(database string) []string {
	return append(os.Environ(),
		"LUFFY_BASE_URL="+s.url,
		"LUFFY_DATABASE_URL="+database,
		"LUFFY_SESSION_KEY_FILE="+filepath.Join(s.folder, "session.key"),
		"LUFFY_TRUSTED_PROXIES=127.0.0.1/32",
		"LUFFY_ALIPAY_GATEWAY="+s.alipayURL+"/gateway.do",
		"LUFFY_ALIPAY_APP_ID="+appID,
		"LUFFY_ALIPAY_SELLER_ID="+sellerID,
		"LUFFY_ALIPAY_APP_PRIVATE_KEY_FILE="+s.appKeyFile(),
		"LUFFY_ALIPAY_PUBLIC_KEY_FILE="+s.alipayKeyFile(),
	)
}

// tool runs a command of the program, like migrate up, on the database. Its standard input is the
// students' password.
func (s *site) tool(ctx context.Context, database, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env, cmd.Stdin = s.settings(database), strings.NewReader(password+"\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("luffy %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}

// close ends everything that was started.
func (s *site) close() error {
	var faults []error
	for _, r := range s.replicas {
		faults = append(faults, r.stop())
	}
	s.stopServing()
	s.serving.Wait()
	return errors.Join(append(faults, s.alipay.Close())...)
}

// password is the password of every student.
const password = "correct horse"

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"luffy/cmd/internal/keyfile"
	"luffy/models/alipay/sandbox"
)

// run serves until ctx ends. It writes what scripts need to know to stdout, one fact per line, and the
// log to stderr.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	set, err := parseFlags(args, stdout)
	if err != nil {
		return err
	}
	key, err := keyfile.Load(filepath.Join(set.keyDir, privateKeyFile))
	if err != nil {
		return err
	}
	s, err := sandbox.New(sandbox.Config{
		AppID: set.appID, SellerID: set.sellerID, AppPublicKey: set.appPublicKey, Key: key, StateFile: set.stateFile,
		Strict: set.strict, Logger: slog.New(slog.NewTextHandler(stderr, nil)),
	})
	if err != nil {
		return err
	}
	return errors.Join(serve(ctx, s, set, stdout), s.Close())
}

func serve(ctx context.Context, s *sandbox.Sandbox, set settings, stdout io.Writer) error {
	if err := s.SetClock(set.clock); err != nil {
		return err
	}
	publicKey := filepath.Join(set.keyDir, publicKeyFile)
	if err := os.WriteFile(publicKey, s.PublicKeyPEM(), 0o644); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", set.addr)
	if err != nil {
		return err
	}
	base := "http://" + listener.Addr().String()
	fmt.Fprintf(stdout, "沙箱模拟器 / SIMULATOR\ngateway     %s/gateway.do\npublic key  %s\nadmin       %s/admin\n",
		base, publicKey, base)

	server := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      2 * time.Minute, // longer than any fault that makes the caller wait
		IdleTimeout:       time.Minute,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	return serveAndNotify(ctx, s, server, listener)
}

// serveAndNotify runs the server and the notify worker. When one of them ends, it stops the other.
func serveAndNotify(ctx context.Context, s *sandbox.Sandbox, server *http.Server, listener net.Listener) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var running sync.WaitGroup
	var worker, shutdown error
	running.Go(func() { worker = s.Run(ctx) })
	running.Go(func() {
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		shutdown = server.Shutdown(grace)
	})
	err := server.Serve(listener)
	stop()
	running.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return errors.Join(err, worker, shutdown)
}

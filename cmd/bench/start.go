package main

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// measureStart prints (e): the time from the start of the program `luffy serve` to its first page.
func (b *bench) measureStart(ctx context.Context) (err error) {
	folder, err := os.MkdirTemp("", "luffy-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	program := filepath.Join(folder, "luffy")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/luffy").CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, out)
	}
	environ, err := b.settings(folder)
	if err != nil {
		return err
	}
	taken, err := inTurns(b.rounds, func() (sample, error) {
		took, err := firstPage(ctx, program, environ)
		return sample{rate: 1 / took.Seconds(), p50: took}, err
	})
	if err != nil {
		return err
	}
	fmt.Printf("\n(e) from the start of the program to its first page: %d ms\n", taken[0].p50.Milliseconds())
	return nil
}

// settings are those of a shop on the bench's database.
func (b *bench) settings(folder string) ([]string, error) {
	app, public := filepath.Join(folder, "app.pem"), filepath.Join(folder, "alipay.pem")
	err := errors.Join(writePEM(app, "PRIVATE KEY", b.app), writePEM(public, "PUBLIC KEY", &b.alipay.PublicKey))
	return append(os.Environ(),
		"LUFFY_DATABASE_URL="+b.url, "LUFFY_SESSION_KEY_FILE="+filepath.Join(folder, "session.key"),
		"LUFFY_ALIPAY_GATEWAY="+gateway, "LUFFY_ALIPAY_APP_ID="+appID, "LUFFY_ALIPAY_SELLER_ID="+sellerID,
		"LUFFY_ALIPAY_APP_PRIVATE_KEY_FILE="+app, "LUFFY_ALIPAY_PUBLIC_KEY_FILE="+public, "LUFFY_JOBS=off"), err
}

func writePEM(name, kind string, key any) error {
	marshal := x509.MarshalPKIXPublicKey
	if _, private := key.(*rsa.PrivateKey); private {
		marshal = x509.MarshalPKCS8PrivateKey
	}
	der, err := marshal(key)
	if err != nil {
		return err
	}
	return os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}

// firstPage starts the program on a free port, asks until a page comes, and ends it.
func firstPage(ctx context.Context, program string, environ []string) (took time.Duration, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	serve := exec.CommandContext(ctx, program, "serve")
	serve.Env = append(environ, "LUFFY_ADDR="+address)
	begin := time.Now()
	if err := serve.Start(); err != nil {
		return 0, err
	}
	defer func() {
		err = errors.Join(err, serve.Process.Signal(syscall.SIGTERM), serve.Wait())
	}()
	for {
		if err := askForPage(ctx, address); err == nil {
			return time.Since(begin), nil
		}
		select {
		case <-ctx.Done():
			return 0, fmt.Errorf("no page: %w", ctx.Err())
		case <-time.After(time.Millisecond):
		}
	}
}

func askForPage(ctx context.Context, address string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/", nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return err
	}
	return answer.Body.Close()
}

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"luffy/cmd/internal/server"
	"luffy/cmd/internal/settings"
	"luffy/models/alipay/sandbox"
)

// The profile that shop and simulator share. The app is the tutorial's.
const (
	appID    = "2016091600523592"
	sellerID = "2088102175868026"
)

// demo is a shop and a simulator with open ports.
type demo struct {
	settings     settings.Settings
	shop         *server.Server
	shopURL      string
	simulator    *sandbox.Sandbox
	simulatorURL string
	listeners    [2]net.Listener // of the shop and of the simulator
}

// start opens the ports, creates what the data folder lacks, and builds shop and simulator.
func start(ctx context.Context, o options) (*demo, error) {
	if err := os.MkdirAll(o.data, 0o700); err != nil {
		return nil, err
	}
	keys, err := loadKeys(o.data)
	if err != nil {
		return nil, err
	}
	d := &demo{}
	if err := d.listen(o); err != nil {
		return nil, err
	}
	log := slog.New(slog.NewTextHandler(o.log, &slog.HandlerOptions{Level: slog.LevelWarn}))
	d.simulator, err = sandbox.New(sandbox.Config{
		AppID: appID, SellerID: sellerID, AppPublicKey: &keys.app.PublicKey, Key: keys.alipay, BaseURL: d.simulatorURL,
		StateFile: filepath.Join(o.data, "alipay.jsonl"), Logger: log,
	})
	if err != nil {
		return nil, err
	}
	database := "sqlite:" + filepath.Join(o.data, "luffy.db")
	if err := stock(ctx, database, time.Now()); err != nil {
		return nil, err
	}
	d.settings = settings.Settings{
		Addr: o.addr, BaseURL: d.shopURL, DatabaseURL: database, SessionKeyFile: filepath.Join(o.data, "session.key"),
		Gateway: d.simulatorURL + "/gateway.do", AppID: appID, SellerID: sellerID,
		AppKeyFile: keys.appFile, AlipayKeyFile: keys.alipayPublicFile, OrderTTL: o.orderTTL, Jobs: "on",
		RefundDays: "7", RefundWatched: "30", Contact: "客服电话 400-000-0000（9:00–18:00）",
	}
	d.shop, err = server.New(ctx, d.settings, log)
	return d, err
}

func (d *demo) listen(o options) error {
	for i, addr := range []string{o.addr, o.alipayAddr} {
		listener, err := net.Listen("tcp", addr)
		if err != nil {
			return fmt.Errorf("%w; choose another address with --addr or --alipay-addr", err)
		}
		d.listeners[i] = listener
	}
	d.shopURL, d.simulatorURL = urlOf(d.listeners[0]), urlOf(d.listeners[1])
	return nil
}

// urlOf is the address under which a browser on this machine reaches the listener, even if that listens
// on all addresses.
func urlOf(listener net.Listener) string {
	addr := listener.Addr().(*net.TCPAddr)
	if addr.IP.IsUnspecified() {
		return fmt.Sprintf("http://127.0.0.1:%d", addr.Port)
	}
	return "http://" + addr.String()
}

// serve runs both sides until ctx ends or one of them fails; then both stop.
func (d *demo) serve(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	cashier := &http.Server{Handler: d.simulator.Handler(), ReadHeaderTimeout: 5 * time.Second}
	errs := make([]error, 3)
	var running sync.WaitGroup
	running.Go(func() { defer stop(); errs[1] = d.simulator.Run(ctx) })
	running.Go(func() {
		defer stop()
		if err := cashier.Serve(d.listeners[1]); !errors.Is(err, http.ErrServerClosed) {
			errs[2] = err
		}
	})
	errs[0] = d.shop.Serve(ctx, d.listeners[0], nil)
	stop()
	// The simulator is closed last, because the shop calls it until the end, and without waiting,
	// because an open page of it loses nothing.
	err := cashier.Close()
	running.Wait()
	return errors.Join(append(errs, err, d.simulator.Close())...)
}

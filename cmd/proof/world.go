package main

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"time"

	"luffy/models"
	"luffy/models/alipay"
	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest/dbproxy"
	"luffy/models/modelstest/logwatch"
	"luffy/models/payment"
)

// The profile that shop and simulator share.
const (
	appID    = "2016091600523592"
	sellerID = "2088102175868026"
)

// world is a shop on a database of its own, a proxy between the two, and a simulated Alipay.
// Whoever uses the world starts and kills the program. Everything that must exist before is made by
// the shop's packages in this process, without the proxy.
type world struct {
	*workshop
	server   string // host:port of MariaDB
	name     string // of the database, and of the account with which the program opens it
	db       *models.DB
	payments *payment.Service
	proxy    *dbproxy.Proxy
	alipay   *sandbox.Sandbox
	gateway  *httptest.Server
	address  string // where the program listens
	student  *visitor
	shop     *program // the one that was started last to serve; nil = none yet

	mu        sync.Mutex
	processes []*program // the last one launched is the victim
	leaks     []error    // of secrets into logs
	end       []func() error
}

// newWorld makes a world on the server that all share, with a clock that is that far behind.
func (w *workshop) newWorld(ctx context.Context, behind time.Duration) (*world, error) {
	return w.newWorldOn(ctx, w.server, behind)
}

func (w *workshop) newWorldOn(ctx context.Context, server string, behind time.Duration) (*world, error) {
	made := &world{workshop: w, server: server}
	now := func() time.Time { return time.Now().Add(-behind) }
	for _, step := range []func() error{
		func() error { return made.openShop(ctx, now) },
		func() error { return made.startAlipay(now) },
		func() error { return made.openPayments(now) },
	} {
		if err := step(); err != nil {
			return nil, errors.Join(err, made.close())
		}
	}
	return made, nil
}

// close ends everything that the world has started, the latest first.
func (w *world) close() error {
	w.killAll()
	var all []error
	for i := len(w.end) - 1; i >= 0; i-- {
		all = append(all, w.end[i]())
	}
	return errors.Join(all...)
}

func (w *world) atEnd(f func() error) { w.end = append(w.end, f) }

func (w *world) openShop(ctx context.Context, now func() time.Time) error {
	if err := w.newDatabase(ctx); err != nil {
		return err
	}
	w.atEnd(w.dropDatabase)
	err := w.openDatabase(ctx, now)
	if err != nil {
		return err
	}
	if w.proxy, err = dbproxy.Listen(w.server); err != nil {
		return err
	}
	w.atEnd(w.proxy.Close)
	w.address, err = w.freeAddress()
	return err
}

func (w *world) startAlipay(now func() time.Time) error {
	var err error
	w.alipay, err = sandbox.New(sandbox.Config{
		AppID: appID, SellerID: sellerID, AppPublicKey: &w.appKey.PublicKey, Key: w.alipayKey, Now: now,
	})
	if err != nil {
		return err
	}
	w.gateway = httptest.NewServer(w.alipay.Handler())
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.alipay.Run(ctx) }()
	w.atEnd(func() error {
		stop()
		err := <-ended
		w.gateway.Close()
		return errors.Join(err, w.alipay.Close())
	})
	return nil
}

func (w *world) openPayments(now func() time.Time) error {
	client, err := alipay.NewClient(alipay.Config{
		Gateway: w.gateway.URL + "/gateway.do", AppID: appID, SellerID: sellerID, AppPrivateKey: w.appKey,
		AlipayPublicKeys: []*rsa.PublicKey{&w.alipayKey.PublicKey}, Now: now,
	})
	log := slog.New(slog.NewTextHandler(logwatch.Watch(io.Discard, w.leaked), nil))
	w.payments = payment.New(payment.Config{
		DB: w.db, Alipay: client, AppID: appID, BaseURL: w.url(), Log: log,
	})
	return err
}

func (w *world) url() string { return "http://" + w.address }

// environ are the program's settings.
func (w *world) environ() []string {
	database := "mysql://" + w.name + ":" + logwatch.Marker + "@" + w.proxy.Addr() + "/" + w.name
	return []string{
		"LUFFY_ADDR=" + w.address,
		"LUFFY_BASE_URL=" + w.url(),
		"LUFFY_DATABASE_URL=" + database,
		"LUFFY_SESSION_KEY_FILE=" + filepath.Join(w.folder, w.name+".key"),
		"LUFFY_ALIPAY_GATEWAY=" + w.gateway.URL + "/gateway.do",
		"LUFFY_ALIPAY_APP_ID=" + appID,
		"LUFFY_ALIPAY_SELLER_ID=" + sellerID,
		"LUFFY_ALIPAY_APP_PRIVATE_KEY_FILE=" + w.appKeyFile(),
		"LUFFY_ALIPAY_PUBLIC_KEY_FILE=" + w.alipayKeyFile(),
	}
}

// freeAddress finds a port below the range that outgoing connections use, and gives it to no other
// world: between a death and the next start nobody listens there, and nobody else may take it.
func (w *workshop) freeAddress() (string, error) {
	err := errors.New("every address is given")
	for range 100 {
		address := fmt.Sprintf("127.0.0.1:%d", 20_000+rand.IntN(12_000))
		if _, given := w.addresses.LoadOrStore(address, true); given {
			continue
		}
		var listener net.Listener
		if listener, err = net.Listen("tcp", address); err == nil {
			return address, listener.Close()
		}
	}
	return "", fmt.Errorf("no free address: %w", err)
}

package server

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"luffy/cmd/internal/settings"
	"luffy/migrations"
	"luffy/models"
	"luffy/models/modelstest"
	"luffy/models/modelstest/logwatch"
)

const sellerID = "2088102175868026"

var client = http.Client{Timeout: time.Minute}

var appKey, alipayKey = sync.OnceValue(newKey), sync.OnceValue(newKey)

func newKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}

// onEach runs the test with the settings of a shop on SQLite and of one on MariaDB, both migrated.
// db is a second way into the same database, for a look at it while the shop runs and after it has
// stopped.
func onEach(t *testing.T, test func(t *testing.T, s settings.Settings, db *models.DB)) {
	t.Helper()
	for name, address := range map[string]func(*testing.T) string{
		"sqlite":  func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "luffy.db") },
		"mariadb": func(t *testing.T) string { return modelstest.MariaDBURL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := goodSettings(t, address(t))
			db, err := models.Open(t.Context(), models.Options{URL: s.DatabaseURL})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { db.Close() })
			if _, err := migrations.Up(t.Context(), db.SQL(), db.Dialect()); err != nil {
				t.Fatal(err)
			}
			test(t, s, db)
		})
	}
}

func goodSettings(t *testing.T, address string) settings.Settings {
	t.Helper()
	folder := t.TempDir()
	appFile := filepath.Join(folder, "app.pem")
	app := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(appKey())})
	if err := os.WriteFile(appFile, app, 0o600); err != nil {
		t.Fatal(err)
	}
	return settings.Settings{
		Addr: "127.0.0.1:0", BaseURL: "http://127.0.0.1:8080",
		DatabaseURL: address, SessionKeyFile: filepath.Join(folder, "session.key"),
		Gateway: "http://127.0.0.1:1/gateway.do", AppID: modelstest.AppID, SellerID: sellerID,
		AppKeyFile: appFile, AlipayKeyFile: keyFile(t, alipayKey()), OrderTTL: 15 * time.Minute, Jobs: "on",
		RefundDays: "7", RefundWatched: "30",
	}
}

func newShop(t *testing.T, s settings.Settings) *Server {
	t.Helper()
	shop, err := New(t.Context(), s, logwatch.New(t, io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	return shop
}

// running is a shop that serves until stop is called.
type running struct {
	address string // host:port
	stop    context.CancelFunc
	ended   chan error
}

func serve(t *testing.T, shop *Server) running {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return serveOn(t, shop, listener)
}

func serveOn(t *testing.T, shop *Server, listener net.Listener) running {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	r := running{address: listener.Addr().String(), stop: stop, ended: make(chan error, 1)}
	go func() { r.ended <- shop.Serve(ctx, listener, nil) }()
	return r
}

// until polls for a state that another goroutine brings about.
func until(t *testing.T, what string, reached func() bool) {
	t.Helper()
	deadline := time.After(time.Minute)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !reached() {
		select {
		case <-deadline:
			t.Fatalf("waited in vain for: %s", what)
		case <-tick.C:
		}
	}
}

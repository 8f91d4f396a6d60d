package handlers_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"luffy/handlers"
	"luffy/models"
	"luffy/models/alipay"
	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest"
	"luffy/models/modelstest/logwatch"
	"luffy/models/payment"
)

const (
	appID    = modelstest.AppID
	sellerID = "2088102175868026"
	contact  = "kefu@shop.example"
)

// The keys are shared, because making them takes long and no test changes them.
var appKey, alipayKey = sync.OnceValue(newKey), sync.OnceValue(newKey)

func newKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}

// world is a shop and a simulated Alipay that talk to each other over HTTP.
type world struct {
	t       *testing.T
	db      *models.DB
	stock   modelstest.Fixture
	routes  *echo.Echo
	shop    *httptest.Server
	alipay  *sandbox.Sandbox
	gateway *httptest.Server
	service *payment.Service
	log     *logwatch.Buffer
}

// setup is what a test may change before the world is built.
type setup struct {
	appID      string
	sellerID   string
	alipayKeys []*rsa.PublicKey // with which the shop verifies messages
	baseURL    string           // "" = the address at which the shop listens
	now        func() time.Time
	proxies    []netip.Prefix
	refunds    models.RefundRule
}

// newWorld fills the database with the fixture, unless it is broken, and starts both sides.
func newWorld(t *testing.T, db *models.DB, change ...func(*setup)) *world {
	t.Helper()
	s := setup{appID: appID, sellerID: sellerID, alipayKeys: []*rsa.PublicKey{&alipayKey().PublicKey}, now: time.Now}
	s.refunds = models.RefundRule{Days: 7, Watched: 50}
	for _, c := range change {
		c(&s)
	}
	w := &world{t: t, db: db, log: &logwatch.Buffer{}}
	if db.Ping(t.Context()) == nil {
		w.stock = modelstest.Shop(t, db)
	}
	w.startAlipay(s)
	w.startShop(s)
	return w
}

// eachWorld runs a test on a shop over SQLite and on one over MariaDB.
func eachWorld(t *testing.T, test func(*world)) {
	t.Helper()
	modelstest.OnEach(t, func(t *testing.T, db *models.DB) { test(newWorld(t, db)) })
}

// eachTimedWorld is eachWorld with a clock that the test sets.
func eachTimedWorld(t *testing.T, test func(*world, *handClock)) {
	t.Helper()
	for name, open := range map[string]func(testing.TB, ...func(*models.Options)) *models.DB{
		"sqlite": modelstest.SQLite, "mariadb": modelstest.MariaDB,
	} {
		t.Run(name, func(t *testing.T) {
			now := newHandClock()
			test(newWorld(t, open(t, modelstest.At(now.now)), func(s *setup) { s.now = now.now }), now)
		})
	}
}

// in is the same world, reporting to a part of the test.
func (w *world) in(t *testing.T) *world {
	part := *w
	part.t = t
	return &part
}

func (w *world) startAlipay(s setup) {
	w.t.Helper()
	var err error
	w.alipay, err = sandbox.New(sandbox.Config{
		AppID: s.appID, SellerID: s.sellerID, AppPublicKey: &appKey().PublicKey, Key: alipayKey(), Now: s.now,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.gateway = httptest.NewServer(w.alipay.Handler())
	w.t.Cleanup(w.gateway.Close)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.alipay.Run(ctx) }()
	w.t.Cleanup(func() {
		stop()
		if err := errors.Join(<-ended, w.alipay.Close()); err != nil {
			w.t.Errorf("simulator: %v", err)
		}
	})
}

func (w *world) startShop(s setup) {
	w.t.Helper()
	client, err := alipay.NewClient(alipay.Config{
		Gateway: w.gateway.URL + "/gateway.do", AppID: s.appID, SellerID: s.sellerID, AppPrivateKey: appKey(),
		AlipayPublicKeys: s.alipayKeys, Now: s.now,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.shop = httptest.NewUnstartedServer(nil)
	if s.baseURL == "" {
		s.baseURL = "http://" + w.shop.Listener.Addr().String()
	}
	log := logwatch.New(w.t, w.log)
	w.service = payment.New(payment.Config{DB: w.db, Alipay: client, AppID: s.appID, BaseURL: s.baseURL, Log: log})
	w.routes = handlers.New(handlers.Config{
		DB: w.db, Payments: w.service, SessionKeys: [][]byte{bytes.Repeat([]byte("k"), 32)}, OrderTTL: modelstest.TTL,
		Refunds: s.refunds, BaseURL: s.baseURL, Contact: contact, Gateway: w.gateway.URL + "/gateway.do", Log: log,
		TrustedProxies: s.proxies,
		Metrics:        http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}),
	})
	w.shop.Config.Handler = w.routes
	w.shop.Start()
	w.t.Cleanup(func() {
		w.shop.Close()
		if err := w.service.Wait(context.Background()); err != nil {
			w.t.Error(err)
		}
	})
}

// student adds a student and logs in a browser of theirs.
func (w *world) student(name string) (*browser, models.User) {
	w.t.Helper()
	user := modelstest.Student(w.t, w.db, name)
	b := w.browser()
	b.login(name)
	return b, user
}

// fault makes the simulator misbehave.
func (w *world) fault(f sandbox.Fault) {
	w.t.Helper()
	if err := w.alipay.AddFault(f); err != nil {
		w.t.Fatal(err)
	}
}

// queries counts the questions about an attempt that reached the simulator.
func (w *world) queries(outTradeNo string) int {
	calls := slices.DeleteFunc(w.alipay.Calls(), func(c sandbox.Call) bool {
		return c.Method != "alipay.trade.query" || c.OutTradeNo != outTradeNo
	})
	return len(calls)
}

// asked waits until the questions that pages began are answered.
func (w *world) asked() {
	w.t.Helper()
	if err := w.service.Wait(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// until polls for a state that another goroutine brings about.
func until(t *testing.T, what string, reached func() bool) {
	t.Helper()
	deadline := time.After(time.Minute)
	for !reached() {
		select {
		case <-deadline:
			t.Fatalf("waited in vain for: %s", what)
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// handClock is the time of shop and Alipay where a test sets it. It begins at 22:30 in Beijing.
type handClock struct{ at atomic.Pointer[time.Time] }

func newHandClock() *handClock {
	c := &handClock{}
	c.at.Store(new(time.Date(2026, 11, 22, 14, 30, 0, 0, time.UTC)))
	return c
}

func (c *handClock) now() time.Time { return *c.at.Load() }

func (c *handClock) advance(d time.Duration) { c.at.Store(new(c.now().Add(d))) }

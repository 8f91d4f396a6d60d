package payment_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/alipay"
	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest"
	"luffy/models/modelstest/logwatch"
	"luffy/models/payment"
)

const sellerID = "2088102175868026"

// The keys are made once, because that takes long and no test changes them.
var appKey, alipayKey = sync.OnceValue(newKey), sync.OnceValue(newKey)

func newKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}

// noon is when every test begins: 12:00 in Beijing.
var noon = time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)

// world is a shop and a simulated Alipay that talk to each other over HTTP, on one clock that only
// the test moves.
type world struct {
	*payment.Service
	t       *testing.T
	db      *models.DB
	alipay  *sandbox.Sandbox
	client  *alipay.Client
	gateway string
	stock   modelstest.Fixture
	ann     models.User
	answer  atomic.Value // what the shop says where it means success
}

type opener func(testing.TB, ...func(*models.Options)) *models.DB

// onEach runs the test in a new world on each database.
func onEach(t *testing.T, test func(*world)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(newWorld(t, modelstest.SQLite)) })
	t.Run("mariadb", func(t *testing.T) { test(newWorld(t, modelstest.MariaDB)) })
}

func newWorld(t *testing.T, open opener, options ...func(*models.Options)) *world {
	t.Helper()
	w := newSilentWorld(t, open, options...)
	shop := httptest.NewServer(http.HandlerFunc(w.hear))
	t.Cleanup(shop.Close)
	w.Service = w.service(modelstest.AppID, shop.URL)
	w.runAlipay()
	return w
}

// newSilentWorld makes a world without the shop's service, in which the simulator delivers no notifies.
func newSilentWorld(t *testing.T, open opener, options ...func(*models.Options)) *world {
	t.Helper()
	w := &world{t: t}
	w.answer.Store("success")
	w.gateway = w.startAlipay()
	w.db = open(t, append([]func(*models.Options){modelstest.At(w.alipay.Now)}, options...)...)
	w.stock = modelstest.Shop(t, w.db)
	w.ann = w.student("ann")
	w.client = w.newClient(nil)
	return w
}

// newClient makes a client of the shop for the simulator. If the transport is nil, it is the usual one.
func (w *world) newClient(over *http.Client) *alipay.Client {
	w.t.Helper()
	client, err := alipay.NewClient(alipay.Config{
		Gateway: w.gateway, AppID: modelstest.AppID, SellerID: sellerID, AppPrivateKey: appKey(),
		AlipayPublicKeys: []*rsa.PublicKey{&alipayKey().PublicKey}, Now: w.alipay.Now, HTTP: over,
	})
	w.must(err)
	return client
}

// service makes the shop's service for an app.
func (w *world) service(appID, baseURL string) *payment.Service {
	return payment.New(payment.Config{
		DB: w.db, Alipay: w.client, AppID: appID, BaseURL: baseURL, Log: logwatch.New(w.t, io.Discard),
	})
}

// student adds a student with 1,000 points. They have no password, because hashing it would take longer
// than all the rest.
func (w *world) student(name string) models.User {
	w.t.Helper()
	for _, statement := range []string{
		"INSERT INTO ly_user (username, password, credit, created_at) VALUES (?, '', 1000, ?)",
		"INSERT INTO ly_credit (user_id, opera, number, reference, created_at)" +
			" SELECT id, 1, credit, username, created_at FROM ly_user WHERE username = ? AND created_at = ?",
	} {
		_, err := w.db.SQL().ExecContext(w.t.Context(), statement, name, w.db.Now())
		w.must(err)
	}
	user, err := w.db.UserByName(w.t.Context(), name)
	w.must(err)
	return user
}

// startAlipay starts the simulator and returns the address of its gateway.
func (w *world) startAlipay() string {
	w.t.Helper()
	var err error
	w.alipay, err = sandbox.New(sandbox.Config{
		AppID: modelstest.AppID, SellerID: sellerID, AppPublicKey: &appKey().PublicKey, Key: alipayKey(),
		Now: func() time.Time { return noon },
	})
	if err == nil {
		err = w.alipay.SetClock("manual")
	}
	if err != nil {
		w.t.Fatal(err)
	}
	server := httptest.NewServer(w.alipay.Handler())
	w.t.Cleanup(server.Close)
	return server.URL + "/gateway.do"
}

// runAlipay lets the simulator deliver notifies until the test ends.
func (w *world) runAlipay() {
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

// hear is the shop's notify_url.
func (w *world) hear(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil || !w.Notify(r.Context(), string(body)) {
		http.Error(rw, "fail", http.StatusBadRequest)
		return
	}
	io.WriteString(rw, w.answer.Load().(string))
}

// must ends the test on an error that it does not expect.
func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// forward moves the clock of shop and simulator forward, and waits until Alipay has delivered what fell
// due.
func (w *world) forward(d time.Duration) {
	w.t.Helper()
	w.must(w.alipay.Advance(d))
	w.delivered()
}

// fault makes the simulator misbehave.
func (w *world) fault(faults ...sandbox.Fault) {
	w.t.Helper()
	for _, f := range faults {
		w.must(w.alipay.AddFault(f))
	}
}

// delivered waits until no notify is due.
func (w *world) delivered() {
	w.t.Helper()
	w.until("delivery of all notifies", func() bool {
		for _, e := range w.alipay.Events() {
			if e.State == sandbox.EventQueued && !e.NextAt.After(w.alipay.Now()) {
				return false
			}
		}
		return true
	})
}

// until polls until a condition holds, which another goroutine brings about.
func (w *world) until(what string, reached func() bool) {
	w.t.Helper()
	deadline := time.After(time.Minute)
	for !reached() {
		select {
		case <-deadline:
			w.t.Fatalf("waited in vain for: %s", what)
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// atOnce lets a number of replicas make one pass of a job each, all at once.
func (w *world) atOnce(replicas int, pass func() error) {
	w.t.Helper()
	var running sync.WaitGroup
	for range replicas {
		running.Go(func() {
			if err := pass(); err != nil {
				w.t.Errorf("job: %v", err)
			}
		})
	}
	running.Wait()
}

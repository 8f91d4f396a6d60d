package main

import (
	"container/heap"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"net/http"
	"time"

	"luffy/handlers"
	"luffy/migrations"
	"luffy/models"
	"luffy/models/alipay"
	"luffy/models/alipay/sandbox"
	"luffy/models/payment"
)

const (
	appID    = "2016091600523592"
	sellerID = "2088102175868026"
	shopHost = "shop.test"
	orderTTL = 15 * time.Minute
)

// begin is when every simulation begins: midnight in Beijing.
var begin = time.Date(2026, 11, 1, 0, 0, 0, 0, models.Beijing)

// world is the shop, its Alipay and everybody who deals with them. Only one thing happens at a time:
// whatever runs on another goroutine is waited for.
type world struct {
	options
	rng    *mathrand.Rand
	now    time.Time
	agenda agenda
	steps  int

	db      *models.DB
	sql     *sql.DB
	flaky   *flaky
	client  *alipay.Client
	alipay  *sandbox.Sandbox
	gateway http.Handler
	shop    *payment.Service // replaced when the shop starts anew
	pages   http.Handler

	stock    []models.Offer // what students may choose from
	students []student
	lives    map[string]*life // by order number
	forged   map[string]bool  // out_trade_nos of which a genuine message told a wrong sum
	hands    hands

	refunding map[string]time.Time // when a refund of an out_trade_no was last asked for
	depth     int                  // how many acts wait for one another
	calmed    bool                 // no more faults
	history   history
	count     tally
	broken    error // the first invariant that broke
}

// simulate runs one world to its end. If the error says that an invariant broke, there is a report all
// the same.
func simulate(ctx context.Context, o options) (report, error) {
	w := &world{
		options: o, rng: mathrand.New(mathrand.NewPCG(o.seed, o.seed)), now: begin, calmed: o.calm,
		lives: map[string]*life{}, forged: map[string]bool{}, refunding: map[string]time.Time{},
		history: newHistory(), count: newTally(),
	}
	defer seedRandom(o.seed)()
	if err := w.open(ctx); err != nil {
		return report{}, err
	}
	defer w.db.Close()
	defer w.hands.rest()
	w.plan()
	w.live(ctx)
	w.calmDown(ctx)
	if w.broken == nil {
		w.judge(ctx)
	}
	return w.report(ctx), w.verdict()
}

// seedRandom makes order numbers, notify_ids and tokens depend on the seed, too.
func seedRandom(seed uint64) (restore func()) {
	before := rand.Reader
	var key [32]byte
	copy(key[:], fmt.Sprintf("%032d", seed))
	rand.Reader = mathrand.NewChaCha8(key) // nothing that is drawn here keeps a secret
	return func() { rand.Reader = before }
}

func (w *world) open(ctx context.Context) error {
	app, key := newQuickKey(w.rng), newQuickKey(w.rng)
	clock := func() time.Time { return w.now }
	var err error
	w.alipay, err = sandbox.New(sandbox.Config{
		AppID: appID, SellerID: sellerID, AppPublicKey: &app.PublicKey, Key: key.private(), Signer: key, MinKeyBits: keyBits,
		BaseURL: "http://alipay.test", Now: clock, HTTP: &http.Client{Transport: toShop{w}}, BillDelay: 8 * time.Hour,
	})
	if err != nil {
		return err
	}
	w.gateway = w.alipay.Handler()
	w.client, err = alipay.NewClient(alipay.Config{
		Gateway: "http://alipay.test/gateway.do", AppID: appID, SellerID: sellerID,
		AppPrivateKey: app.private(), Signer: app, MinKeyBits: keyBits,
		AlipayPublicKeys: []*rsa.PublicKey{&key.PublicKey}, HTTP: &http.Client{Transport: toAlipay{w}}, Now: clock,
	})
	if err != nil {
		return err
	}
	w.flaky = &flaky{world: w}
	w.db, err = models.Open(ctx, models.Options{URL: "sqlite::memory:", Now: clock, Wrap: w.flaky.wrap})
	if err != nil {
		return err
	}
	w.sql = w.db.SQL()
	if _, err := migrations.Up(ctx, w.sql, w.db.Dialect()); err != nil {
		return err
	}
	w.restart() //nolint:contextcheck // a request's log line has the request's context
	return errors.Join(w.fillShelves(ctx), w.enrol(ctx))
}

// restart replaces the shop's process. Whatever it has not stored is gone.
func (w *world) restart() {
	w.shop = w.replica()
	w.pages = handlers.New(handlers.Config{
		DB: w.db, Payments: w.shop, OrderTTL: orderTTL,
		SessionKeys: [][]byte{[]byte("a key that signs nothing in this world")},
		BaseURL:     "http://" + shopHost, Gateway: "http://alipay.test", Log: slog.New(w.log),
	})
}

// replica is one process of the shop.
func (w *world) replica() *payment.Service {
	return payment.New(payment.Config{
		DB: w.db, Alipay: w.client, AppID: appID, BaseURL: "http://" + shopHost, Log: slog.New(&shopLog{w, w.log}), Crew: 1,
	})
}

// live does what is on the agenda, until nothing is left or an invariant is broken.
func (w *world) live(ctx context.Context) {
	for len(w.agenda) > 0 && w.broken == nil {
		w.step(ctx)
	}
}

func (w *world) step(ctx context.Context) {
	next := heap.Pop(&w.agenda).(entry)
	w.pass(max(time.Microsecond, next.at.Sub(w.now)))
	w.steps++
	w.deliver(ctx)
	next.do(ctx)
}

// pass lets time pass for everybody.
func (w *world) pass(d time.Duration) { w.now = w.now.Add(d) }

// deliver lets Alipay send the notifies that are due.
func (w *world) deliver(ctx context.Context) {
	w.plant(messageFaults)
	w.alipay.DeliverDue(ctx)
}

// act lets the shop do something. This runs on a goroutine of its own, which ends if the shop dies.
func (w *world) act(do func() error) error {
	w.depth++
	err := w.hands.run(do)
	if w.depth--; w.depth == 0 {
		w.flaky.revive()
	}
	if errors.Is(err, errPanic) {
		w.fail("", err)
	}
	return err
}

// agenda is what will happen, the earliest first. What happens at the same time is in the sequence in
// which it was planned.
type agenda []entry

type entry struct {
	at  time.Time
	seq int
	do  func(context.Context)
}

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	if c := a[i].at.Compare(a[j].at); c != 0 {
		return c < 0
	}
	return a[i].seq < a[j].seq
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(entry)) }
func (a *agenda) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}

// at puts something on the agenda.
func (w *world) at(t time.Time, do func(context.Context)) {
	w.count.planned++
	heap.Push(&w.agenda, entry{t, w.count.planned, do})
}

func (w *world) in(d time.Duration, do func(context.Context)) { w.at(w.now.Add(d), do) }

func (w *world) oneIn(n int) bool { return w.rng.IntN(n) == 0 }

// between draws a duration.
func (w *world) between(least, most time.Duration) time.Duration {
	return least + time.Duration(w.rng.Int64N(int64(most-least)+1))
}

package payment_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
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

// Keys take long to make, and no test changes them.
var appKey, alipayKey = sync.OnceValue(newKey), sync.OnceValue(newKey)

func newKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}

// desk is the shop's dealing with a simulated Alipay, on a clock that stands still at 22:30 in Beijing.
type desk struct {
	*payment.Service
	t       *testing.T
	db      *models.DB
	stock   modelstest.Fixture
	ann     models.User
	alipay  *sandbox.Sandbox
	gateway *alipay.Client
	clock   *clock
	browser *http.Client
}

// eachDesk runs a test over SQLite and over MariaDB.
func eachDesk(t *testing.T, test func(*desk)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(newDesk(t)) })
	t.Run("mariadb", func(t *testing.T) {
		clock := newClock()
		test(openDesk(t, modelstest.MariaDB(t, modelstest.At(clock.now)), clock))
	})
}

// clock is the time where a test sets it.
type clock struct{ at atomic.Pointer[time.Time] }

func newClock() *clock {
	c := &clock{}
	c.at.Store(new(time.Date(2026, 11, 22, 14, 30, 0, 0, time.UTC)))
	return c
}

func (c *clock) now() time.Time { return *c.at.Load() }

func (c *clock) advance(d time.Duration) { c.at.Store(new(c.now().Add(d))) }

// newDesk works over SQLite.
func newDesk(t *testing.T) *desk {
	t.Helper()
	clock := newClock()
	return openDesk(t, modelstest.SQLite(t, modelstest.At(clock.now)), clock)
}

func openDesk(t *testing.T, db *models.DB, clock *clock) *desk {
	t.Helper()
	d := &desk{t: t, db: db, clock: clock, stock: modelstest.Shop(t, db), ann: modelstest.Student(t, db, "ann")}
	var err error
	d.alipay, err = sandbox.New(sandbox.Config{
		AppID: modelstest.AppID, SellerID: sellerID, AppPublicKey: &appKey().PublicKey, Key: alipayKey(), Now: clock.now,
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(d.alipay.Handler())
	t.Cleanup(server.Close)
	d.browser = server.Client()
	d.gateway, err = alipay.NewClient(alipay.Config{
		Gateway: server.URL + "/gateway.do", AppID: modelstest.AppID, SellerID: sellerID, AppPrivateKey: appKey(),
		AlipayPublicKeys: []*rsa.PublicKey{&alipayKey().PublicKey}, Now: clock.now,
	})
	if err != nil {
		t.Fatal(err)
	}
	d.Service = d.service(modelstest.AppID)
	t.Cleanup(d.wait)
	return d
}

// service is the shop under an app.
func (d *desk) service(appID string) *payment.Service {
	return payment.New(payment.Config{
		DB: d.db, Alipay: d.gateway, AppID: appID, BaseURL: "https://shop.example/", Log: logwatch.New(d.t, io.Discard),
	})
}

// wait lets the questions end that AskSoon began.
func (d *desk) wait() {
	d.t.Helper()
	if err := d.Wait(context.Background()); err != nil {
		d.t.Error(err)
	}
}

// attempt places an order of one course, 99.00, and opens an attempt to pay it.
func (d *desk) attempt() models.Payment {
	d.t.Helper()
	return modelstest.Attempt(d.t, d.db, modelstest.Order(d.t, d.db, d.ann, d.stock.Plain.For(30)))
}

// pay pays an attempt at the simulator's cashier. The notify stays unsent, for nobody runs its worker.
func (d *desk) pay(p models.Payment) sandbox.Trade {
	d.t.Helper()
	address, err := d.Start(d.t.Context(), d.ann.ID, p.OutTradeNo[:models.OrderNumberLength], payment.Phone)
	if err != nil {
		d.t.Fatal(err)
	}
	cashier := d.browse(http.MethodGet, address, nil)
	d.browse(http.MethodPost, cashier.String()+"/pay", url.Values{"buyer": {sandbox.BuyerRich}, "password": {sandbox.Password}})
	trade, exists := d.alipay.Trade(p.OutTradeNo)
	if !exists || trade.Status != sandbox.TradeSuccess {
		d.t.Fatalf("paying %s: got trade %v %+v", p.OutTradeNo, exists, trade)
	}
	return trade
}

// silence lets the gateway fail so many of the shop's calls.
func (d *desk) silence(calls int) {
	d.t.Helper()
	if err := d.alipay.AddFault(sandbox.Fault{Name: sandbox.APIBadGateway, Times: calls}); err != nil {
		d.t.Fatal(err)
	}
}

// browse sends a buyer's request and gives the address at which its redirects end.
func (d *desk) browse(method, address string, form url.Values) *url.URL {
	d.t.Helper()
	r, err := http.NewRequestWithContext(d.t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		d.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := d.browser.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer response.Body.Close()
	return response.Request.URL
}

func (d *desk) exec(statement string, args ...any) {
	d.t.Helper()
	if _, err := d.db.SQL().ExecContext(d.t.Context(), statement, args...); err != nil {
		d.t.Fatalf("%s: %v", statement, err)
	}
}

// order reads the order of an attempt.
func (d *desk) order(p models.Payment) models.OrderView {
	d.t.Helper()
	view, err := d.db.Order(d.t.Context(), d.ann.ID, p.OutTradeNo[:models.OrderNumberLength])
	if err != nil {
		d.t.Fatal(err)
	}
	return view
}

// wantEvents checks what is stored of Alipay's messages, as "source verdict reason", oldest first.
func (d *desk) wantEvents(want ...string) {
	d.t.Helper()
	rows, err := d.db.SQL().QueryContext(d.t.Context(), "SELECT source, verdict, reason FROM ly_payment_event ORDER BY id")
	if err != nil {
		d.t.Fatal(err)
	}
	defer rows.Close()
	var got []string
	for rows.Next() {
		var word [3]string
		if err := rows.Scan(&word[0], &word[1], &word[2]); err != nil {
			d.t.Fatal(err)
		}
		got = append(got, strings.Join(word[:], " "))
	}
	if err := rows.Err(); err != nil || !slices.Equal(got, want) {
		d.t.Errorf("got events %q, %v; want %q", got, err, want)
	}
}

// fields are a message of Alipay before it is signed.
type fields map[string]string

// notifyOf is the notify of a payment in full, made at 22:29:30 in Beijing.
func notifyOf(p models.Payment) fields {
	return fields{
		"notify_id": "n1", "app_id": modelstest.AppID, "seller_id": sellerID, "charset": "utf-8", "sign_type": "RSA2",
		"out_trade_no": p.OutTradeNo, "trade_no": "2026112222001439881000120282", "trade_status": "TRADE_SUCCESS",
		"total_amount": p.Amount.String(), "gmt_payment": "2026-11-22 22:29:30",
	}
}

// returnOf is the return of a payment in full.
func returnOf(p models.Payment) fields {
	return fields{
		"app_id": modelstest.AppID, "seller_id": sellerID, "charset": "utf-8", "sign_type": "RSA2",
		"out_trade_no": p.OutTradeNo, "trade_no": "2026112222001439881000120282", "total_amount": p.Amount.String(),
	}
}

// signed writes the message as Alipay does, with the changes, where "-" takes a name away.
func (f fields) signed(changes ...string) string {
	f = maps.Clone(f)
	for i := 0; i < len(changes); i += 2 {
		if f[changes[i]] = changes[i+1]; changes[i+1] == "-" {
			delete(f, changes[i])
		}
	}
	var pairs []string
	form := url.Values{}
	for _, name := range slices.Sorted(maps.Keys(f)) {
		form.Set(name, f[name])
		if name != "sign_type" {
			pairs = append(pairs, name+"="+f[name])
		}
	}
	digest := sha256.Sum256([]byte(strings.Join(pairs, "&")))
	signature, err := rsa.SignPKCS1v15(nil, alipayKey(), crypto.SHA256, digest[:])
	if err != nil {
		panic(err)
	}
	form.Set("sign", base64.StdEncoding.EncodeToString(signature))
	return form.Encode()
}

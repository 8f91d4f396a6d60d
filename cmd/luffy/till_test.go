package main

import (
	"context"
	"crypto/rsa"
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"luffy/cmd/internal/settings"
	"luffy/models"
	"luffy/models/alipay"
	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest"
	"luffy/models/modelstest/logwatch"
	"luffy/models/payment"
)

// till is a shop of yesterday, from its first second on, with a simulator of the same time, whose notifies do not
// arrive. The program under test runs today, so at any hour its calls reach Alipay only after today.
type till struct {
	t        *testing.T
	environ  []string
	db       *models.DB
	payments *payment.Service
	alipay   *sandbox.Sandbox
	stock    modelstest.Fixture
	student  models.User
	behind   time.Duration
}

// onEachTill runs the test on SQLite and on MariaDB.
func onEachTill(t *testing.T, test func(*till)) {
	t.Helper()
	onEachDatabase(t, func(t *testing.T, environ []string) {
		now := time.Now().In(models.Beijing)
		yesterday := time.Date(now.Year(), now.Month(), now.Day()-1, 0, 0, 0, 0, models.Beijing)
		p := &till{t: t, behind: now.Sub(yesterday)}
		p.startAlipay()
		gateway := httptest.NewServer(p.alipay.Handler())
		t.Cleanup(gateway.Close)
		p.environ = append(append(goodSettings(t), environ...), "LUFFY_ALIPAY_GATEWAY="+gateway.URL+"/gateway.do")
		wantRun(t, p.environ, "", []string{"migrate", "up"}, 0)
		p.openShop()
		test(p)
	})
}

func (p *till) then() time.Time { return time.Now().Add(-p.behind) }

func (p *till) date() string { return p.then().In(models.Beijing).Format(time.DateOnly) }

func (p *till) startAlipay() {
	p.t.Helper()
	var err error
	p.alipay, err = sandbox.New(sandbox.Config{
		AppID: "2016091600523592", SellerID: "2088102175868026",
		AppPublicKey: &appKey().PublicKey, Key: alipayKey(), Now: p.then,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.alipay.Run(ctx) }()
	p.t.Cleanup(func() {
		stop()
		if err := errors.Join(<-ended, p.alipay.Close()); err != nil {
			p.t.Errorf("simulator: %v", err)
		}
	})
	p.fault(sandbox.Fault{Name: sandbox.NotifyDrop})
}

func (p *till) openShop() {
	p.t.Helper()
	s := settings.Read(p.environ)
	var err error
	p.db, err = models.Open(p.t.Context(), models.Options{URL: s.DatabaseURL, Now: p.then})
	p.must(err)
	p.t.Cleanup(func() { p.db.Close() })
	client, err := alipay.NewClient(alipay.Config{
		Gateway: s.Gateway, AppID: s.AppID, SellerID: s.SellerID, AppPrivateKey: appKey(),
		AlipayPublicKeys: []*rsa.PublicKey{&alipayKey().PublicKey}, Now: p.then,
	})
	p.must(err)
	p.payments = payment.New(payment.Config{
		DB: p.db, Alipay: client, AppID: s.AppID, BaseURL: s.BaseURL, Log: logwatch.New(p.t, io.Discard),
	})
	p.stock, p.student = modelstest.Shop(p.t, p.db), modelstest.Student(p.t, p.db, "nami")
}

func (p *till) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *till) fault(f sandbox.Fault) {
	p.t.Helper()
	p.must(p.alipay.AddFault(f))
}

// order places an order and pays it at Alipay, of which the shop does not hear.
func (p *till) order(offers ...models.Offer) models.Order {
	p.t.Helper()
	order := modelstest.Order(p.t, p.db, p.student, offers...)
	link, err := p.payments.Start(p.t.Context(), p.student.ID, order.OrderNumber, payment.Desktop)
	p.must(err)
	p.must(p.alipay.Pay(link, ""))
	return order
}

// sell is an order whose payment the shop has heard of.
func (p *till) sell(offers ...models.Offer) models.Order {
	p.t.Helper()
	order := p.order(offers...)
	standing, err := p.db.PaymentByOutTradeNo(p.t.Context(), order.OrderNumber)
	p.must(err)
	p.payments.AskSoon(p.t.Context(), standing.Payment)
	p.must(p.payments.Wait(p.t.Context()))
	return order
}

// today moves the simulator's clock to the present, where yesterday has a bill.
func (p *till) today() {
	p.t.Helper()
	p.must(p.alipay.Advance(p.behind))
}

// want runs the program and wants the exit code and texts in what it prints.
func (p *till) want(code int, command string, texts ...string) {
	p.t.Helper()
	wantRun(p.t, p.environ, "", strings.Fields(command), code, texts...)
}

// pause lets the time be over that Alipay wants between two refunds of one trade.
func (p *till) pause() {
	p.t.Helper()
	_, err := p.db.SQL().ExecContext(p.t.Context(), "UPDATE ly_payment SET refund_at = NULL")
	p.must(err)
}

// rows counts the rows of a table.
func (p *till) rows(table string) int {
	p.t.Helper()
	n := 0
	p.must(p.db.SQL().QueryRowContext(p.t.Context(), "SELECT COUNT(*) FROM "+table).Scan(&n))
	return n
}

package server

import (
	"context"
	"crypto/rsa"
	"errors"
	"io"
	"net/http/httptest"
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

// clockOf returns a clock that is behind the real one.
func clockOf(ago time.Duration) func() time.Time {
	return func() time.Time { return time.Now().Add(-ago) }
}

// startAlipay starts a simulator that signs with the key, behind the gateway address of the
// settings that it returns.
func startAlipay(
	t *testing.T, s settings.Settings, key *rsa.PrivateKey, ago time.Duration,
) (*sandbox.Sandbox, settings.Settings) {
	t.Helper()
	simulator, err := sandbox.New(sandbox.Config{
		AppID: s.AppID, SellerID: s.SellerID, AppPublicKey: &appKey().PublicKey, Key: key, Now: clockOf(ago),
	})
	if err != nil {
		t.Fatal(err)
	}
	gateway := httptest.NewServer(simulator.Handler())
	t.Cleanup(gateway.Close)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- simulator.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := errors.Join(<-ended, simulator.Close()); err != nil {
			t.Errorf("simulator: %v", err)
		}
	})
	s.Gateway = gateway.URL + "/gateway.do"
	return simulator, s
}

// past is what another process of the shop, whose clock is behind, did before it died.
type past struct {
	t        *testing.T
	db       *models.DB
	payments *payment.Service
	stock    modelstest.Fixture
	alipay   *sandbox.Sandbox
}

// newPast also starts the simulator, with the same clock. None of its notifies arrives.
func newPast(t *testing.T, s settings.Settings, ago time.Duration) (past, settings.Settings) {
	t.Helper()
	simulator, s := startAlipay(t, s, alipayKey(), ago)
	fault(t, simulator, sandbox.Fault{Name: sandbox.NotifyDrop})
	db, err := models.Open(t.Context(), models.Options{URL: s.DatabaseURL, Now: clockOf(ago)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	client, err := alipay.NewClient(alipay.Config{
		Gateway: s.Gateway, AppID: s.AppID, SellerID: s.SellerID, AppPrivateKey: appKey(),
		AlipayPublicKeys: []*rsa.PublicKey{&alipayKey().PublicKey}, Now: clockOf(ago),
	})
	if err != nil {
		t.Fatal(err)
	}
	payments := payment.New(payment.Config{
		DB: db, Alipay: client, AppID: s.AppID, BaseURL: s.BaseURL, Log: logwatch.New(t, io.Discard),
	})
	return past{t, db, payments, modelstest.Shop(t, db), simulator}, s
}

func fault(t *testing.T, simulator *sandbox.Sandbox, f sandbox.Fault) {
	t.Helper()
	if err := simulator.AddFault(f); err != nil {
		t.Fatal(err)
	}
}

// link is where the order is paid.
func (p past) link(o models.Order) string {
	p.t.Helper()
	address, err := p.payments.Start(p.t.Context(), o.UserID, o.OrderNumber, payment.Desktop)
	if err != nil {
		p.t.Fatal(err)
	}
	return address
}

func (p past) pay(o models.Order) {
	p.t.Helper()
	if err := p.alipay.Pay(p.link(o), ""); err != nil {
		p.t.Fatal(err)
	}
}

// learn asks Alipay about the order's first attempt.
func (p past) learn(o models.Order) {
	p.t.Helper()
	standing, err := p.db.PaymentByOutTradeNo(p.t.Context(), o.OrderNumber)
	if err != nil {
		p.t.Fatal(err)
	}
	p.payments.AskSoon(p.t.Context(), standing.Payment)
	if err := p.payments.Wait(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
}

// order reads an order as it now is.
func order(t *testing.T, db *models.DB, o models.Order) models.OrderView {
	t.Helper()
	view, err := db.Order(t.Context(), o.UserID, o.OrderNumber)
	if err != nil {
		t.Fatal(err)
	}
	return view
}

func wantClean(t *testing.T, db *models.DB) {
	t.Helper()
	findings, err := db.Audit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, finding := range findings {
		t.Error(finding)
	}
}

package server

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"luffy/cmd/internal/settings"
	"luffy/models"
	"luffy/models/modelstest"
)

// TestMetrics: each figure that an operator has an alarm on moves with what it names.
func TestMetrics(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s settings.Settings, _ *models.DB) {
		s.Jobs = "off"
		p, s := newPast(t, s, 20*time.Minute)
		r := serve(t, newShop(t, s))
		wantMetrics(t, "http://"+r.address, map[string]float64{
			`luffy_confirming_age_seconds`: 0, `luffy_job_lag_seconds{job="close"}`: 0, `luffy_job_lag_seconds{job="ask"}`: 0,
			`luffy_job_lag_seconds{job="refund"}`: 0, `luffy_refunds_pending`: 0,
			`luffy_refunds_failed`: 0, `luffy_payments_held`: 0,
			`luffy_bill_differences_open`: 0, `luffy_bill_days_missing`: 0, `luffy_refund_age_seconds`: 0,
			`luffy_payments_unnotified`: 0,
		})
		p.trouble("http://" + r.address + "/payments/notify")
		wantMetrics(t, "http://"+r.address, map[string]float64{
			`luffy_payments_total{outcome="fulfilled",source="notify"}`:                         1,
			`luffy_payments_total{outcome="already_done",source="notify"}`:                      1,
			`luffy_payments_total{outcome="wrong_amount",source="notify"}`:                      1,
			`luffy_alipay_messages_total{reason="no_sign",source="notify",verdict="refused"}`:   2,
			`luffy_alipay_messages_total{reason="signature",source="notify",verdict="refused"}`: 1,
			`luffy_confirming_age_seconds`:                                                      20 * 60,
			`luffy_job_lag_seconds{job="close"}`:                                                5 * 60,
			`luffy_job_lag_seconds{job="ask"}`:                                                  19 * 60,
			`luffy_job_lag_seconds{job="refund"}`:                                               20 * 60,
			`luffy_refund_age_seconds`:                                                          20 * 60,
			`luffy_refunds_pending`:                                                             1,
			`luffy_refunds_failed`:                                                              1,
			`luffy_payments_held`:                                                               1,
			`luffy_bill_differences_open`:                                                       1,
		})
	})
}

// trouble leaves something of everything that is counted or waits.
func (p past) trouble(notifyURL string) {
	p.t.Helper()
	student := modelstest.Student(p.t, p.db, "nami")
	attempt := func(offer models.Offer) models.Payment {
		return modelstest.Attempt(p.t, p.db, modelstest.Order(p.t, p.db, student, offer))
	}
	paid, wrong, returned := attempt(p.stock.Plain.For(0)), attempt(p.stock.Rate.For(0)), attempt(p.stock.Step.For(0))
	notify(notifyURL, paid)
	notify(notifyURL, paid)
	wrong.Amount--
	notify(notifyURL, wrong)
	for _, body := range []string{
		"trade_status=TRADE_SUCCESS", "trade_no=1", "trade_no=1&sign_type=RSA2&sign=" + strings.Repeat("AAAA", 80),
	} {
		if response, err := client.Post(notifyURL, "application/x-www-form-urlencoded", strings.NewReader(body)); err == nil {
			response.Body.Close()
		}
	}

	ctx := p.t.Context()
	p.must(p.db.RecordEvent(ctx, models.PaymentEvent{
		ReceivedAt: p.db.Now(), Source: models.SourceReturn, OutTradeNo: returned.OutTradeNo, Verdict: models.VerdictNoted,
	}))
	for i := range 2 {
		refund, err := p.db.CreateRefund(ctx, models.NewRefund{OrderNumber: paid.OutTradeNo, Amount: 1_00, Reason: "补偿"})
		p.must(err)
		if i == 0 {
			p.must(p.db.FailRefund(ctx, refund.ID, "refused"))
		}
	}
	closed := models.BillDifference{Kind: models.MissingHere, OutTradeNo: "1", ClosedAt: new(p.db.Now())}
	open := models.BillDifference{Kind: models.MissingThere, OutTradeNo: "2"}
	_, err := p.db.SaveBillDifferences(ctx, "2026-11-21", []models.BillDifference{closed, open})
	p.must(err)
}

func (p past) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// wantMetrics wants figures, of ages within what a slow machine may take.
func wantMetrics(t *testing.T, address string, want map[string]float64) {
	t.Helper()
	got := scrape(t, address)
	for name, figure := range want {
		slow := 0.0
		if strings.Contains(name, "_seconds") && figure > 0 {
			slow = 120
		}
		if value, there := got[name]; !there || value < figure || value > figure+slow {
			t.Errorf("%s: got %v (there: %t), want %v", name, value, there, figure)
		}
	}
}

// scrape reads the metrics as Prometheus does.
func scrape(t *testing.T, address string) map[string]float64 {
	t.Helper()
	response, err := client.Get(address + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("%s/metrics: got status %d, want 200", address, response.StatusCode)
	}
	figures := map[string]float64{}
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		at := strings.LastIndexByte(lines.Text(), ' ')
		figures[lines.Text()[:at]], err = strconv.ParseFloat(lines.Text()[at+1:], 64)
		if err != nil && lines.Text()[0] != '#' {
			t.Errorf("%q: %v", lines.Text(), err)
		}
	}
	return figures
}

// TestMetricsAside: with a listener of their own the metrics are there and only there, and nothing else is.
func TestMetricsAside(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s settings.Settings, _ *models.DB) {
		var at [2]string
		var listeners [2]net.Listener
		for i := range listeners {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			listeners[i], at[i] = listener, "http://"+listener.Addr().String()
		}
		s.MetricsAddr = listeners[1].Addr().String()
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		ended := make(chan error, 1)
		shop := newShop(t, s)
		go func() { ended <- shop.Serve(ctx, listeners[0], listeners[1]) }()

		wantMetrics(t, at[1], map[string]float64{`luffy_refunds_pending`: 0})
		for address, want := range map[string]int{
			at[0] + "/metrics": 404, at[1] + "/": 404, at[1] + "/healthz": 404, at[0] + "/healthz": 200,
		} {
			if got := get(address); got != want {
				t.Errorf("%s: got status %d, want %d", address, got, want)
			}
		}
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Serve: %v", err)
		}
		if got := get(at[1] + "/metrics"); got != 0 {
			t.Errorf("metrics after the stop: got status %d, want no answer", got)
		}
	})
}

// TestMetricsWithoutDatabase: figures that cannot be read are left out, the others are there.
func TestMetricsWithoutDatabase(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s settings.Settings, _ *models.DB) {
		s.Jobs = "off"
		shop := newShop(t, s)
		r := serve(t, shop)
		if err := shop.db.Close(); err != nil {
			t.Fatal(err)
		}
		got := scrape(t, "http://"+r.address)
		if _, there := got["luffy_refunds_pending"]; there {
			t.Error("luffy_refunds_pending is there without a database")
		}
		if _, there := got["go_goroutines"]; !there {
			t.Error("go_goroutines is not there")
		}
	})
}

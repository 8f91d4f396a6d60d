package server

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"luffy/models"
)

// newRegistry makes the registry with the metrics of this process.
func newRegistry(db *models.DB, log *slog.Logger) *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		collectors.NewDBStatsCollector(db.SQL(), "luffy"),
		backlog{db, log},
	)
	return registry
}

func metricsHandler(registry *prometheus.Registry) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	return mux
}

// backlog collects the metrics of models.Backlog. They come from the database, so every replica reports
// the same.
type backlog struct {
	db  *models.DB
	log *slog.Logger
}

var (
	confirmingAge   = desc("luffy_confirming_age_seconds", "Age of the oldest payment that is being confirmed.")
	jobLag          = desc("luffy_job_lag_seconds", "How long the oldest due piece of work waits.", "job")
	refundsPending  = desc("luffy_refunds_pending", "Refunds that are not done yet.")
	refundAge       = desc("luffy_refund_age_seconds", "Age of the oldest refund that is not done yet.")
	refundsFailed   = desc("luffy_refunds_failed", "Refunds that Alipay refuses for good and that are still owed.")
	requestsOpen    = desc("luffy_refund_requests_open", "Students' requests for a refund that wait for a decision.")
	paymentsHeld    = desc("luffy_payments_held", "Payments of a wrong sum that staff must look at.")
	openDifferences = desc("luffy_bill_differences_open", "Differences between bills and shop that are not settled.")
	billDaysMissing = desc("luffy_bill_days_missing", "Days whose bill should have been compared and was not.")
	unnotified      = desc("luffy_payments_unnotified", "Of the latest five payments, those that no notify told of.")
)

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

// Describe sends the descriptions of the metrics.
func (b backlog) Describe(descriptions chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		confirmingAge, jobLag, refundsPending, refundAge, refundsFailed,
		requestsOpen, paymentsHeld, openDifferences, billDaysMissing, unnotified,
	} {
		descriptions <- d
	}
}

// collectTime bounds the database's work for one scrape.
const collectTime = 5 * time.Second

// Collect reads the figures. If the database does not answer they are missing, so that an alarm on
// their absence goes off.
func (b backlog) Collect(values chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), collectTime)
	defer cancel()
	w, err := b.db.Backlog(ctx)
	if err != nil {
		b.log.WarnContext(ctx, "metrics could not be read", "error", err)
		return
	}
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		values <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	gauge(confirmingAge, w.Confirming.Seconds())
	gauge(jobLag, w.CloseLag.Seconds(), "close")
	gauge(jobLag, w.AskLag.Seconds(), "ask")
	gauge(jobLag, w.RefundLag.Seconds(), "refund")
	gauge(refundsPending, float64(w.RefundsPending))
	gauge(refundAge, w.RefundAge.Seconds())
	gauge(refundsFailed, float64(w.RefundsFailed))
	gauge(requestsOpen, float64(w.RequestsOpen))
	gauge(paymentsHeld, float64(w.PaymentsHeld))
	gauge(openDifferences, float64(w.OpenDifferences))
	gauge(billDaysMissing, float64(w.BillDaysMissing))
	gauge(unnotified, float64(w.Unnotified))
}

// Package server puts the shop together from its settings and runs it until it is told to stop.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"luffy/cmd/internal/settings"
	"luffy/handlers"
	"luffy/migrations"
	"luffy/models"
	"luffy/models/payment"
)

// Server is a shop that is ready to serve.
type Server struct {
	db       *models.DB
	payments *payment.Service
	handler  http.Handler
	metrics  http.Handler
	jobs     []job // empty on a replica that only serves pages
	log      *slog.Logger
}

// New builds the shop and opens no port. The error names everything that keeps the shop from starting:
// settings, keys, database and schema.
func New(ctx context.Context, s settings.Settings, log *slog.Logger) (*Server, error) {
	client, clientFault := s.Alipay()
	keys, keysFault := s.SessionKeys()
	proxies, _ := s.TrustedProxies() // Check returns its error
	refunds, _ := s.RefundRule()     // Check returns its error
	db, dbFault := openDatabase(ctx, s.DatabaseURL, log)
	if err := errors.Join(s.Check(), clientFault, keysFault, dbFault); err != nil {
		if db != nil {
			err = errors.Join(err, db.Close())
		}
		return nil, err
	}
	registry := newRegistry(db, log)
	payments := payment.New(payment.Config{
		DB: db, Alipay: client, AppID: s.AppID, BaseURL: s.BaseURL, Log: log, Metrics: registry,
	})
	shop := &Server{db: db, payments: payments, metrics: metricsHandler(registry), log: log}
	if s.Jobs == "on" {
		shop.jobs = shop.allJobs()
	}
	pages := handlers.Config{
		DB: db, Payments: payments, SessionKeys: keys, OrderTTL: s.OrderTTL, Refunds: refunds, BaseURL: s.BaseURL,
		Contact: s.Contact, Gateway: s.Gateway, Log: log, TrustedProxies: proxies,
	}
	if s.MetricsAddr == "" {
		pages.Metrics = shop.metrics
	}
	shop.handler = handlers.New(pages) //nolint:contextcheck // a request's log line has the request's context
	return shop, nil
}

// openDatabase opens the database and checks that its schema is not older than the program.
func openDatabase(ctx context.Context, address string, log *slog.Logger) (*models.DB, error) {
	db, err := models.Open(ctx, models.Options{URL: address, Existing: true, Log: log})
	if err != nil {
		return nil, fmt.Errorf("LUFFY_DATABASE_URL: %w", err)
	}
	if err := migrations.Check(ctx, db.SQL(), db.Dialect()); err != nil {
		return nil, errors.Join(fmt.Errorf("LUFFY_DATABASE_URL: %w", err), db.Close())
	}
	return db, nil
}

// stopTime bounds how long running requests may go on after the signal to stop.
const stopTime = 25 * time.Second

// Serve answers requests and runs the jobs until ctx ends or a listener fails. Then it takes no new
// requests, lets the running ones finish, and closes the database. metrics is the listener for
// /metrics; if it is nil, they are served beside the pages.
func (s *Server) Serve(ctx context.Context, pages, metrics net.Listener) error {
	web, aside := s.newHTTP(s.handler), s.newHTTP(s.metrics)
	failed := make(chan error, 2)
	go func() { failed <- web.Serve(pages) }()
	if metrics != nil {
		go func() { failed <- aside.Serve(metrics) }()
	}
	var jobs sync.WaitGroup
	jobsCtx, stopJobs := context.WithCancel(ctx)
	defer stopJobs()
	workCtx, giveUp := context.WithCancel(context.WithoutCancel(ctx))
	defer giveUp()
	jobs.Go(func() { s.check(jobsCtx) })
	jobs.Go(func() { s.recount(jobsCtx) })
	for _, j := range s.jobs {
		jobs.Go(func() { s.repeat(jobsCtx, workCtx, j) })
	}

	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	err = errors.Join(err, web.Shutdown(stopCtx), aside.Shutdown(stopCtx), s.payments.Wait(stopCtx))
	stopJobs()
	context.AfterFunc(stopCtx, giveUp) // other replicas, or the next start, go on with what is left
	jobs.Wait()
	return errors.Join(err, s.db.Close())
}

// check says in the log whether the shop and Alipay understand each other. The shop serves either way:
// Alipay may be down, and students want to learn.
func (s *Server) check(ctx context.Context) {
	err := s.payments.Check(ctx)
	switch {
	case ctx.Err() != nil: // the shop stops
	case err != nil:
		s.log.ErrorContext(ctx, "payments are not in order", "error", err)
	default:
		s.log.InfoContext(ctx, "alipay answers")
	}
}

// recount lets the orders of My Orders be counted anew. When the last replica of an upgrade starts, no
// older program is left that sorts them in another way.
func (s *Server) recount(ctx context.Context) {
	if err := s.db.ForgetTallies(ctx); err != nil && ctx.Err() == nil {
		s.log.ErrorContext(ctx, "the counts of orders stay as another version left them", "error", err)
	}
}

func (s *Server) newHTTP(handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
}

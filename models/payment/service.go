// Package payment does what needs the gateway and the database together: it starts payments, takes
// Alipay's return and notify, and asks Alipay when they stay away. Whatever it learns of a paid
// trade goes through models.DB.Confirm.
package payment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"luffy/models"
	"luffy/models/alipay"
)

// Service is the shop's dealing with Alipay. It is safe for concurrent use.
type Service struct {
	db      *models.DB
	alipay  *alipay.Client
	appID   string
	baseURL string
	log     *slog.Logger
	metrics metrics
	crew    int
	asking  sync.WaitGroup
}

// Config is what a Service works with.
type Config struct {
	DB      *models.DB
	Alipay  *alipay.Client
	AppID   string // of the same profile as Alipay
	BaseURL string // the shop's outside address without a slash at the end, on which return_url and notify_url are built
	Log     *slog.Logger
	Metrics prometheus.Registerer // nil = not measured
	Crew    int                   // how many rows a job works on at once; 0 = 4, 1 = in order
}

// The addresses that Alipay calls. ReturnPath is the seed's.
const (
	ReturnPath = "/payments/result"
	NotifyPath = "/payments/notify"
)

// New makes a Service.
func New(c Config) *Service {
	return &Service{
		db: c.DB, alipay: c.Alipay, appID: c.AppID, baseURL: strings.TrimSuffix(c.BaseURL, "/"), log: c.Log,
		metrics: newMetrics(c.Metrics), crew: cmp.Or(c.Crew, usualCrew),
	}
}

// Wait returns when the questions that AskSoon began have ended, or ctx has.
func (s *Service) Wait(ctx context.Context) error {
	done := make(chan struct{})
	go func() { s.asking.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Device is what the student pays with; Alipay has a cashier for each.
type Device bool

// The devices.
const (
	Desktop Device = false
	Phone   Device = true
)

// Start gives the address of Alipay's cashier for a student's own unpaid order. Starting again
// continues the same trade. Errors are those of models.DB.OpenAttempt.
func (s *Service) Start(ctx context.Context, user int64, orderNumber string, device Device) (string, error) {
	attempt, err := s.db.OpenAttempt(ctx, models.Attempt{
		UserID: user, OrderNumber: orderNumber, AppID: s.appID, Subject: subject, Margin: linkMargin,
	})
	if err != nil {
		return "", err
	}
	order := s.baseURL + "/orders/" + url.PathEscape(orderNumber)
	page := alipay.PagePay{
		OutTradeNo: attempt.OutTradeNo, Amount: int64(attempt.Amount), Subject: attempt.Subject, Expires: attempt.ExpiresAt,
		ReturnURL: s.baseURL + ReturnPath, NotifyURL: s.baseURL + NotifyPath, QuitURL: order + "/result",
	}
	link := s.alipay.PagePayURL
	if device == Phone {
		link = s.alipay.WapPayURL
	}
	address, err := link(page)
	if errors.Is(err, alipay.ErrExpiry) {
		return "", models.ErrPastDeadline // the database took long, and the time ran out meanwhile
	}
	if err != nil {
		return "", fmt.Errorf("order %s: %w", orderNumber, err)
	}
	return address, nil
}

// linkMargin is the least time that Alipay wants between now and a link's deadline.
const linkMargin = time.Minute

// subjectLength is how many characters of it Alipay takes.
const subjectLength = 256

// subject is stored with the attempt, because paying again with another one is an error at Alipay.
func subject(o models.Order) string {
	return alipay.CleanSubject("路飞学城-"+o.OrderTitle, subjectLength)
}

// paidAt falls back to the shop's clock where a genuine message lacks the time of payment.
func (s *Service) paidAt(t time.Time) time.Time {
	if t.IsZero() {
		return s.db.Now()
	}
	return t
}

// reason is the short word that the event log gives to a refusal.
func reason(err error) string {
	if word := alipay.Reason(err); word != "" {
		return word
	}
	if errors.Is(err, errNotForm) {
		return "not_a_form"
	}
	return "error"
}

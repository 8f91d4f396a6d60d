// Package payment does what needs both the gateway and the database. It starts payments, takes
// Alipay's return and notify, asks Alipay when these do not come, closes and refunds trades, and
// compares the bills. Every paid trade goes through models.DB.Confirm.
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

// Service deals with Alipay for the shop. It is safe for concurrent use.
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
	AppID   string // the app that Alipay signs for
	BaseURL string // the shop's outside address, with which return_url and notify_url begin
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

// Wait returns when all questions that AskSoon began have ended, or with an error when ctx has ended.
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

// Device is what the student pays with. Alipay has a cashier for each.
type Device string

// The devices.
const (
	Desktop Device = "desktop"
	Phone   Device = "phone"
)

// Start returns the address of Alipay's cashier for a student's own unpaid order. Starting again
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
		return "", models.ErrPastDeadline // the time to pay ran out while the database was busy
	}
	if err != nil {
		return "", fmt.Errorf("order %s: %w", orderNumber, err)
	}
	return address, nil
}

// linkMargin is the least time that Alipay wants between now and a link's deadline.
const linkMargin = time.Minute

// subjectLength is how many characters Alipay takes in a subject.
const subjectLength = 256

// subject is what Alipay calls the order. It is stored with the attempt, because Alipay refuses to
// continue a trade with another subject. A comma would be one in the bill, too, whose rows may not
// quote it: one such row, and the day could not be reconciled.
func subject(o models.Order) string {
	return alipay.CleanSubject("路飞学城-"+strings.ReplaceAll(o.OrderTitle, ",", "，"), subjectLength)
}

// paidAt is the time of a genuine message, or the shop's own if the message has none.
func (s *Service) paidAt(t time.Time) time.Time {
	if t.IsZero() {
		return s.db.Now()
	}
	return t
}

// reason is the short word by which the event log names a refusal.
func reason(err error) string {
	if word := alipay.Reason(err); word != "" {
		return word
	}
	if errors.Is(err, errNotForm) {
		return "not_a_form"
	}
	return "error"
}

// Package handlers turns requests into calls of the models and their answers into pages and redirects.
package handlers

import (
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"luffy/models"
	"luffy/models/payment"
)

// Config is what New needs.
type Config struct {
	DB          *models.DB
	Payments    *payment.Service
	SessionKeys [][]byte      // at least one; the first signs, all verify
	OrderTTL    time.Duration // how long an order may stay unpaid
	Refunds     models.RefundRule
	BaseURL     string // the shop's outside address; https makes the cookies secure
	Contact     string // how students reach the people behind the shop, one line; empty = not told
	Gateway     string // Alipay's address, to which forms may lead
	Log         *slog.Logger
	Metrics     http.Handler // nil = not served here

	TrustedProxies []netip.Prefix // whose X-Forwarded-For is believed; none = the connection's address is the visitor's
}

// secure tells whether browsers reach the shop by https.
func (c Config) secure() bool {
	u, err := url.Parse(c.BaseURL)
	return err == nil && u.Scheme == "https"
}

// shop holds what the handlers share. Its methods are the handlers, one file for each group of pages.
type shop struct {
	db       *models.DB
	payments *payment.Service
	sessions *sessionStore
	orderTTL time.Duration
	refunds  models.RefundRule
	baseURL  string // without a slash at its end
	contact  string // on every page
	log      *slog.Logger
}

// New builds the shop's web server with all of its routes.
func New(c Config) *echo.Echo {
	s := &shop{
		db: c.DB, payments: c.Payments, sessions: newSessionStore(c.DB, c.SessionKeys, c.secure()),
		orderTTL: c.OrderTTL, refunds: c.Refunds, baseURL: strings.TrimSuffix(c.BaseURL, "/"), contact: c.Contact, log: c.Log,
	}
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = visitorAddress(c.TrustedProxies)
	e.HTTPErrorHandler = s.onError
	e.Use(strictHeaders(c.secure()), middleware.RequestID(), requestLog(c.Log),
		middleware.RecoverWithConfig(middleware.RecoverConfig{DisablePrintStack: true}))
	s.routes(e, c)
	return e
}

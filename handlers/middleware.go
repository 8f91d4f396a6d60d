package handlers

import (
	"errors"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
)

// requestTimeout bounds the work for one page: longer than the longest question to Alipay, and
// short enough that a page comes that says what is wrong while somebody still waits for it.
const requestTimeout = 15 * time.Second

// notifyTimeout bounds the work for one notify. Alipay does not say how long it waits; ten seconds
// are believed.
const notifyTimeout = 8 * time.Second

// anyMethod lets the notify route answer in its own words whatever it is asked with.
var anyMethod = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// strictHeaders are for all that is served, pictures and the words for Alipay included.
func strictHeaders(secure bool) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			h := c.Response().Header()
			h.Set("X-Content-Type-Options", "nosniff")
			if secure {
				h.Set("Strict-Transport-Security", "max-age=31536000")
			}
			return next(c)
		}
	}
}

// pageHeaders also forbid keeping a page: what it says of an order is true only now.
func pageHeaders(gateway string) echo.MiddlewareFunc {
	policy := strings.Join([]string{
		"default-src 'none'", "style-src 'self'", "script-src 'self'", "img-src 'self'", "connect-src 'self'",
		"form-action 'self' " + alipayHosts(gateway), "base-uri 'none'", "frame-ancestors 'none'",
	}, "; ")
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			h := c.Response().Header()
			h.Set("Content-Security-Policy", policy)
			h.Set("Referrer-Policy", "same-origin")
			h.Set("X-Frame-Options", "DENY")
			h.Set("Cache-Control", "no-store")
			return next(c)
		}
	}
}

// alipayHosts are the gateway and whatever is under the same domain. Browsers hold a form's redirects
// to form-action too: 提交订单 leads to the gateway, and the gateway to a cashier on another host of
// Alipay's (openapi.alipay.com by unitradeprod.alipay.com to excashier.alipay.com).
func alipayHosts(gateway string) string {
	u, err := url.Parse(gateway)
	if err != nil || u.Host == "" {
		return ""
	}
	hosts := u.Scheme + "://" + u.Host
	labels := strings.Split(u.Host, ".")
	if _, err := netip.ParseAddr(u.Hostname()); err == nil || len(labels) < 3 {
		return hosts
	}
	return hosts + " " + u.Scheme + "://*." + strings.Join(labels[len(labels)-2:], ".")
}

// visitorAddress believes what the proxies say of whom they speak for, and nobody else: limits count by it.
func visitorAddress(proxies []netip.Prefix) echo.IPExtractor {
	if len(proxies) == 0 {
		return echo.ExtractIPDirect()
	}
	trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range proxies {
		mask := net.CIDRMask(p.Bits(), p.Addr().BitLen())
		trust = append(trust, echo.TrustIPRange(&net.IPNet{IP: p.Addr().AsSlice(), Mask: mask}))
	}
	return echo.ExtractIPFromXFFHeader(trust...)
}

// gzipPages uses the fastest level. On My Orders it takes half as long as rendering the page and
// spares nine tenths of the bytes, which a line of 100 Mbit/s needs twenty times as long for; the
// next levels take twice the time for three percent more (BenchmarkCompress in views).
func gzipPages() echo.MiddlewareFunc {
	return middleware.GzipWithConfig(middleware.GzipConfig{Level: 1, MinLength: 1024})
}

// wholeForm reads the form before anybody looks at it, and refuses one that cannot be read to its
// end: whoever asks for a field of such a form is told that it is empty. The shop's own forms all
// come in one encoding, and not compressed.
func wholeForm(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		kind, _, err := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType))
		plain := err == nil && kind == echo.MIMEApplicationForm && r.Header.Get(echo.HeaderContentEncoding) == ""
		if r.ContentLength != 0 && !plain {
			return echo.ErrUnsupportedMediaType
		}
		err = r.ParseForm()
		if errors.Is(err, echo.ErrStatusRequestEntityTooLarge) {
			return echo.ErrStatusRequestEntityTooLarge
		}
		if err != nil && r.Method == http.MethodPost {
			return echo.ErrBadRequest
		}
		return next(c)
	}
}

// csrf wants the hidden field _csrf in every form, unless the browser itself vouches that the form
// is the shop's.
func csrf(secure bool) echo.MiddlewareFunc {
	return middleware.CSRFWithConfig(middleware.CSRFConfig{
		TokenLookup: "form:" + csrfField, ContextKey: csrfField,
		CookieName: "luffy_csrf", CookiePath: "/", CookieMaxAge: int(sessionLife / time.Second),
		CookieHTTPOnly: true, CookieSecure: secure, CookieSameSite: http.SameSiteLaxMode,
		// A missing field is no other fault than a wrong one.
		ErrorHandler: func(error, echo.Context) error { return echo.ErrForbidden },
	})
}

const csrfField = "_csrf"

// requestLog writes a line a request. It leaves the query out: Alipay's return carries its signature there.
func requestLog(log *slog.Logger) echo.MiddlewareFunc {
	return middleware.RequestLoggerWithConfig(middleware.RequestLoggerConfig{
		LogMethod: true, LogURIPath: true, LogStatus: true, LogLatency: true, LogRequestID: true,
		LogError: true, HandleError: true,
		LogValuesFunc: func(c echo.Context, v middleware.RequestLoggerValues) error {
			level := slog.LevelInfo
			attrs := []slog.Attr{
				slog.String("method", v.Method), slog.String("path", v.URIPath), slog.Int("status", v.Status),
				slog.Duration("took", v.Latency), slog.String("request", v.RequestID),
			}
			if v.Status >= http.StatusInternalServerError {
				level = slog.LevelError
				attrs = append(attrs, slog.Any("error", v.Error))
			}
			log.LogAttrs(c.Request().Context(), level, "request", attrs...)
			return nil
		},
	})
}

package handlers

import (
	"context"
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

// requestTimeout bounds the work for one page. It is longer than the longest call to Alipay, and
// short enough that the visitor still waits for the page that says what is wrong.
const requestTimeout = 15 * time.Second

// answerTime is what is kept of requestTimeout for a page that must say what became of a call to
// Alipay, also where Alipay has used up all the rest.
const answerTime = 4 * time.Second

// untilAnswer bounds such a call, made for a page.
func untilAnswer(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, _ := ctx.Deadline()
	return context.WithDeadline(ctx, deadline.Add(-answerTime))
}

// notifyTimeout bounds the work for one notify. Alipay does not document how long it waits; it is
// believed to be ten seconds.
const notifyTimeout = 8 * time.Second

// strictHeaders sets the headers of every answer, also of pictures and of those to Alipay.
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

// pageHeaders sets the headers of pages. No page may be cached: what it says of an order is true
// only now.
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

// alipayHosts are the gateway and every host under the same domain. Browsers apply form-action to the
// redirects after a form, too: 提交订单 leads to the gateway, and that leads to a cashier on another
// host of Alipay's (openapi.alipay.com via unitradeprod.alipay.com to excashier.alipay.com).
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

// visitorAddress finds the visitor's address, by which limits are counted. It believes the
// X-Forwarded-For of these proxies and of nobody else.
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
// saves nine tenths of the bytes; sending those over 100 Mbit/s would take twenty times as long. The
// next levels take twice the time and save three percent more (BenchmarkCompress in views).
func gzipPages() echo.MiddlewareFunc {
	return middleware.GzipWithConfig(middleware.GzipConfig{Level: 1, MinLength: 1024})
}

// wholeForm reads the form before any handler does, and refuses one that cannot be read to its end:
// net/http would give the handler empty fields. The shop's own forms are all URL-encoded and not
// compressed, so anything else is refused, too.
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

// csrf demands the hidden field _csrf in every form, unless the browser states by Sec-Fetch-Site
// that the form is the shop's own.
func csrf(secure bool) echo.MiddlewareFunc {
	return middleware.CSRFWithConfig(middleware.CSRFConfig{
		TokenLookup: "form:" + csrfField, ContextKey: csrfField,
		CookieName: "luffy_csrf", CookiePath: "/", CookieMaxAge: int(sessionLife / time.Second),
		CookieHTTPOnly: true, CookieSecure: secure, CookieSameSite: http.SameSiteLaxMode,
		// A missing field is answered like a wrong one.
		ErrorHandler: func(error, echo.Context) error { return echo.ErrForbidden },
	})
}

const csrfField = "_csrf"

// requestLog writes one line for each request, without the query, which in Alipay's return holds the
// signature.
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

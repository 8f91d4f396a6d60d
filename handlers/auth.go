package handlers

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"luffy/models/payment"
)

// signedIn lets only logged-in students through. Others are sent to the login and come back from there.
func (s *shop) signedIn(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if userID(c) != 0 {
			return next(c)
		}
		login := loginFor(comeBackTo(c.Request()))
		if c.Request().Method == http.MethodPost {
			login += "&" + unsentParam + "=1"
		}
		return c.Redirect(http.StatusSeeOther, login)
	}
}

// unsentParam marks a login that was asked for instead of taking a form.
const unsentParam = "unsent"

// staffOnly lets only staff through, of those whom signedIn has let through: the flag is read with the
// session of every request, so that taking it away works at once. For all others these addresses do
// not exist. Who is not logged in was led to the login before: a shopkeeper's session ends like any
// other, and their bookmark must still lead somewhere.
func staffOnly(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !visitorOf(c).IsStaff {
			return echo.ErrNotFound
		}
		return next(c)
	}
}

// loginFor is the address of a login that goes on to a page of this shop.
func loginFor(next string) string { return "/login?" + url.Values{"next": {next}}.Encode() }

// comeBackTo is the page to show after the login: the one that was asked for or, if a form was sent,
// the page with that form.
func comeBackTo(r *http.Request) string {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return localPath(r.URL.RequestURI())
	}
	referer, err := url.Parse(r.Referer())
	if err != nil || referer.Host != r.Host {
		return "/"
	}
	return localPath(referer.RequestURI())
}

// maxNext is longer than any address of the shop's own pages.
const maxNext = 2_000

// localPath gives the address back if it is a path of this shop, else "/". Browsers take "//host"
// and "/\host" for other sites.
func localPath(address string) string {
	u, err := url.Parse(address)
	strange := func(r rune) bool { return r < ' ' || r == '\\' || r == 0x7f }
	here := strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "//") &&
		len(address) <= maxNext && !strings.ContainsFunc(address, strange)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || !here {
		return "/"
	}
	return address
}

// wayBack is where the login link in this page's header leads back to; "" means the course list.
func wayBack(c echo.Context) string {
	back := comeBackTo(c.Request())
	switch c.Path() {
	case "/login", "/register":
		back = localPath(c.FormValue("next"))
	case payment.ReturnPath:
		return "" // the address bears Alipay's signature
	}
	if back == "/" {
		return ""
	}
	return back
}

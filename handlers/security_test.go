package handlers_test

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"luffy/handlers"
	"luffy/models/modelstest"
	"luffy/models/modelstest/logwatch"
)

// C1: Without the token nothing changes, unless the browser itself says that the form is the shop's.
func TestCSRF(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, _ := w.student("ann")
	token := b.open("/").form("/logout").Get("_csrf")
	if len(token) < 16 {
		t.Fatalf("got token %q, want a random one", token)
	}
	for name, c := range map[string]struct {
		token  []string
		site   string
		status int
	}{
		"token":                  {[]string{token}, "", http.StatusSeeOther},
		"no token":               {nil, "", http.StatusForbidden},
		"empty token":            {[]string{""}, "", http.StatusForbidden},
		"wrong token":            {[]string{token + "x"}, "", http.StatusForbidden},
		"same-origin":            {nil, "same-origin", http.StatusSeeOther},
		"cross-site":             {nil, "cross-site", http.StatusForbidden},
		"cross-site with token":  {[]string{token}, "cross-site", http.StatusForbidden},
		"same-site":              {nil, "same-site", http.StatusForbidden},
		"same-site, dummy token": {[]string{"_echo_csrf_using_sec_fetch_site_"}, "same-site", http.StatusForbidden},
		"dummy token":            {[]string{"_echo_csrf_using_sec_fetch_site_"}, "", http.StatusForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			b := b.in(w.in(t))
			b.header = http.Header{}
			if c.site != "" {
				b.header.Set("Sec-Fetch-Site", c.site)
			}
			got := b.post("/cart/items", url.Values{"course": {"1"}, "expire": {"0"}, "_csrf": c.token})
			got.want(c.status)
			if c.status == http.StatusForbidden {
				got.wantText("main", "页面已过期", "刷新后重新提交")
			}
			cart := int64(0)
			if c.status == http.StatusSeeOther {
				cart = 1
			}
			if n := w.count("SELECT COUNT(*) FROM ly_cart_item"); n != cart {
				t.Errorf("got %d cart lines, want %d", n, cart)
			}
			w.exec("DELETE FROM ly_cart_item")
		})
	}
	other := w.browser()
	if got := other.open("/login").form("/login").Get("_csrf"); got == token {
		t.Error("two browsers have one token")
	}
}

// pageHeaders are the headers of every page, besides the Content-Security-Policy.
var pageHeaders = map[string]string{
	"Referrer-Policy": "same-origin", "X-Content-Type-Options": "nosniff",
	"X-Frame-Options": "DENY", "Cache-Control": "no-store",
}

// wantSafe checks the security headers of an answer and the attributes of its cookies.
func (p *page) wantSafe(may rights, secure bool, gateway string) {
	p.t.Helper()
	want := map[string]string{"X-Content-Type-Options": "nosniff", "Strict-Transport-Security": ""}
	if may == open || may == login {
		want = maps.Clone(pageHeaders)
	}
	if secure {
		want["Strict-Transport-Security"] = "max-age=31536000"
	}
	for name, value := range want {
		if got := p.header.Get(name); got != value {
			p.t.Errorf("%s, %d: got %s %q, want %q", p.url.Path, p.status, name, got, value)
		}
	}
	cookies := p.header["Set-Cookie"]
	if may == signed || may == plain {
		if len(cookies) != 0 {
			p.t.Errorf("%s: got cookies %q, want none", p.url.Path, cookies)
		}
		return
	}
	policy := p.header.Get("Content-Security-Policy")
	for _, part := range []string{
		"default-src 'none'", "script-src 'self';", "style-src 'self';", "base-uri 'none'",
		"frame-ancestors 'none'", "form-action 'self' " + gateway,
	} {
		if !strings.Contains(policy, part) {
			p.t.Errorf("%s, %d: got policy %q, want %q in it", p.url.Path, p.status, policy, part)
		}
	}
	for _, cookie := range cookies {
		if !strings.HasPrefix(cookie, "luffy_") || !strings.Contains(cookie, "; HttpOnly") ||
			!strings.Contains(cookie, "; SameSite=Lax") ||
			!strings.Contains(cookie, "; Path=/;") || strings.Contains(cookie, "Domain=") ||
			strings.Contains(cookie, "; Secure") != secure {
			p.t.Errorf("%s, %d: got cookie %q", p.url.Path, p.status, cookie)
		}
	}
	if p.Find("script:not([src]), [style], style, [onclick], [onload]").Length() != 0 {
		p.t.Errorf("%s, %d: has inline script or style, which its policy forbids", p.url.Path, p.status)
	}
}

// R17: Every answer of every route, also a refusal, forbids frames, foreign scripts and caching, and
// scripts cannot read its cookies.
func TestSecurityHeaders(t *testing.T) {
	eachRoute(t, all, func(e *estate, method, path string, r route) {
		token := e.eve.withToken(url.Values{})
		refused := *e.eve
		refused.header = http.Header{"Sec-Fetch-Site": {"cross-site"}}
		for _, got := range []*page{
			e.ann.send(method, path, url.Values{}), e.eve.send(method, path, token), e.browser().send(method, path, nil),
			refused.send(method, path, token), e.browser().send(method, path, url.Values{"x": {strings.Repeat("x", 70_000)}}),
			e.eve.do(http.MethodPatch, path, "", nil),
		} {
			got.wantSafe(r.may, false, e.gateway.URL)
		}
	})
	for _, path := range []string{"/nowhere", "/payments/result?x=1", "/orders/1", "/courses/99"} {
		w := newWorld(t, modelstest.SQLite(t))
		w.browser().get(path).wantSafe(open, false, w.gateway.URL)
	}
}

// The same with a database that is down, and with https, where cookies are sent over https only.
func TestSecurityHeadersOfFaults(t *testing.T) {
	secure := func(s *setup) { s.baseURL = "https://shop.example" }
	for name, w := range map[string]*world{
		"broken": newWorld(t, modelstest.Broken(t), secure), "whole": newWorld(t, modelstest.SQLite(t), secure),
	} {
		for route, r := range routes {
			method, path, _ := strings.Cut(route, " ")
			t.Run(name+" "+route, func(t *testing.T) {
				b := w.in(t).browser()
				if method != http.MethodGet {
					b.header.Set("Sec-Fetch-Site", "same-origin") // a page gets a token only without it
				}
				path = strings.NewReplacer(":id", "1", ":course", "1", ":number", "20190929151453000001000020", "*", "x").
					Replace(path)
				b.send(method, path, url.Values{
					"course": {"1"}, "username": {"bob"},
					"password": {"a stray horse"}, "password2": {"a stray horse"},
				}).
					wantSafe(r.may, true, w.gateway.URL)
			})
		}
	}
}

func TestCookieFlags(t *testing.T) {
	for base, secure := range map[string]bool{"http://shop.example": false, "https://shop.example": true} {
		w := newWorld(t, modelstest.SQLite(t), func(s *setup) { s.baseURL = base })
		modelstest.Student(t, w.db, "ann")
		b := w.browser()
		login := b.open("/login")
		form := login.form("/login")
		form.Set("username", "ann")
		form.Set("password", modelstest.Password)
		csrf := login.header["Set-Cookie"][0]
		b.header.Set("Cookie", strings.Split(csrf, ";")[0]) // a jar keeps secure cookies from plain HTTP
		done := b.post("/login", form)
		done.wantTo("/")
		if cookies := done.header["Set-Cookie"]; len(cookies) != 3 {
			t.Errorf("got cookies %q, want three", cookies)
		}
		done.wantSafe(open, secure, w.gateway.URL)
	}
}

// Alipay's gateway redirects to a cashier on another of its hosts, and browsers apply the policy of the
// page with the form to that redirect.
func TestFormsMayLeadToTheCashier(t *testing.T) {
	for gateway, want := range map[string]string{
		"https://openapi.alipay.com/gateway.do":               "https://openapi.alipay.com https://*.alipay.com;",
		"https://openapi-sandbox.dl.alipaydev.com/gateway.do": "https://openapi-sandbox.dl.alipaydev.com https://*.alipaydev.com;",
		"http://127.0.0.1:8081/gateway.do":                    "http://127.0.0.1:8081;",
		"http://[::1]:8081/gateway.do":                        "http://[::1]:8081;",
		"http://localhost:8081/gateway.do":                    "http://localhost:8081;",
		"http://alipay.example:8081/gateway.do":               "http://alipay.example:8081;",
		"http://openapi.alipay.example:8081/gateway.do":       "http://openapi.alipay.example:8081 http://*.alipay.example:8081;",
	} {
		shop := handlers.New(handlers.Config{
			SessionKeys: [][]byte{make([]byte, 32)}, Gateway: gateway, Log: logwatch.New(t, io.Discard),
		})
		answer := httptest.NewRecorder()
		shop.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/nowhere", nil))
		if got := answer.Header().Get("Content-Security-Policy"); !strings.Contains(got, "form-action 'self' "+want) {
			t.Errorf("%s: got policy %q, want %q in it", gateway, got, want)
		}
	}
}

package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"luffy/models/modelstest"
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

var pageHeaders = map[string]string{
	"Referrer-Policy": "same-origin", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Cache-Control": "no-store",
}

// R17: Every page, refusals included, forbids framing, foreign scripts and keeping.
func TestSecurityHeaders(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, ann := w.student("ann")
	number := w.attempt(ann).OutTradeNo
	for _, path := range []string{
		"/", "/?category=1", "/courses/1", "/login", "/cart", "/checkout", "/myorder/", "/mycourses/", "/learn/1", "/orders/" + number,
		resultPath(number), "/courses/99", "/nowhere", "/payments/result?x=1", "/logout", "/orders",
	} {
		got := b.get(path)
		for name, want := range pageHeaders {
			if value := got.header.Get(name); value != want {
				t.Errorf("%s: got %s %q, want %q", path, name, value, want)
			}
		}
		policy := got.header.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'self' " + w.gateway.URL} {
			if !strings.Contains(policy, part) {
				t.Errorf("%s: got policy %q, want %q in it", path, policy, part)
			}
		}
		if got.Find("script:not([src]), [style], style, [onclick], [onload]").Length() != 0 {
			t.Errorf("%s: has inline script or style, which its policy forbids", path)
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
		all := done.header["Set-Cookie"]
		if len(all) != 3 {
			t.Errorf("got cookies %q, want three", all)
		}
		for _, cookie := range all {
			if !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Lax") || !strings.Contains(cookie, "Path=/") ||
				strings.Contains(cookie, "Domain=") || strings.Contains(cookie, "Secure") != secure {
				t.Errorf("%s: got cookie %q", base, cookie)
			}
		}
		if got := done.header.Get("Strict-Transport-Security") != ""; got != secure {
			t.Errorf("%s: got Strict-Transport-Security %v, want %v", base, got, secure)
		}
	}
}

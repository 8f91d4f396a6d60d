package handlers_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"luffy/models/modelstest"
)

var schemed = regexp.MustCompile(`^([a-zA-Z][a-zA-Z0-9+.-]*):(.*)$`)

// hostFor returns the host to which a browser goes for an address on a page of base, or the scheme of
// one that has no host. It reads as the WHATWG URL Standard tells browsers to: spaces around do not
// count, tabs and line ends are left out, backslashes are slashes, and any number of slashes begins
// a host.
func hostFor(base *url.URL, address string) string {
	s := strings.TrimFunc(address, func(r rune) bool { return r <= ' ' })
	s = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(s)
	path, _, _ := strings.Cut(s, "?")
	path, _, _ = strings.Cut(path, "#")
	path = strings.ReplaceAll(path, `\`, "/")
	if m := schemed.FindStringSubmatch(path); m != nil {
		scheme := strings.ToLower(m[1])
		if scheme != "http" && scheme != "https" {
			return scheme + ":"
		}
		if path = m[2]; scheme != base.Scheme || strings.HasPrefix(path, "//") {
			path = "//" + strings.TrimLeft(path, "/")
		}
	}
	if !strings.HasPrefix(path, "//") {
		return base.Host
	}
	host, _, _ := strings.Cut(strings.TrimLeft(path, "/"), "/")
	return host[strings.LastIndex(host, "@")+1:]
}

func TestHostFor(t *testing.T) {
	base := &url.URL{Scheme: "https", Host: "shop.example", Path: "/login"}
	for address, want := range map[string]string{
		"/":                                  "shop.example",
		"myorder":                            "shop.example",
		"":                                   "shop.example",
		"?next=//evil.example":               "shop.example",
		"/x#//evil.example":                  "shop.example",
		"/%2f%2fevil.example":                "shop.example",
		"/%5cevil.example":                   "shop.example",
		"https:x":                            "shop.example",
		"https://shop.example@evil.example/": "evil.example",
		"//evil.example":                     "evil.example",
		"///evil.example/x":                  "evil.example",
		`/\evil.example`:                     "evil.example",
		`\\evil.example`:                     "evil.example",
		"/\t/evil.example":                   "evil.example",
		" //evil.example":                    "evil.example",
		"http:evil.example":                  "evil.example",
		"https:///evil.example":              "evil.example",
		"JavaScript:alert(1)":                "javascript:",
		"java\nscript:alert(1)":              "javascript:",
	} {
		if got := hostFor(base, address); got != want {
			t.Errorf("%q: got %q, want %q", address, got, want)
		}
	}
}

// elsewhere are addresses that lead away from the shop, or that careless code takes for such.
var elsewhere = []string{
	"//evil.example", "///evil.example", "////evil.example/", `/\evil.example`, `\\evil.example`,
	`\/evil.example`, `/\/evil.example`, `//\evil.example`,
	"/\t/evil.example", "/\n/evil.example", "/\r\n/evil.example", "\t//evil.example",
	" //evil.example", "\x00//evil.example", "/\x00/evil.example",
	"%2f%2fevil.example", "/%2f%2fevil.example", "/%2fevil.example", "/%5cevil.example",
	"/%5c%5cevil.example", "/%09/evil.example", "/.//evil.example",
	"/x/..//evil.example", "https:evil.example", "https:/evil.example",
	"https://evil.example", "http:///evil.example", "http:evil.example",
	"//user@evil.example/login", "//evil.example:80", "javascript:alert(1)", "java\tscript:alert(1)",
	"JAVASCRIPT:alert(1)", "data:text/html,x",
	"vbscript:x", "/javascript:alert(1)", "//[::1]", "//evil.example\\@shop", "/／evil.example", "／／evil.example",
	"//ｅvil.example", "/。/evil.example",
	"?//evil.example", "#//evil.example", "/x\r\nLocation: //evil.example", "/x\r\nSet-Cookie: a=b",
	"/%zz", "/" + strings.Repeat("x", 20_000), "//" + strings.Repeat("é", 5_000),
}

// stays checks that a browser which gets the page stays in the shop: after a redirect, and by
// whatever link or form it holds.
func (p *page) stays(what string) {
	p.t.Helper()
	base := &url.URL{Scheme: p.url.Scheme, Host: p.url.Host, Path: p.url.Path}
	location := p.header.Get("Location")
	if len(location) > 4_000 {
		p.t.Errorf("%s: got sent to an address of %d characters", what, len(location))
	}
	addresses := []string{location}
	p.Find("a[href], form[action], link[href], button[formaction]").Each(func(_ int, s *goquery.Selection) {
		for _, name := range []string{"href", "action", "formaction"} {
			addresses = append(addresses, s.AttrOr(name, ""))
		}
	})
	for _, address := range addresses {
		next := &url.URL{}
		if u, err := base.Parse(address); err == nil {
			next = u
		}
		if got := hostFor(base, address); got != base.Host || next.Host != base.Host {
			p.t.Errorf("%s: %.80q leads to %q", what, address, got)
		}
		// The login is asked to go on to where next says, so that must stay, too.
		if further := next.Query().Get("next"); next.Path == "/login" && hostFor(base, further) != base.Host {
			p.t.Errorf("%s: the login goes on to %.80q", what, further)
		}
	}
	if p.header.Get("Set-Cookie") == "a=b" || len(p.header["Location"]) > 1 {
		p.t.Errorf("%s: headers were written into the answer: %v", what, p.header)
	}
}

// Whatever a visitor's request names as the place to go on to, it is one of the shop's, as browsers
// read it. Each address comes as it is, and once and twice encoded.
func TestNoWayLeadsAway(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	ann, _ := w.student("ann")
	ann.header.Set("User-Agent", "MicroMessenger")
	visitor := w.browser()
	form := visitor.open("/login").form("/login")
	for i, address := range elsewhere {
		for times := range 3 {
			next := address
			for range times {
				next = url.QueryEscape(next)
			}
			what, query := fmt.Sprintf("%.60q", next), "?next="+url.QueryEscape(next)
			ann.get("/login" + query).stays(what)
			ann.get("/register" + query).stays(what)
			for _, path := range []string{"/login", "/register", "/courses/1", "/nowhere"} {
				visitor.get(path + query).stays(what)
			}
			visitor.get("/payments/result?out_trade_no=" + url.QueryEscape(next)).stays(what)
			login := url.Values{"_csrf": form["_csrf"], "username": {"ann"}, "password": {modelstest.Password}, "next": {next}}
			if times == 0 { // hashing takes most of the time
				w.exec("DELETE FROM ly_throttle")
				w.withToken(visitor).post("/login", login).stays(what)
				login.Set("username", fmt.Sprintf("bob%d", i))
				login.Set("password2", modelstest.Password)
				w.withToken(visitor).post("/register", login).stays(what)
			}
			login.Del("_csrf")
			visitor.post("/login", login).stays(what) // refused, with a way back
			path := url.PathEscape(next)
			token := ann.withToken(url.Values{"anyway": {"1"}})
			ann.post("/orders/"+path+"/pay", token).stays(what)
			ann.post("/cart/items/"+path, token).stays(what)
			visitor.get("/orders/" + path).stays(what)
		}
	}
}

// withToken is a visitor with the same token who is not logged in.
func (w *world) withToken(b *browser) *browser {
	w.t.Helper()
	other := w.browser()
	other.header.Set("Cookie", "luffy_csrf="+b.cookie("luffy_csrf"))
	return other
}

// The page that a form stood on is named by a header, and the page that was asked for by the first
// line of the request.
func TestNoHeaderLeadsAway(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	visitor := w.browser()
	token := visitor.withToken(url.Values{})
	for _, address := range elsewhere {
		if strings.ContainsAny(address, "\x00\r\n") {
			continue // no client can send this
		}
		for _, referer := range []string{address, w.shop.URL + address, w.shop.URL + "/" + address} {
			visitor.header.Set("Referer", referer)
			visitor.post("/cart/items/1", token).stays("referer " + referer)
			visitor.post("/cart/items/1", nil).stays("referer " + referer)
		}
	}
	for _, line := range []string{
		"GET //evil.example/cart", "GET ///evil.example/cart", "GET http://evil.example/cart",
		"GET //evil.example/%2e%2e/cart", "GET /cart//evil.example",
		`GET /\evil.example/cart`, "GET //evil.example/..", "GET /myorder//evil.example",
		"GET //evil.example/myorder", "GET /static//evil.example/..",
	} {
		w.ask(line).stays(line)
	}
}

// ask sends a first line that no http.Client would.
func (w *world) ask(line string) *page {
	w.t.Helper()
	host := w.shop.Listener.Addr().String()
	conn, err := net.Dial("tcp", host)
	if err != nil {
		w.t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", line, host)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	doc, err := goquery.NewDocumentFromReader(response.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return &page{doc, w.t, &url.URL{Scheme: "http", Host: host, Path: "/"}, response.StatusCode, response.Header, ""}
}

// After the login the student comes to a page of the shop, whatever next says.
func TestNext(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, _ := w.student("ann")
	for next, want := range map[string]string{
		"/myorder/?status=paid":          "/myorder/?status=paid",
		"/courses/1#buy":                 "/courses/1#buy",
		"/myorder/?q=课程":                 "/myorder/?q=课程",
		"/%2f%2fevil.example":            "/%2f%2fevil.example", // a path of the shop, where nothing is
		"/" + strings.Repeat("x", 2_000): "/",
		"":                               "/",
		"myorder":                        "/",
		"//evil.example":                 "/",
		"///evil.example":                "/",
		`/\evil.example`:                 "/",
		`\\evil.example`:                 "/",
		"/\t/evil.example":               "/",
		"/\n/evil.example":               "/",
		"https:evil.example":             "/",
		"https://evil.example":           "/",
		"http:///evil.example":           "/",
		"javascript:alert(1)":            "/",
		"data:text/html,x":               "/",
		"/x\r\nSet-Cookie: a=b":          "/",
		"%2F%2Fevil.example":             "/",
		"/%zz":                           "/",
		" //evil.example":                "/",
		"//user@evil.example/login":      "/",
	} {
		t.Run(next, func(t *testing.T) {
			query := "?" + url.Values{"next": {next}}.Encode()
			// Somebody who is logged in already is sent on at once.
			b := b.in(w.in(t))
			b.get("/login" + query).wantTo(want)
			b.get("/register" + query).wantTo(want)
			// And so is whoever posts the form, whose hidden field could have been changed.
			visitor := w.in(t).browser()
			login := visitor.open("/login" + query)
			visitor.submit(login, "/login", "username", "ann", "password", modelstest.Password, "next", next).wantTo(want)
		})
	}
}

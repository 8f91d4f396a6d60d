package handlers_test

import (
	"crypto/rsa"
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"luffy/models/modelstest"
)

// guess tries a password and gives the answer.
func (b *browser) guess(name, password string) *page {
	b.t.Helper()
	return b.submit(b.open("/login?next=/cart"), "/login", "username", name, "password", password)
}

// visitor gives the page without what is the visitor's own.
func (p *page) visitor(name string) string {
	token := p.Find("input[name=_csrf]").First().AttrOr("value", "none")
	return strings.NewReplacer(token, "TOKEN", name, "NAME").Replace(p.body)
}

// After ten wrong guesses of a name each further one must wait, whether or not the name exists, and the
// pages for both are the same, byte for byte.
func TestGuessesOfAName(t *testing.T) {
	eachTimedWorld(t, func(w *world, now *handClock) {
		modelstest.Student(w.t, w.db, "Known")
		spellings := [][]string{{"Known", "known", "KNOWN"}, {"Nobdy", "nobdy", "NOBDY"}}
		for i := range 12 {
			var bodies []string
			for _, names := range spellings {
				name := names[i%3]
				got := w.browser().guess(name, "wrong horse")
				if want := http.StatusUnprocessableEntity; i < 10 && got.status != want {
					w.t.Fatalf("guess %d of %s: got status %d, want %d", i+1, name, got.status, want)
				}
				if i >= 10 {
					got.want(http.StatusTooManyRequests)
					got.wantFrame("尝试次数过多")
					got.wantText("main", "22:31:00", "约 60 秒")
					if wait := got.header.Get("Retry-After"); wait != "60" {
						w.t.Errorf("got Retry-After %q, want 60", wait)
					}
					if back := got.Find("main a.main").AttrOr("href", ""); back != "/login?next=%2Fcart" {
						w.t.Errorf("got the way back to %q, want the login with its next", back)
					}
				}
				bodies = append(bodies, got.visitor(name))
			}
			if bodies[0] != bodies[1] {
				w.t.Errorf("guess %d: the pages for a name that exists and for one that does not differ:\n%s\n%s",
					i+1, bodies[0], bodies[1])
			}
		}
		// The right password is not taken either, until the time that the page named.
		w.browser().guess("Known", modelstest.Password).want(http.StatusTooManyRequests)
		now.advance(time.Minute)
		w.browser().guess("Known", modelstest.Password).wantTo("/cart")
	})
}

// A browser that has logged in before has guesses of its own, so that strangers cannot lock its student
// out.
func TestStrangersLockNobodyOut(t *testing.T) {
	w := stillWorld(t)
	ann, _ := w.student("ann")
	ann.submit(ann.open("/"), "/logout").wantTo("/")
	stranger := w.browser()
	for range 10 {
		stranger.guess("ann", "wrong horse").want(http.StatusUnprocessableEntity)
	}
	stranger.guess("ann", modelstest.Password).want(http.StatusTooManyRequests)
	ann.guess("ANN", modelstest.Password).wantTo("/cart")

	forged := w.browser()
	forged.header.Set("Cookie", "luffy_known="+ann.cookie("luffy_known")+"x")
	if got := forged.post("/login", nil); got.status != http.StatusForbidden { // no token: the guess is not even counted
		t.Errorf("got status %d, want 403", got.status)
	}
	bob, _ := w.student("bob")
	bob.submit(bob.open("/"), "/logout").wantTo("/")
	bob.guess("ann", modelstest.Password).want(http.StatusTooManyRequests) // known, but for another name
}

// stillWorld is a shop whose clock stands still, so that no limit recovers during the test.
func stillWorld(t *testing.T, change ...func(*setup)) *world {
	t.Helper()
	now := newHandClock()
	still := func(s *setup) { s.now = now.now }
	return newWorld(t, modelstest.SQLite(t, modelstest.At(now.now)), append(change, still)...)
}

// One address cannot try many names. Successful logins are not counted against it.
func TestGuessesFromAnAddress(t *testing.T) {
	w := stillWorld(t)
	modelstest.Student(t, w.db, "ann")
	for range 31 { // a class behind one address
		w.browser().login("ann")
	}
	b := w.browser()
	form := b.open("/login").form("/login")
	form.Set("password", "wrong horse")
	for i := range 40 {
		form.Set("username", "name"+strconv.Itoa(i))
		want := http.StatusUnprocessableEntity
		if i >= 30 {
			want = http.StatusTooManyRequests
		}
		if got := b.post("/login", form); got.status != want {
			t.Fatalf("name %d: got status %d, want %d", i, got.status, want)
		}
	}
}

// A student cannot fill the tables with orders, nor have Alipay asked about hundreds of them. They can go on
// a while later, and others are not held up.
func TestTooManyOrders(t *testing.T) {
	eachTimedWorld(t, func(w *world, now *handClock) {
		b, _ := w.student("eve")
		b.addToCart(w.stock.Plain.For(0))
		checkout := b.open("/checkout")
		for i := range 30 {
			b.submit(checkout, "/orders", "token", "tab"+strconv.Itoa(i), "anyway", "1").want(http.StatusSeeOther)
		}
		again := []string{"token", "one more", "points", "100"}
		refused := b.submit(checkout, "/orders", again...)
		refused.want(http.StatusUnprocessableEntity)
		refused.wantText(".problems", "这次没有提交新的订单。请约 60 秒后再试")
		if got := refused.form("/orders").Get("points"); got != "100" {
			w.t.Errorf("got %q points in the form, want what was typed", got)
		}
		if n := w.count("SELECT COUNT(*) FROM ly_order"); n != 30 {
			w.t.Errorf("got %d orders, want 30", n)
		}
		other, _ := w.student("ann")
		other.addToCart(w.stock.Plain.For(0))
		other.order()
		now.advance(time.Minute)
		b.submit(refused, "/orders", "anyway", "1").want(http.StatusSeeOther)
	})
}

// The counts are in the database, so replicas share them.
func TestGuessesOnTwoReplicas(t *testing.T) {
	w := stillWorld(t)
	modelstest.Student(t, w.db, "ann")
	other := newReplica(w)
	for range 5 {
		w.browser().guess("ann", "wrong horse").want(http.StatusUnprocessableEntity)
		other.browser().guess("ann", "wrong horse").want(http.StatusUnprocessableEntity)
	}
	w.browser().guess("ann", modelstest.Password).want(http.StatusTooManyRequests)
	other.browser().guess("ann", modelstest.Password).want(http.StatusTooManyRequests)
}

// newReplica is a second shop on the same database.
func newReplica(w *world) *world {
	w.t.Helper()
	other := *w
	other.startShop(setup{
		appID: appID, sellerID: sellerID, alipayKeys: []*rsa.PublicKey{&alipayKey().PublicKey}, now: time.Now,
	})
	return &other
}

func TestRegistrationsFromAnAddress(t *testing.T) {
	w := stillWorld(t)
	b := w.browser()
	form := b.open("/register").form("/register")
	refused := 0
	for range 70 {
		if b.post("/register", form).status == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused != 10 {
		t.Errorf("got %d of 70 refused, want those after 60", refused)
	}
}

// Behind a proxy the visitor's address is the one that the proxy names, and nobody else is believed.
func TestAddressBehindAProxy(t *testing.T) {
	for name, c := range map[string]struct {
		proxies []netip.Prefix
		want    int
	}{
		"trusted": {[]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, http.StatusUnprocessableEntity},
		"unknown": {[]netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}, http.StatusTooManyRequests},
		"none":    {nil, http.StatusTooManyRequests},
	} {
		t.Run(name, func(t *testing.T) {
			w := stillWorld(t, func(s *setup) { s.proxies = c.proxies })
			b := w.browser()
			form := b.open("/register").form("/register")
			for i := range 62 {
				b.header.Set("X-Forwarded-For", fmt.Sprintf("203.0.113.%d", i))
				b.post("/register", form)
			}
			b.header.Set("X-Forwarded-For", "203.0.113.200")
			b.post("/register", form).want(c.want)
		})
	}
}

package handlers_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"luffy/models/modelstest"
)

// send requests a route as a browser does, with a form if it takes one.
func (b *browser) send(method, path string, form url.Values) *page {
	b.t.Helper()
	if method == http.MethodGet {
		return b.get(path)
	}
	return b.do(method, path, formType, strings.NewReader(form.Encode()))
}

// Visitors who are not logged in are sent to the login, and from there back to where they were.
// Nothing is done for them before.
func TestSignedOut(t *testing.T) {
	eachRoute(t, loggedIn, func(e *estate, method, path string, r route) {
		before, visitor, next, unsent := e.rows(), e.browser(), path, ""
		form := visitor.withToken(e.fill(r.form))
		if method == http.MethodPost {
			next, unsent = "/courses/1?x=1", "&unsent=1"
			visitor.header.Set("Referer", e.shop.URL+next)
		}
		if path == "/cart/items" {
			next, unsent = "/courses/"+id(e.elsewhere)+"?expire=0", "" // where the choice is kept
		}
		visitor.send(method, path, form).wantTo("/login?next=" + url.QueryEscape(next) + unsent)
		e.wantNothingChanged(before, "without a login")
	})
	eachRoute(t, pages, func(e *estate, method, path string, r route) {
		visitor := e.browser()
		got := visitor.send(method, path, visitor.withToken(e.fill(r.form)))
		if r.may == open && strings.HasPrefix(got.header.Get("Location"), "/login") {
			e.t.Errorf("got sent to %s, want it open to anybody", got.header.Get("Location"))
		}
	})
}

// What belongs to another student is not found, or shows nothing of it, and is not changed.
func TestForeignOwner(t *testing.T) {
	eachRoute(t, students, func(e *estate, method, path string, r route) {
		if !strings.ContainsAny(path, "0123456789") {
			return // this route has no parameter, so it shows eve's own things
		}
		form := e.fill(r.form)
		before := e.rows()
		got := e.eve.send(method, path, e.eve.withToken(form))
		want := r.foreign
		if want == 0 && strings.HasPrefix(path, "/orders/") {
			want = http.StatusNotFound
		}
		if want != 0 && got.status != want || got.status >= http.StatusInternalServerError {
			e.t.Errorf("got status %d to %q, want %d", got.status, got.header.Get("Location"), want)
		}
		e.wantNothingChanged(before, "for eve")
	})
	e := newEstate(t)
	coupon, err := e.db.GiveCoupon(t.Context(), e.owner.ID, modelstest.CouponOff)
	if err != nil {
		t.Fatal(err)
	}
	e.eve.addToCart(e.stock.Plain.For(0))
	checkout := e.eve.open("/checkout")
	before := e.rows()
	e.eve.submit(checkout, "/orders", "coupon", id(coupon.ID)).want(http.StatusUnprocessableEntity)
	e.wantNothingChanged(before, "for eve, with ann's coupon")
	if n := e.count("SELECT COUNT(*) FROM ly_order WHERE user_id = ?", e.stranger.ID); n != 0 {
		t.Errorf("got %d orders of eve's with ann's coupon, want none", n)
	}
}

// To a student the shopkeeper's addresses are like any that do not exist, also where they name what is
// the student's own; and so they are to staff from the moment on when the flag is taken away.
func TestStaffOnly(t *testing.T) {
	eachRoute(t, shopkeepers, func(e *estate, method, path string, r route) {
		before := e.rows()
		wantNothingThere := func(who string, b *browser) {
			e.t.Helper()
			got := b.send(method, path, b.withToken(e.fill(r.form)))
			nowhere := b.get("/nowhere")
			if got.status != http.StatusNotFound || got.text("body") != nowhere.text("body") {
				e.t.Errorf("%s: got status %d, %q; want what an address gets that does not exist",
					who, got.status, got.text("main"))
			}
			e.wantNothingChanged(before, "for "+who)
		}
		wantNothingThere("eve", e.eve)
		wantNothingThere("ann, whose order it is", e.ann)
		if method == http.MethodGet {
			e.boss.open(path)
		}
		e.exec("UPDATE ly_user SET is_staff = 0 WHERE username = 'boss'")
		before = e.rows()
		wantNothingThere("boss, whose flag was taken away", e.boss)
		e.exec("UPDATE ly_user SET is_staff = 1 WHERE username = 'boss'")
	})
}

// C1: A form without its token changes nothing, nor one from another site, nor one with another
// visitor's token.
func TestForgedForm(t *testing.T) {
	eachRoute(t, posts, func(e *estate, method, path string, r route) {
		form := e.fill(r.form)
		form.Del("_csrf")
		before := e.rows()
		for name, forge := range map[string]func(b *browser){
			"no token":                func(*browser) {},
			"empty token":             func(*browser) { form.Set("_csrf", "") },
			"eve's token":             func(*browser) { e.eve.withToken(form) },
			"another site, its token": func(b *browser) { b.withToken(form); b.header.Set("Sec-Fetch-Site", "cross-site") },
			"a sibling site":          func(b *browser) { b.header.Set("Sec-Fetch-Site", "same-site") },
		} {
			forger := *e.by(r)
			forger.header = http.Header{}
			forge(&forger)
			got := forger.post(path, form)
			if got.status != http.StatusForbidden {
				e.t.Errorf("%s: got status %d to %q, want 403", name, got.status, got.header.Get("Location"))
			}
			form.Del("_csrf")
		}
		e.wantNothingChanged(before, "a forged form")
	})
}

// Without this test the ones above would pass on forms that change nothing for anybody. A form that
// changes who is logged in gives the browser another session, and the former session is worth nothing.
func TestOwnForm(t *testing.T) {
	for name, r := range routes {
		method, path, _ := strings.Cut(name, " ")
		if !posts(method, r) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			e := newEstate(t)
			user := e.by(r)
			form := user.withToken(e.fill(r.form))
			before, session := e.rows(), user.cookie("luffy_session")
			user.post(e.path(path), form).want(http.StatusSeeOther)
			if slices.Equal(before, e.rows()) {
				t.Error("nothing changed")
			}
			dead := !e.with(session).loggedIn()
			if dead != r.renews || r.renews && user.cookie("luffy_session") == session {
				t.Errorf("the session from before is dead %v, want %v and another one", dead, r.renews)
			}
		})
	}
}

// Each address says which methods it takes, and takes no others. The requests claim to come from
// the shop's own pages, because otherwise the missing token would be refused first.
func TestWrongMethod(t *testing.T) {
	taken := map[string][]string{}
	for name := range routes {
		method, path, _ := strings.Cut(name, " ")
		taken[path] = append(taken[path], method)
		if method == http.MethodGet {
			taken[path] = append(taken[path], http.MethodHead)
		}
	}
	e := newEstate(t)
	for _, b := range []*browser{e.ann, e.boss} {
		b.header.Set("Sec-Fetch-Site", "same-origin")
	}
	before := e.rows()
	for path, methods := range taken {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"} {
			if slices.Contains(methods, method) || routes["POST "+path].may == signed ||
				path == "/static/*" && method == http.MethodOptions {
				continue
			}
			got := e.by(routes[methods[0]+" "+path]).do(method, e.path(path), "", nil)
			if allow := got.header.Get("Allow"); got.status != http.StatusMethodNotAllowed || !sameMethods(allow, methods) {
				t.Errorf("%s %s: got status %d, Allow %q; want 405, %q", method, path, got.status, allow, methods)
			}
		}
	}
	e.wantNothingChanged(before, "a wrong method")
}

// To a student, and to whoever is not logged in, a wrong method does not give away an address of the
// shopkeeper's, and no spelling of one gives away that it exists.
func TestWrongMethodOfStaff(t *testing.T) {
	eachRoute(t, shopkeepers, func(e *estate, _, path string, _ route) {
		visitor := e.browser()
		for _, b := range []*browser{e.eve, visitor} {
			b.header.Set("Sec-Fetch-Site", "same-origin")
			for _, method := range []string{"PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"} {
				got, nowhere := b.do(method, path, "", nil), b.do(method, "/nowhere", "", nil)
				if got.status != http.StatusNotFound || got.header.Get("Allow") != "" || got.text("body") != nowhere.text("body") {
					e.t.Errorf("%s: got status %d, Allow %q; want what an address gets that does not exist",
						method, got.status, got.header.Get("Allow"))
				}
			}
		}
		spelt := strings.Replace(path, "/staff/", "/staff%2f", 1)
		if spelt == path {
			return
		}
		for name, b := range map[string]*browser{"a student": e.eve, "staff": e.boss} {
			if got := b.get(spelt); got.status != http.StatusNotFound {
				e.t.Errorf("GET %s by %s: got status %d, want 404", spelt, name, got.status)
			}
		}
	})
}

func sameMethods(allow string, methods []string) bool {
	got := strings.Split(strings.TrimPrefix(allow, "OPTIONS, "), ", ") // which Echo answers for what is no page
	slices.Sort(got)
	want := slices.Clone(methods)
	slices.Sort(want)
	return slices.Equal(got, want)
}

// Alipay's route is no page: it has neither session nor token, and answers everybody success or fail.
func TestNotifyRoute(t *testing.T) {
	eachRoute(t, func(_ string, r route) bool { return r.may == signed }, func(e *estate, method, path string, _ route) {
		got := e.ann.do(method, path, formType, nil)
		if got.status != http.StatusBadRequest || got.body != "fail" || got.header.Get("Set-Cookie") != "" {
			e.t.Errorf("got status %d, %q and cookie %q; want 400, fail and none",
				got.status, got.body, got.header.Get("Set-Cookie"))
		}
	})
}

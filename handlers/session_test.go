package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"luffy/models/modelstest"
)

// cookie returns a cookie that the browser holds for the shop.
func (b *browser) cookie(name string) string {
	b.t.Helper()
	u, err := url.Parse(b.w.shop.URL)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range b.client.Jar.Cookies(u) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// with is a browser that holds just this session.
func (w *world) with(session string) *browser {
	w.t.Helper()
	b := w.browser()
	b.header.Set("Cookie", "luffy_session="+session)
	return b
}

func (b *browser) loggedIn() bool {
	b.t.Helper()
	return b.open("/").Find(".user-name").Length() == 1
}

// A session ID from before the login, planted or not, is worthless after it, and so is one from
// before the logout.
func TestSessionRotation(t *testing.T) {
	eachWorld(t, func(w *world) {
		modelstest.Student(w.t, w.db, "ann")
		b := w.browser()
		b.login("ann")
		first := b.cookie("luffy_session")
		planted := w.with(first) // a second login in the same session
		planted.submit(planted.open("/"), "/logout").wantTo("/")
		if w.with(first).loggedIn() {
			w.t.Error("the session is still logged in after the logout of another browser with it")
		}
		b.login("ann")
		second := b.cookie("luffy_session")
		if second == first || second == "" {
			w.t.Errorf("got session %q after the second login, want a new one", second)
		}
		if !w.with(second).loggedIn() || w.with(first).loggedIn() {
			w.t.Errorf("got old session logged in %v, new %v; want the new one only",
				w.with(first).loggedIn(), w.with(second).loggedIn())
		}
		b.submit(b.open("/"), "/logout").wantTo("/")
		if b.cookie("luffy_session") != "" || w.with(second).loggedIn() {
			w.t.Error("the logout leaves the session alive in browser or database")
		}
	})
}

func TestFixation(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	modelstest.Student(t, w.db, "ann")
	attacker, _ := w.student("eve")
	planted := attacker.cookie("luffy_session")
	victim := w.browser()
	u, err := url.Parse(w.shop.URL)
	if err != nil {
		t.Fatal(err)
	}
	victim.client.Jar.SetCookies(u, []*http.Cookie{{Name: "luffy_session", Value: planted, Path: "/"}})
	form := victim.open("/").form("/logout")
	form.Set("username", "ann")
	form.Set("password", modelstest.Password)
	victim.post("/login", form).wantTo("/")
	if got := victim.open("/").text(".user-name"); got != "ann" {
		t.Errorf("got %q logged in, want ann", got)
	}
	if w.with(planted).loggedIn() {
		t.Error("the planted session survived the login")
	}
}

func TestForeignSessions(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, _ := w.student("ann")
	good := b.cookie("luffy_session")
	for name, session := range map[string]string{
		"empty": "", "garbage": "garbage", "cut": good[:len(good)-4],
		"long": strings.Repeat("x", 4000), "another's name": good[4:] + good[:4],
	} {
		if w.with(session).loggedIn() {
			t.Errorf("%s: logged in", name)
		}
	}
	if n := w.count("SELECT COUNT(*) FROM ly_session WHERE id_hash = ?", good); n != 0 {
		t.Error("the table holds what the cookie holds")
	}
	w.exec("UPDATE ly_session SET expires_at = '2020-01-01 00:00:00'")
	if b.loggedIn() {
		t.Error("logged in with a session that has expired")
	}
	b.login("ann")
	w.exec("DELETE FROM ly_session")
	if b.loggedIn() {
		t.Error("logged in with a session that was revoked")
	}
}

// A new password ends every other session of the student; the one that set it gets a new ID.
func TestPasswordChangeEndsSessions(t *testing.T) {
	eachWorld(t, func(w *world) {
		b, _ := w.student("ann")
		other, eve := w.browser(), w.browser()
		other.login("ann")
		modelstest.Student(w.t, w.db, "eve")
		eve.login("eve")
		before := b.cookie("luffy_session")
		const fresh = "another horse"
		done := b.submit(b.open("/account/security"), "/account/security",
			"old", modelstest.Password, "password", fresh, "password2", fresh)
		done.wantTo("/account/security")
		b.follow(done).wantText(".flash", "密码已修改")
		if after := b.cookie("luffy_session"); after == before || after == "" || w.with(before).loggedIn() {
			w.t.Errorf("got session %q after %q, the old one logged in %v; want a new one only",
				after, before, w.with(before).loggedIn())
		}
		if !b.loggedIn() || other.loggedIn() || !eve.loggedIn() {
			w.t.Errorf("logged in: here %v, elsewhere %v, eve %v; want here and eve",
				b.loggedIn(), other.loggedIn(), eve.loggedIn())
		}
		other.guess("ann", modelstest.Password).want(http.StatusUnprocessableEntity)
		other.guess("ann", fresh).wantTo("/cart")
	})
}

func TestLogoutEverywhere(t *testing.T) {
	eachWorld(t, func(w *world) {
		b, _ := w.student("ann")
		other, eve := w.browser(), w.browser()
		other.login("ann")
		modelstest.Student(w.t, w.db, "eve")
		eve.login("eve")
		before := b.cookie("luffy_session")
		done := b.submit(b.open("/account/security"), "/account/logout")
		done.wantTo("/login")
		b.follow(done).wantText(".flash", "所有设备")
		if b.loggedIn() || other.loggedIn() || w.with(before).loggedIn() || !eve.loggedIn() {
			w.t.Errorf("logged in: here %v, elsewhere %v, the old session %v, eve %v; want eve only",
				b.loggedIn(), other.loggedIn(), w.with(before).loggedIn(), eve.loggedIn())
		}
		if after := b.cookie("luffy_session"); after == before {
			w.t.Error("the session of nobody has the id of ann's")
		}
		b.login("ann")
	})
}

package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"luffy/models/modelstest"
)

// cookie gives a cookie that the browser holds for the shop.
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

// A session id that was there before the login, planted or not, is nobody's after it; one from before the logout, neither.
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
			w.t.Errorf("got old session logged in %v, new %v; want the new one only", w.with(first).loggedIn(), w.with(second).loggedIn())
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
		"empty": "", "garbage": "garbage", "cut": good[:len(good)-4], "long": strings.Repeat("x", 4000), "another's name": good[4:] + good[:4],
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

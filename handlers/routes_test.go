package handlers_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"luffy/models/modelstest"
)

// rights say who may use a route.
type rights int

const (
	open   rights = iota // by anybody
	login                // after the login
	signed               // by Alipay, whose signature is the only key
)

// Every route is here with who may use it; forms without a token are refused on all but Alipay's.
var routes = map[string]rights{
	"GET /": open, "GET /courses/:id": open, "GET /healthz": open, "GET /readyz": open, "GET /static/*": open,
	"GET /login": open, "POST /login": open, "GET /register": open, "POST /register": open, "POST /logout": open,
	"GET /myorder": open, "GET /mycourses": open, // redirects to the slash
	"GET /payments/result": open,
	"GET /cart":            login, "POST /cart/items": login, "POST /cart/items/:course": login, "POST /cart/items/:course/delete": login,
	"GET /checkout": login, "POST /orders": login, "GET /orders/:number/pay": login, "POST /orders/:number/pay": login,
	"GET /orders/:number/refund": login, "POST /orders/:number/refund": login, "POST /orders/:number/refund/withdraw": login,
	"GET /orders/:number/cancel": login, "POST /orders/:number/cancel": login,
	"POST /orders/:number/again": login, "GET /orders/:number/hide": login, "POST /orders/:number/hide": login,
	"GET /orders/:number": login, "GET /orders/:number/result": login, "GET /myorder/": login, "GET /mycourses/": login,
	"GET /learn/:course": login, "POST /learn/:course": login, "GET /account": login, "GET /account/points": login,
	"GET /account/coupons": login, "GET /account/profile": login, "POST /account/profile": login, "GET /account/security": login,
	"POST /account/security": login, "POST /account/logout": login,
	"GET /payments/notify": signed, "POST /payments/notify": signed, "PUT /payments/notify": signed,
	"PATCH /payments/notify": signed, "DELETE /payments/notify": signed,
}

func TestRoutes(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	fill := strings.NewReplacer(":id", "1", ":course", "1", ":number", "20190929151453000001000020", "*", "x")
	var found []string
	for _, route := range w.routes.Routes() {
		if route.Method == echo.RouteNotFound || route.Method == http.MethodHead { // see TestHead
			continue
		}
		name := route.Method + " " + route.Path
		found = append(found, name)
		may, known := routes[name]
		if !known {
			t.Errorf("%s is not in the table: who may use it?", name)
			continue
		}
		t.Run(name, func(t *testing.T) {
			b, path := w.in(t).browser(), fill.Replace(route.Path)
			switch {
			case may == signed:
				if got := b.do(route.Method, path, formType, nil); got.status != http.StatusBadRequest || got.header.Get("Set-Cookie") != "" {
					t.Errorf("got status %d, want 400 and no session", got.status)
				}
			case route.Method == http.MethodPost:
				b.post(path, nil).want(http.StatusForbidden)
				form := b.open("/login").form("/login")
				if to := b.post(path, form).header.Get("Location"); strings.HasPrefix(to, "/login") != (may == login) {
					t.Errorf("got sent to %q with a token, without a login; login needed %v", to, may == login)
				}
			default:
				got := b.get(path)
				if to := got.header.Get("Location"); strings.HasPrefix(to, "/login") != (may == login) || got.status >= 500 {
					t.Errorf("got status %d to %q, login needed %v", got.status, to, may == login)
				}
			}
		})
	}
	for name := range routes {
		if !slices.Contains(found, name) {
			t.Errorf("%s is in the table and no route", name)
		}
	}
}

// HEAD answers as GET does, only without the body, on every address that GET has.
func TestHead(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, ann := w.student("ann")
	order := modelstest.Order(t, w.db, ann, w.stock.Plain.For(30))
	fill := strings.NewReplacer(":id", "1", ":course", "1", ":number", order.OrderNumber, "*", "nothing")
	for _, route := range w.routes.Routes() {
		if route.Method != http.MethodGet {
			continue
		}
		b, path := b.in(w.in(t)), fill.Replace(route.Path)
		get, head := b.get(path), b.do(http.MethodHead, path, "", nil)
		if head.status != get.status || head.body != "" {
			t.Errorf("HEAD %s: got status %d and %d bytes, want %d without a body", path, head.status, len(head.body), get.status)
		}
		for _, name := range []string{"Content-Type", "Location", "Content-Security-Policy", "Allow"} {
			if got, want := head.header.Get(name), get.header.Get(name); got != want {
				t.Errorf("HEAD %s: got %s %q, want %q", path, name, got, want)
			}
		}
	}
	eve, _ := w.student("eve")
	eve.get("/checkout").wantTo("/cart") // with a message, which HEAD must leave for who reads it
	eve.do(http.MethodHead, "/cart", "", nil)
	eve.open("/cart").wantText(".flash", "请先在购物车中选择")
	if !strings.Contains(w.log.String(), "method=HEAD") {
		t.Error("the log does not say that it was HEAD")
	}
	if got := b.do(http.MethodHead, "/logout", "", nil); got.status != http.StatusMethodNotAllowed {
		t.Errorf("HEAD of what is only posted: got status %d, want 405", got.status)
	}
}

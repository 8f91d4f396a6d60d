package handlers_test

import (
	"maps"
	"net/http"
	"net/url"
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
	staff                // after the login of somebody with the staff flag; to other students they do not exist
	signed               // by whoever has Alipay's signature
	plain                // by anybody; it is not a page: it has no session, no frame and no forms
)

// route is what the tests of every route need to know about one.
type route struct {
	may     rights
	form    change // the fields of a POST with which ann, or boss of the staff, changes something
	renews  bool   // it gives the browser a new session, because it changes who is logged in
	foreign int    // the status that eve gets for something of ann's; 0 = 404 for an order, else eve's own page
}

// Every route has a row here. TestEveryRouteHasARow fails if one is missing, and for rows of routes that
// are gone.
var routes = map[string]route{
	"GET /":            {may: open},
	"GET /courses/:id": {may: open},
	"GET /healthz":     {may: plain},
	"GET /readyz":      {may: plain},
	"GET /metrics":     {may: plain},
	"GET /static/*":    {may: plain},
	"GET /login":       {may: open},
	"POST /login":      {may: open, renews: true, form: with("username", "ann", "password", modelstest.Password)},
	"GET /register":    {may: open},
	"POST /register": {may: open, renews: true,
		form: with("username", "bob", "password", "his own horse", "password2", "his own horse")},
	"POST /logout":         {may: open, renews: true},
	"GET /myorder":         {may: open}, // leads to the page, like the next three
	"GET /mycourses":       {may: open},
	"GET /orders":          {may: open},
	"GET /cart/items":      {may: open},
	"GET /payments/result": {may: open},
	"GET /cart":            {may: login},
	"POST /cart/items": {may: login, form: func(e *estate) url.Values {
		return url.Values{"course": {id(e.elsewhere)}, "expire": {"0"}}
	}},
	"GET /checkout": {may: login},
	"POST /orders": {
		may: login, form: func(e *estate) url.Values { return e.ann.open("/checkout").form("/orders") },
	},
	"GET /myorder/":         {may: login},
	"GET /mycourses/":       {may: login},
	"GET /account":          {may: login},
	"GET /account/points":   {may: login},
	"GET /account/coupons":  {may: login},
	"GET /account/profile":  {may: login},
	"POST /account/profile": {may: login, form: with("mobile", "13800138000")},
	"GET /account/security": {may: login},
	"POST /account/security": {may: login, renews: true,
		form: with("old", modelstest.Password, "password", "another horse", "password2", "another horse")},
	"POST /account/logout":            {may: login, renews: true},
	"POST /cart/items/:course":        {may: login, form: with("expire", "0")}, // which takes the tick away
	"POST /cart/selection":            {may: login},
	"POST /cart/items/:course/delete": {may: login},
	"GET /learn/:course":              {may: login, foreign: http.StatusForbidden},
	"POST /learn/:course": {
		may: login, form: func(e *estate) url.Values { return url.Values{"lesson": {id(e.lesson)}} },
	},
	"GET /orders/:number":                  {may: login},
	"GET /orders/:number/result":           {may: login},
	"GET /orders/:number/pay":              {may: login},
	"POST /orders/:number/pay":             {may: login, form: with("anyway", "1")}, // which asks for the order only once
	"GET /orders/:number/cancel":           {may: login},
	"POST /orders/:number/cancel":          {may: login},
	"GET /orders/:number/refund":           {may: login},
	"POST /orders/:number/refund":          {may: login, form: with("line", "1", "reason", "mistake")},
	"POST /orders/:number/refund/withdraw": {may: login, form: with("line", "1")},
	"POST /orders/:number/again":           {may: login},
	"GET /orders/:number/hide":             {may: login},
	"POST /orders/:number/hide":            {may: login},
	"GET /staff":                           {may: staff},
	"GET /staff/orders":                    {may: staff},
	"GET /staff/orders/:number":            {may: staff},
	"POST /staff/orders/:number/ask":       {may: staff},
	"GET /staff/orders/:number/refund":     {may: staff},
	"POST /staff/orders/:number/refund": {
		may: staff, form: with("amount", "1.00", "left", "99.00", "key", "once", "reason", "补差价"),
	},
	"POST /staff/requests/:id/approve":   {may: staff},
	"POST /staff/requests/:id/reject":    {may: staff, form: with("reason", "课程已学完")},
	"POST /staff/refunds/:id/settle":     {may: staff, form: with("note", "银行转账")},
	"POST /staff/differences/:id/settle": {may: staff, form: with("note", "核对过")},
	"GET /staff/bills":                   {may: staff},
	"POST /staff/bills": {
		may: staff, form: func(e *estate) url.Values { return url.Values{"date": {e.yesterday}} },
	},
	"GET /staff/export":       {may: staff},
	"GET /staff/movements":    {may: staff},
	"GET /staff/acts":         {may: staff},
	"GET /staff/messages/:id": {may: staff},
	"GET /payments/notify":    {may: signed},
	"POST /payments/notify":   {may: signed},
	"PUT /payments/notify":    {may: signed},
	"PATCH /payments/notify":  {may: signed},
	"DELETE /payments/notify": {may: signed},
}

// compareRoutes returns the routes of the shop without a row, and the rows without a route. HEAD is
// TestHead's.
func compareRoutes(registered []*echo.Route, rows map[string]route) (missing, gone []string) {
	var found []string
	for _, r := range registered {
		if r.Method == echo.RouteNotFound || r.Method == http.MethodHead {
			continue
		}
		name := r.Method + " " + r.Path
		found = append(found, name)
		if _, known := rows[name]; !known {
			missing = append(missing, name)
		}
	}
	for name := range rows {
		if !slices.Contains(found, name) {
			gone = append(gone, name)
		}
	}
	return missing, gone
}

func TestEveryRouteHasARow(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	missing, gone := compareRoutes(w.routes.Routes(), routes)
	for _, name := range missing {
		t.Errorf("%s is not in the table: who may use it?", name)
	}
	for _, name := range gone {
		t.Errorf("%s is in the table and no route", name)
	}
	// The comparison also sees routes that are registered later, in whatever way.
	nothing := func(echo.Context) error { return nil }
	w.routes.GET("/new", nothing)
	w.routes.Group("/admin").POST("/coupons", nothing)
	w.routes.Match([]string{http.MethodPut}, "/orders/:number", nothing)
	fewer := maps.Clone(routes)
	fewer["GET /old"] = route{}
	missing, gone = compareRoutes(w.routes.Routes(), fewer)
	slices.Sort(missing)
	want := []string{"GET /new", "POST /admin/coupons", "PUT /orders/:number"}
	if !slices.Equal(missing, want) || !slices.Equal(gone, []string{"GET /old"}) {
		t.Errorf("got %q without a row and %q without a route, want %q and GET /old", missing, gone, want)
	}
}

// eachRoute runs a subtest for every chosen row, all on one estate.
func eachRoute(
	t *testing.T, choose func(method string, r route) bool, test func(e *estate, method, path string, r route),
) {
	t.Helper()
	e := newEstate(t)
	for _, name := range slices.Sorted(maps.Keys(routes)) {
		method, path, _ := strings.Cut(name, " ")
		if choose(method, routes[name]) {
			t.Run(name, func(t *testing.T) { test(e.in(t), method, e.path(path), routes[name]) })
		}
	}
}

func all(string, route) bool { return true }

func pages(_ string, r route) bool { return r.may == open || r.may == login || r.may == staff }

func posts(method string, r route) bool { return method == http.MethodPost && pages(method, r) }

func students(_ string, r route) bool { return r.may == login }

func shopkeepers(_ string, r route) bool { return r.may == staff }

func loggedIn(_ string, r route) bool { return r.may == login || r.may == staff }

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
			t.Errorf("HEAD %s: got status %d and %d bytes, want %d without a body",
				path, head.status, len(head.body), get.status)
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

package main

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"luffy/models/modelstest/dbproxy"
)

// trouble is a database that does not do what it is asked.
type trouble struct {
	begin, end func(*world)
	reads      int  // status of pages that only read
	ready      bool // what /readyz says
}

// refusing is a server that answers statements of some kind with an error.
func refusing(kind string, r dbproxy.Refusal) trouble {
	return planned(kind, dbproxy.Fault{Refuse: &r})
}

// planned is trouble at every statement that begins with one of the words, which lets pages be read.
func planned(words string, fault dbproxy.Fault) trouble {
	begins := regexp.MustCompile(`^\s*(` + words + `)`)
	return trouble{reads: 200, ready: true,
		begin: func(w *world) {
			w.proxy.SetPlan(func(s dbproxy.Statement) dbproxy.Fault {
				if begins.MatchString(s.SQL) {
					return fault
				}
				return dbproxy.Fault{}
			})
		},
		end: func(w *world) { w.proxy.SetPlan(nil) },
	}
}

const writes = "INSERT|UPDATE|DELETE"

var troubles = map[string]trouble{
	"connections cut in the middle of transactions":  planned(writes, dbproxy.Fault{Cut: dbproxy.Before}),
	"connections cut after a statement":              planned(writes, dbproxy.Fault{Cut: dbproxy.After}),
	"commits that do not arrive":                     planned("COMMIT", dbproxy.Fault{Cut: dbproxy.Before}),
	"commits whose answers are lost":                 planned("COMMIT", dbproxy.Fault{Cut: dbproxy.After}),
	"a server that is read-only":                     refusing(writes, dbproxy.ReadOnly),
	"a server in read-only mode":                     refusing(writes, dbproxy.ReadOnlyMode),
	"a commit on a server that has turned read-only": refusing("COMMIT", dbproxy.ReadOnly),
	"a full disk":               refusing(writes, dbproxy.DiskFull),
	"a full table":              refusing(writes, dbproxy.TableFull),
	"deadlocks without end":     refusing(writes, dbproxy.Deadlock),
	"conflicts at every commit": refusing("COMMIT", dbproxy.Deadlock),
	"lock waits without end":    refusing(writes, dbproxy.LockWaitTimeout),
	"too many connections": {reads: 503,
		begin: func(w *world) { w.proxy.TurnAway(&dbproxy.TooManyConnections); w.proxy.CutAll() },
		end:   func(w *world) { w.proxy.TurnAway(nil) },
	},
	"a database that freezes": {reads: 503,
		begin: func(w *world) { w.proxy.Freeze() },
		end:   func(w *world) { w.proxy.Thaw() },
	},
}

// TestTrouble: while the database is in trouble every page comes in bounded time, says nothing of the database, and blames the
// moment; Alipay is told fail; and when the trouble is over everything goes on by itself, and the payment is booked once.
func TestTrouble(t *testing.T) {
	for name, c := range troubles {
		t.Run(name, func(t *testing.T) {
			v := newVictim(t)
			c.begin(v.world)
			together(func() { v.wantNotify("fail") }, func() { v.wantPages(c) })
			c.end(v.world)
			v.wantRecovery()
		})
	}
}

// TestOneConflict: a transaction that the database gives up is done again at once, and neither Alipay nor a student notices.
func TestOneConflict(t *testing.T) {
	for name, c := range map[string]struct {
		statement string
		refusal   dbproxy.Refusal
	}{
		"deadlock":           {"INSERT INTO ly_user_course", dbproxy.Deadlock},
		"lock wait":          {"UPDATE ly_user", dbproxy.LockWaitTimeout},
		"conflict at commit": {"COMMIT", dbproxy.Deadlock},
	} {
		t.Run(name, func(t *testing.T) {
			v := newVictim(t, "LUFFY_JOBS=off") // whose statements would be refused in the place of those that are meant
			refused := 0
			v.proxy.SetPlan(func(s dbproxy.Statement) dbproxy.Fault {
				if refused > 0 || !strings.HasPrefix(strings.ReplaceAll(strings.TrimSpace(s.SQL), "`", ""), c.statement) {
					return dbproxy.Fault{}
				}
				refused++
				return dbproxy.Fault{Refuse: &c.refusal}
			})
			v.wantNotify("success")
			v.proxy.SetPlan(nil)
			if refused != 1 {
				t.Errorf("got %d refusals, want 1", refused)
			}
			v.wantRecovery()
		})
	}
}

// TestDeadIdleConnections: connections that died while nobody used them, as when the server was started anew, are not noticed at all.
func TestDeadIdleConnections(t *testing.T) {
	v := newVictim(t)
	for range 5 {
		v.proxy.CutAll()
		v.want("/", 200)
	}
	v.wantNotify("success")
	v.wantRecovery()
}

// TestHeldRows: somebody else holds the rows of the order for longer than Alipay waits.
func TestHeldRows(t *testing.T) {
	v := newVictim(t)
	tx, err := v.db.SQL().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(t.Context(), "SELECT id FROM ly_order WHERE order_number = ? FOR UPDATE", v.order.order.OrderNumber); err != nil {
		t.Fatal(err)
	}
	number := v.order.order.OrderNumber
	together(
		func() { v.wantNotify("fail") },
		func() { v.want("/orders/"+number, 200) },
		func() {
			if a := v.send("/orders/" + number + "/cancel"); a.status != 503 {
				t.Errorf("cancel: got status %d, want 503", a.status)
			}
		},
	)
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	v.wantRecovery()
}

// victim is a shop that serves, with a student who is logged in and is about to pay an order.
type victim struct {
	*world
	t     *testing.T
	shop  *program
	order *purchase
}

func newVictim(t *testing.T, environ ...string) *victim {
	t.Helper()
	made, err := newTestWorkshop(t).newWorld(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := made.close(); err != nil {
			t.Error(err)
		}
	})
	v := &victim{world: made, t: t}
	if v.shop, err = v.serve(environ...); err != nil {
		t.Fatal(err)
	}
	if err := v.student.logIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	if v.order, err = prepareLink(t.Context(), v.world); err != nil {
		t.Fatal(err)
	}
	return v
}

// longest is how long a page may take with a machine that is busy; the shop gives itself fifteen seconds.
const longest = 25 * time.Second

func (v *victim) see(path string) answer {
	v.t.Helper()
	return v.within(func(ctx context.Context) (answer, error) { return v.student.get(ctx, path) }, path)
}

func (v *victim) send(path string) answer {
	v.t.Helper()
	form := url.Values{"course": {"3"}, "expire": {"0"}}
	return v.within(func(ctx context.Context) (answer, error) { return v.student.post(ctx, path, form) }, path)
}

// within wants an answer in time, in which the database is not spoken of.
func (v *victim) within(ask func(context.Context) (answer, error), path string) answer {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.t.Context(), longest)
	defer cancel()
	a, err := ask(ctx)
	if err != nil {
		v.t.Errorf("%s: %v", path, err)
	}
	page := randomText.ReplaceAllString(a.body, "")
	for _, word := range []string{
		"SQL", "SELECT", "ly_order", "ly_cart", "connection", "driver", "read-only", "Disk", "Deadlock", "Lock wait", "context", "Error 1", "EOF",
	} {
		if strings.Contains(page, word) {
			v.t.Errorf("%s: the page says %q:\n%s", path, word, a.body)
		}
	}
	return a
}

// randomText is what the shop makes up anew for every page; any word may be in it.
var randomText = regexp.MustCompile(`name="(_csrf|token|quote)" value="[^"]*"`)

func (v *victim) want(path string, status int) {
	v.t.Helper()
	a := v.see(path)
	if a.status != status {
		v.t.Errorf("%s: got status %d, want %d", path, a.status, status)
	}
	if status == 503 && path != "/readyz" && !strings.Contains(a.body, "<h1") {
		v.t.Errorf("%s: got no page: %s", path, a.body)
	}
}

// wantPages asks for all at once: with a database that is silent each takes as long as the shop lets it.
func (v *victim) wantPages(c trouble) {
	v.t.Helper()
	var asked []func()
	for _, path := range []string{"/", "/myorder/", "/cart", "/orders/" + v.order.order.OrderNumber} {
		asked = append(asked, func() { v.want(path, c.reads) })
	}
	asked = append(asked, func() {
		if a := v.send("/cart/items"); a.status != 503 {
			v.t.Errorf("a course into the cart: got status %d, want 503", a.status)
		}
	}, func() {
		ready := 503
		if c.ready {
			ready = 200
		}
		v.want("/readyz", ready)
		v.want("/healthz", 200)
	})
	together(asked...)
}

// together does all at once and waits for them.
func together(all ...func()) {
	var running sync.WaitGroup
	for _, do := range all {
		running.Go(do)
	}
	running.Wait()
}

// wantNotify pays the order and wants that answer to the notify, to the byte.
func (v *victim) wantNotify(want string) {
	v.t.Helper()
	if err := payAndTell(v.t.Context(), v.world, v.order); err != nil {
		v.t.Error(err)
		return
	}
	if d := v.alipay.Deliveries(v.order.order.OrderNumber)[0]; string(d.Response) != want {
		v.t.Errorf("notify: got status %d, %q (%s), want %q", d.Status, d.Response, d.Why, want)
	}
}

// wantRecovery wants the same process to do all that was left, and everything booked once.
func (v *victim) wantRecovery() {
	v.t.Helper()
	err := until(v.t.Context(), "a page", func() bool { a, err := v.student.get(v.t.Context(), "/myorder/"); return err == nil && a.status == 200 })
	if err != nil {
		v.t.Fatal(err)
	}
	v.want("/readyz", 200)
	if a := v.send("/cart/items"); a.status != 303 {
		v.t.Errorf("a course into the cart: got status %d, want 303", a.status)
	}
	if err := v.untilQuiet(v.t.Context()); err != nil {
		v.t.Fatal(err)
	}
	if err := v.judge(v.t.Context()); err != nil {
		v.t.Error(err)
	}
	status, err := v.count(v.t.Context(), "SELECT order_status FROM ly_order WHERE order_number = ?", v.order.order.OrderNumber)
	if err != nil || status != 1 {
		v.t.Errorf("got order status %d, %v; want it paid", status, err)
	}
	select {
	case <-v.shop.ended:
		v.t.Error(fmt.Sprint("the program has ended:\n", v.shop.said))
	default:
	}
}

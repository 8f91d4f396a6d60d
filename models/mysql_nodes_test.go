package models_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"luffy/models"
	"luffy/models/modelstest"
	"luffy/models/modelstest/dbproxy"
)

// nobody listens on this port, and none is given it when it asks for any that is free.
const nobody = "127.0.0.1:1"

// The first of several hosts that answers is used. A host that does not answer is no error as long as
// another one does.
func TestNextNodeServes(t *testing.T) {
	address := modelstest.MariaDBURL(t)
	down := strings.Replace(address, "@", "@"+nobody+",", 1)
	db, err := models.Open(t.Context(), models.Options{URL: down})
	if err != nil {
		t.Fatalf("%s: %v", down, err)
	}
	defer db.Close()
	if n := sum(t, db, "SELECT 7"); n != 7 {
		t.Errorf("got %d, want 7", n)
	}
	lonely, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	lonely.Host = nobody
	if _, err := models.Open(t.Context(), models.Options{URL: lonely.String()}); err == nil {
		t.Errorf("%s: opened, want an error", lonely)
	}
}

// A transaction whose connection broke before the commit is run again on another one.
func TestLostConnectionIsRetried(t *testing.T) {
	db := modelstest.MariaDB(t)
	ann := modelstest.Student(t, db, "ann")
	tries := 0
	err := db.InTx(t.Context(), func(g *gorm.DB) error {
		tries++
		if err := addCredit(g, ann, 5); err != nil {
			return err
		}
		if tries == 1 {
			exec(t, db, "KILL ?", connection(t, g))
		}
		return addCredit(g, ann, 5)
	})
	if err != nil || tries != 2 || credit(t, db, "ann") != 1010 {
		t.Errorf("got %v, %d tries, %d points; want success at the second with 1010", err, tries, credit(t, db, "ann"))
	}
}

// The same if the connection breaks at any other statement of a transaction. Only when it breaks at the
// commit is it not known what was stored, and the caller gets the error.
func TestCutTransaction(t *testing.T) {
	for name, c := range map[string]struct {
		statement string
		moment    dbproxy.Moment
		tries     int // how often the transaction runs
		told      bool
		points    int64 // afterwards
	}{
		"begin cut before":  {"START TRANSACTION", dbproxy.Before, 1, false, 1005},
		"begin cut after":   {"START TRANSACTION", dbproxy.After, 1, false, 1005},
		"update cut before": {"UPDATE", dbproxy.Before, 2, false, 1005},
		"update cut after":  {"UPDATE", dbproxy.After, 2, false, 1005},
		"commit cut before": {"COMMIT", dbproxy.Before, 1, true, 1000},
		"commit cut after":  {"COMMIT", dbproxy.After, 1, true, 1005},
	} {
		t.Run(name, func(t *testing.T) {
			db, proxy := proxied(t)
			ann := modelstest.Student(t, db, "ann")
			var cut atomic.Bool
			proxy.SetPlan(func(s dbproxy.Statement) dbproxy.Fault {
				if !strings.HasPrefix(s.SQL, c.statement) || cut.Swap(true) {
					return dbproxy.Fault{}
				}
				return dbproxy.Fault{Cut: c.moment}
			})
			tries := 0
			err := db.InTx(t.Context(), func(g *gorm.DB) error {
				tries++
				return addCredit(g, ann, 5)
			})
			if (err != nil) != c.told || tries != c.tries || !cut.Load() {
				t.Errorf("got %v after %d tries, cut %v; want an error %v after %d", err, tries, cut.Load(), c.told, c.tries)
			}
			if got := credit(t, db, "ann"); got != c.points {
				t.Errorf("got %d points, want %d", got, c.points)
			}
		})
	}
}

// A connection to a node that has left its cluster is not used again, and its statement is run on
// another one.
func TestUnpreparedNodeIsLeft(t *testing.T) {
	db := modelstest.MariaDB(t, func(o *models.Options) { o.MaxConns = 1 })
	var used []int64
	err := db.InTx(t.Context(), func(g *gorm.DB) error {
		used = append(used, connection(t, g))
		if len(used) == 1 {
			return g.Exec("SIGNAL SQLSTATE '08S01' SET MYSQL_ERRNO = 1047").Error
		}
		return nil
	})
	if err != nil || len(used) != 2 || used[0] == used[1] {
		t.Errorf("got %v on the connections %v, want success on a second one", err, used)
	}
}

// The same for the most requested pages, whose statements stay prepared on their connection.
func TestUnpreparedNodeIsLeftByAPage(t *testing.T) {
	db, proxy := proxied(t)
	used := func() (id int64) {
		if err := db.InTx(t.Context(), func(g *gorm.DB) error { id = connection(t, g); return nil }); err != nil {
			t.Fatal(err)
		}
		return id
	}
	if _, err := db.Visitor(t.Context(), "nobody"); !errors.Is(err, models.ErrNotFound) {
		t.Fatalf("got %v, want %v", err, models.ErrNotFound)
	}
	before := used()
	proxy.SetPlan(func(s dbproxy.Statement) dbproxy.Fault {
		if s.Number == 1 {
			return dbproxy.Fault{Refuse: &dbproxy.NotPrepared}
		}
		return dbproxy.Fault{}
	})
	if _, err := db.Visitor(t.Context(), "nobody"); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("got %v, want %v from another connection", err, models.ErrNotFound)
	}
	if after := used(); after == before {
		t.Errorf("connection %d is still in use", after)
	}
}

// A node that has left its cluster also refuses COMMIT and ROLLBACK, and may be back a moment
// later. The next transaction on the same connection would then commit what the last one wrote,
// because BEGIN commits an open transaction. So the connection must not be used again.
func TestRefusedEndLeavesNothing(t *testing.T) {
	for end, c := range map[string]struct {
		err    error // of the transaction's function
		points int64
	}{
		"COMMIT":   {nil, 1005},
		"ROLLBACK": {models.ErrPoints, 1000},
	} {
		t.Run(end, func(t *testing.T) {
			db, proxy := proxied(t)
			ann := modelstest.Student(t, db, "ann")
			refused := false
			proxy.SetPlan(func(s dbproxy.Statement) dbproxy.Fault {
				if refused || s.SQL != end {
					return dbproxy.Fault{}
				}
				refused = true
				return dbproxy.Fault{Refuse: &dbproxy.NotPrepared}
			})
			err := db.InTx(t.Context(), func(g *gorm.DB) error { return errors.Join(addCredit(g, ann, 5), c.err) })
			if !errors.Is(err, c.err) || !refused {
				t.Errorf("got %v, %s refused %v; want %v", err, end, refused, c.err)
			}
			if err := db.InTx(t.Context(), func(*gorm.DB) error { return nil }); err != nil {
				t.Error(err)
			}
			if got := credit(t, db, "ann"); got != c.points {
				t.Errorf("got %d points, want %d", got, c.points)
			}
		})
	}
}

// If a node accepts connections but does not answer, like one whose machine hangs, only the first
// request waits for it until its time runs out. Later requests go to the next node, even if the
// pool still has connections to the silent one.
func TestSilentNodeIsLeft(t *testing.T) {
	db, proxy := firstBehindProxy(t)
	proxy.Freeze()
	defer proxy.Thaw()
	if err := ask(t, db, time.Second); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the first: got %v, want the end of the time", err)
	}
	for range 2 * pooled {
		if err := ask(t, db, 10*time.Second); err != nil {
			t.Fatalf("afterwards: got %v, want the other node's answer", err)
		}
	}
}

// A node that has left its cluster does not fail any page: statements that it refuses are run on
// the next node.
func TestUnpreparedNodeCostsNothing(t *testing.T) {
	db, proxy := firstBehindProxy(t)
	proxy.SetPlan(func(dbproxy.Statement) dbproxy.Fault { return dbproxy.Fault{Refuse: &dbproxy.NotPrepared} })
	for range 2 * pooled {
		if err := ask(t, db, 10*time.Second); err != nil {
			t.Fatalf("got %v, want the other node's answer", err)
		}
	}
	if proxy.Count() == 0 {
		t.Error("the first node was not asked")
	}
}

// pooled is how many connections firstBehindProxy leaves in the pool.
const pooled = 5

// firstBehindProxy is a database on two nodes. The pool is full of connections to the first one,
// which is behind the proxy.
func firstBehindProxy(t *testing.T) (*models.DB, *dbproxy.Proxy) {
	t.Helper()
	server, proxy := behindProxy(t)
	server.Host = proxy.Addr() + "," + server.Host
	db, err := models.Open(t.Context(), models.Options{URL: server.String()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	for range pooled {
		conn, err := db.SQL().Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
	}
	return db, proxy
}

func ask(t *testing.T, db *models.DB, patience time.Duration) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	return db.SQL().QueryRowContext(ctx, "SELECT 1").Scan(new(int))
}

// behindProxy is a new database, with a proxy to its server.
func behindProxy(t *testing.T) (*url.URL, *dbproxy.Proxy) {
	t.Helper()
	server, err := url.Parse(modelstest.MariaDBURL(t))
	if err != nil {
		t.Fatal(err)
	}
	proxy, err := dbproxy.Listen(server.Host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { proxy.Close() })
	return server, proxy
}

// proxied is a MariaDB behind a proxy, with one connection.
func proxied(t *testing.T) (*models.DB, *dbproxy.Proxy) {
	t.Helper()
	var proxy *dbproxy.Proxy
	db := modelstest.MariaDB(t, func(o *models.Options) {
		address, err := url.Parse(o.URL)
		if err == nil {
			proxy, err = dbproxy.Listen(address.Host)
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { proxy.Close() })
		address.Host = proxy.Addr()
		o.URL, o.MaxConns = address.String(), 1
	})
	return db, proxy
}

func connection(t *testing.T, g *gorm.DB) (id int64) {
	t.Helper()
	if err := g.Raw("SELECT CONNECTION_ID()").Scan(&id).Error; err != nil {
		t.Fatal(err)
	}
	return id
}

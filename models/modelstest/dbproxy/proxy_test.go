package dbproxy_test

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"

	"luffy/models/modelstest"
	"luffy/models/modelstest/dbproxy"
)

// bench is a table of one counter, seen directly and through a proxy.
type bench struct {
	t              *testing.T
	proxy          *dbproxy.Proxy
	direct, behind *sql.DB
}

func newBench(t *testing.T) *bench {
	t.Helper()
	address, err := url.Parse(modelstest.MariaDBURL(t))
	if err != nil {
		t.Fatal(err)
	}
	proxy, err := dbproxy.Listen(address.Host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := proxy.Close(); err != nil {
			t.Error(err)
		}
	})
	open := func(host string) *sql.DB {
		config := mysqldriver.NewConfig()
		config.User, config.Net, config.Addr, config.DBName = address.User.Username(), "tcp", host, address.Path[1:]
		config.Passwd, _ = address.User.Password()
		config.InterpolateParams = true
		connector, err := mysqldriver.NewConnector(config)
		if err != nil {
			t.Fatal(err)
		}
		pool := sql.OpenDB(connector)
		t.Cleanup(func() { pool.Close() })
		return pool
	}
	b := &bench{t, proxy, open(address.Host), open(proxy.Addr())}
	b.must(b.direct, "CREATE TABLE counter (id INT PRIMARY KEY, n INT NOT NULL)")
	b.must(b.direct, "INSERT INTO counter VALUES (1, 0)")
	return b
}

func (b *bench) must(pool *sql.DB, statement string) {
	b.t.Helper()
	if _, err := pool.ExecContext(b.t.Context(), statement); err != nil {
		b.t.Fatalf("%s: %v", statement, err)
	}
}

func (b *bench) wantCounter(want int) {
	b.t.Helper()
	var got int
	// The lock waits for a transaction that the server has not ended yet.
	err := b.direct.QueryRowContext(b.t.Context(), "SELECT n FROM counter WHERE id = 1 FOR UPDATE").Scan(&got)
	if err != nil || got != want {
		b.t.Errorf("got %d, %v; want %d", got, err, want)
	}
}

// count adds one in a transaction through the proxy.
func (b *bench) count(ctx context.Context) error {
	tx, err := b.behind.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, "UPDATE counter SET n = n + ? WHERE id = 1", 1); err != nil {
		return err
	}
	return tx.Commit()
}

// at plans a fault for the first statement that begins so, and tells whether it came.
func (b *bench) at(statement string, fault dbproxy.Fault) (came func() bool) {
	var happened atomic.Bool
	meanwhile := fault.Meanwhile
	fault.Meanwhile = func() {
		happened.Store(true)
		if meanwhile != nil {
			meanwhile()
		}
	}
	b.proxy.SetPlan(func(s dbproxy.Statement) dbproxy.Fault {
		if happened.Load() || !strings.HasPrefix(s.SQL, statement) {
			return dbproxy.Fault{}
		}
		return fault
	})
	return happened.Load
}

func TestFaults(t *testing.T) {
	for name, c := range map[string]struct {
		statement string
		fault     dbproxy.Fault
		counter   int    // afterwards
		code      uint16 // of the server's error; 0 = the connection is lost
	}{
		"update cut before": {"UPDATE", dbproxy.Fault{Cut: dbproxy.Before}, 0, 0},
		"update cut after":  {"UPDATE", dbproxy.Fault{Cut: dbproxy.After}, 0, 0},
		"commit cut before": {"COMMIT", dbproxy.Fault{Cut: dbproxy.Before}, 0, 0},
		"commit cut after":  {"COMMIT", dbproxy.Fault{Cut: dbproxy.After}, 1, 0},
		"update refused":    {"UPDATE", dbproxy.Fault{Refuse: &dbproxy.DiskFull}, 0, 1021},
		"update deadlocked": {"UPDATE", dbproxy.Fault{Refuse: &dbproxy.Deadlock}, 0, 1213},
		"commit deadlocked": {"COMMIT", dbproxy.Fault{Refuse: &dbproxy.Deadlock}, 0, 1213},
		"commit refused":    {"COMMIT", dbproxy.Fault{Refuse: &dbproxy.ReadOnly}, 0, 1290},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			came := b.at(c.statement, c.fault)
			err := b.count(t.Context())
			if !came() || err == nil {
				t.Fatalf("got error %v, fault %v; want both", err, came())
			}
			var code uint16
			if e, ok := errors.AsType[*mysqldriver.MySQLError](err); ok {
				code = e.Number
			}
			if code != c.code {
				t.Errorf("got error %d (%v), want %d", code, err, c.code)
			}
			b.wantCounter(c.counter)
			if err := b.count(t.Context()); err != nil {
				t.Errorf("the next transaction: %v", err)
			}
			b.wantCounter(c.counter + 1)
		})
	}
}

func TestStatementsAreCounted(t *testing.T) {
	b := newBench(t)
	if err := b.behind.PingContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	var seen []string
	b.proxy.SetPlan(func(s dbproxy.Statement) dbproxy.Fault {
		seen = append(seen, s.SQL)
		return dbproxy.Fault{}
	})
	if err := b.count(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := "START TRANSACTION, UPDATE counter SET n = n + 1 WHERE id = 1, COMMIT"
	if got := strings.Join(seen, ", "); got != want || b.proxy.Count() != 3 {
		t.Errorf("got %d statements %q, want 3: %q", b.proxy.Count(), got, want)
	}
}

// A prepared statement is counted, and has its faults, when it is executed.
func TestPreparedStatement(t *testing.T) {
	b := newBench(t)
	if err := b.behind.PingContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	came := b.at("UPDATE", dbproxy.Fault{Refuse: &dbproxy.DiskFull})
	const text = "UPDATE counter SET n = n + ? WHERE id = 1"
	statement, err := b.behind.PrepareContext(t.Context(), text)
	if err != nil || came() {
		t.Fatalf("prepare: got error %v, fault %v; want neither", err, came())
	}
	defer statement.Close()
	_, err = statement.ExecContext(t.Context(), 1)
	if e, ok := errors.AsType[*mysqldriver.MySQLError](err); !ok || e.Number != dbproxy.DiskFull.Code {
		t.Errorf("got %v, want error 1021", err)
	}
	b.wantCounter(0)
	if _, err := statement.ExecContext(t.Context(), 1); err != nil {
		t.Errorf("the second time: %v", err)
	}
	b.wantCounter(1)
	if got := b.proxy.Count(); got != 2 {
		t.Errorf("got %d statements, want 2", got)
	}
}

func TestFreeze(t *testing.T) {
	b := newBench(t)
	if err := b.count(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.proxy.Freeze()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := b.count(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("frozen: got %v, want the end of the time", err)
	}
	b.proxy.Thaw()
	if err := b.count(t.Context()); err != nil {
		t.Errorf("thawed: %v", err)
	}
	b.wantCounter(2)
}

func TestTurnAway(t *testing.T) {
	b := newBench(t)
	b.proxy.TurnAway(&dbproxy.TooManyConnections)
	err := b.count(t.Context())
	if e, ok := errors.AsType[*mysqldriver.MySQLError](err); !ok || e.Number != dbproxy.TooManyConnections.Code {
		t.Errorf("got %v, want error 1040", err)
	}
	b.proxy.TurnAway(nil)
	if err := b.count(t.Context()); err != nil {
		t.Errorf("let in again: %v", err)
	}
	b.wantCounter(1)
}

func TestCutAll(t *testing.T) {
	b := newBench(t)
	tx, err := b.behind.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.ExecContext(t.Context(), "UPDATE counter SET n = 7 WHERE id = 1"); err != nil {
		t.Fatal(err)
	}
	b.proxy.CutAll()
	if err := tx.Commit(); err == nil {
		t.Error("a transaction whose connection was cut could commit")
	}
	b.wantCounter(0)
}

// TestCutIsHeard: who comes next finds the connection dead, even while a process is being started
// that holds a copy of it.
func TestCutIsHeard(t *testing.T) {
	b := newBench(t)
	b.must(b.behind, "DO 1")
	defer b.proxy.Copy(t)()
	b.proxy.CutAll()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if _, err := b.behind.ExecContext(ctx, "DO 1"); err != nil {
		t.Errorf("got %v, want a new connection", err)
	}
}

package main

import (
	"context"
	"flag"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"luffy/models/modelstest"
	"luffy/models/modelstest/dbproxy"
)

// shared is the workshop of all tests: building the program takes longer than most of them.
var shared struct {
	sync.Once
	*workshop
	err error
}

// atOnce is how many tests go on at the same time: the programs that they watch mostly wait.
const atOnce = "16"

func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", atOnce); err != nil {
		panic(err)
	}
	code := m.Run()
	if shared.workshop != nil {
		_ = shared.close() // temporary files
	}
	os.Exit(code)
}

// newTestWorkshop skips the test without MariaDB, and fails in CI.
func newTestWorkshop(t *testing.T) *workshop {
	t.Helper()
	t.Parallel()
	modelstest.MariaDBURL(t)
	shared.Do(func() { shared.workshop, shared.err = newWorkshop(context.Background()) })
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.workshop
}

// TestDeaths: the program dies at every statement of the fulfilment and at one of each other
// transaction, and no fen is lost or booked twice. make proof dies at all of them.
func TestDeaths(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	for i, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			w := newTestWorkshop(t)
			choose := everyPoint(s.name)
			if s.name != "fulfil" {
				choose = somePoints(s.name, 1, rand.New(rand.NewPCG(seed, uint64(i))))
			}
			crashes, err := w.enumerate(t.Context(), s, choose)
			if err != nil {
				t.Fatal(err)
			}
			deaths := 0
			for _, c := range crashes {
				if c.died() {
					deaths++
				}
				if c.err != nil {
					t.Errorf("go run ./cmd/proof -at %s: %v", c.point, c.err)
				}
			}
			if deaths != len(crashes)-1 {
				t.Errorf("the program died at %d of %d points", deaths, len(crashes)-1)
			}
		})
	}
}

// somePoints chooses n points at random.
func somePoints(scenario string, n int, rng *rand.Rand) choice {
	return func(statements int) ([]point, error) {
		all, err := everyPoint(scenario)(statements)
		rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		return all[:min(n, len(all))], err
	}
}

func TestStorm(t *testing.T) {
	w := newTestWorkshop(t)
	seed := uint64(time.Now().UnixNano())
	r := w.storm(t.Context(), seed, 4*time.Second)
	if r.err != nil {
		t.Errorf("go run ./cmd/proof -at storm -seed %d: %v", seed, r.err)
	}
	if r.deaths == 0 || r.orders == 0 {
		t.Errorf("got %d deaths and %d orders: this was no storm", r.deaths, r.orders)
	}
}

// TestJudge breaks the books by hand: a judge that finds nothing proves nothing.
func TestJudge(t *testing.T) {
	w := newTestWorkshop(t)
	for name, c := range map[string]struct {
		scenario string
		broken   string // statement that breaks the books
		finding  string
	}{
		"payment forgotten": {"fulfil", "DELETE FROM ly_payment WHERE state = 'paid'", "the shop has no such attempt"},
		"payment unbooked":  {"fulfil", "UPDATE ly_payment SET trade_no = NULL WHERE state = 'paid'", "booked as \"\""},
		"order not paid": {"fulfil", "UPDATE ly_order SET order_status = 2 WHERE order_status = 1",
			"neither a fulfilled order nor gone back"},
		"record missing": {"fulfil", "DELETE FROM ly_user_course ORDER BY id LIMIT 1",
			"every line of a paid order has one purchase record"},
		"points taken twice": {"fulfil", pointsTwice, "the points of an order are taken once"},
		"coupon free again":  {"fulfil", "UPDATE ly_user_coupon SET used_at = NULL", "a coupon is in one order at most"},
		"student counted twice": {"fulfil", "INSERT INTO ly_student_delta (course_id, delta) VALUES (1, 1)",
			"a course has as many students as own it"},
		"fulfilled twice":        {"fulfil", eventTwice, "one message made an order paid"},
		"refund not booked":      {"refund", "DELETE FROM ly_refund", "refunds at Alipay, 0 in the shop"},
		"refund of another sum":  {"refund", "UPDATE ly_refund SET amount = amount - 1", "fen at Alipay"},
		"money kept without end": {"late", "UPDATE ly_order SET order_status = 1", "Alipay has kept 0 fen for it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := scenarioNamed(c.scenario)
			if err != nil {
				t.Fatal(err)
			}
			world, err := w.newWorld(t.Context(), 0)
			if err != nil {
				t.Fatal(err)
			}
			defer world.close()
			if tried := world.try(t.Context(), s, point{scenario: s.name}); tried.err != nil {
				t.Fatal(tried.err)
			}
			if _, err := world.db.SQL().ExecContext(t.Context(), c.broken); err != nil {
				t.Fatal(err)
			}
			books, err := world.readBooks(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			broken, err := world.brokenRules(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if found := strings.Join(append(books.compare(), broken...), "\n"); !strings.Contains(found, c.finding) {
				t.Errorf("got %q, want %q in it", found, c.finding)
			}
		})
	}
}

const (
	pointsTwice = `INSERT INTO ly_credit (user_id, opera, number, order_id, reference, created_at)
		SELECT user_id, opera, number, order_id, 'again', created_at FROM ly_credit WHERE opera = 2`
	eventTwice = `
		INSERT INTO ly_payment_event
			(received_at, source, notify_id, out_trade_no, trade_no, trade_status, verdict, reason, raw)
		SELECT received_at, source, notify_id, out_trade_no, trade_no, trade_status, verdict, reason, raw
		FROM ly_payment_event`
)

func TestPoint(t *testing.T) {
	for text, want := range map[string]point{
		"fulfil":          {scenario: "fulfil"},
		"fulfil:7:after":  {"fulfil", 7, dbproxy.After},
		"refund:1:before": {"refund", 1, dbproxy.Before},
	} {
		got, err := parsePoint(text)
		if err != nil || got != want || got.String() != text {
			t.Errorf("%q: got %+v, %v; want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", "nowhere", "fulfil:7", "fulfil:0:after", "fulfil:x:after", "fulfil:7:during", "fulfil:7:after:8",
	} {
		if got, err := parsePoint(text); err == nil {
			t.Errorf("%q: got %+v, want an error", text, got)
		}
	}
}

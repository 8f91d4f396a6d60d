package main

import (
	"errors"
	"net/http"
	"syscall"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"
)

// wantClosed wants each replica to tell the balancer that it cannot serve, and each page to tell so
// the student, in bounded time.
func (s *shop) wantClosed(buyer *student) {
	s.t.Helper()
	for _, r := range s.replicas {
		s.until(r.name+" is not ready", func() bool { return !ready(s.t.Context(), r.address) })
	}
	for _, path := range []string{"/", "/cart", "/checkout", "/myorder/"} {
		began := time.Now()
		r, err := buyer.try(s.t.Context(), func() (*http.Request, error) {
			return http.NewRequest(http.MethodGet, s.url+path, nil)
		})
		must(s.t, err)
		title, took := r.page.Find("h1").Text(), time.Since(began)
		if r.status != http.StatusServiceUnavailable || title != "暂时无法完成" || took > 20*time.Second {
			s.t.Errorf("%s: got status %d, %q after %v; want 503, 暂时无法完成", path, r.status, title, took)
		}
	}
}

// isolate cuts a node's connections to the others and lets it make none, or ends that.
func (s *shop) isolate(n *node, alone bool) {
	s.t.Helper()
	option := map[bool]string{true: "gmcast.isolate=1", false: "gmcast.isolate=0"}[alone]
	must(s.t, n.exec(s.t.Context(), "SET GLOBAL wsrep_provider_options = '"+option+"'"))
}

func (s *shop) signal(n *node, signal syscall.Signal) {
	s.t.Helper()
	must(s.t, syscall.Kill(-n.process.Process.Pid, signal))
}

// refuses tells whether a node takes connections and answers that it has not been prepared.
func (s *shop) refuses(n *node) bool {
	err, ok := errors.AsType[*mysqldriver.MySQLError](n.exec(s.t.Context(), "DO 1"))
	return ok && err.Number == 1047
}

// waitReady waits until both replicas can serve.
func (s *shop) waitReady() {
	s.t.Helper()
	for _, r := range s.replicas {
		must(s.t, r.waitReady(s.t.Context()))
	}
}

// waitWhole waits until all nodes are in step with one another.
func (s *shop) waitWhole(g *galera) {
	s.t.Helper()
	for _, n := range g.nodes {
		s.until(n.name+" is in step with all", func() bool {
			size, err := n.status(s.t.Context(), "wsrep_cluster_size")
			state, err2 := n.status(s.t.Context(), "wsrep_local_state_comment")
			return errors.Join(err, err2) == nil && size == "3" && state == "Synced"
		})
	}
}

func (s *shop) until(what string, reached func() bool) {
	s.t.Helper()
	deadline := time.After(joinTimeout)
	for !reached() {
		select {
		case <-deadline:
			s.t.Fatalf("waited in vain until %s", what)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// wantUntouched looks at what a node outside of its cluster has of an order.
func (s *shop) wantUntouched(n *node, number string) {
	s.t.Helper()
	pool, err := n.open()
	must(s.t, err)
	defer pool.Close()
	conn, err := pool.Conn(s.t.Context())
	must(s.t, err)
	defer conn.Close()
	_, err = conn.ExecContext(s.t.Context(), "SET SESSION wsrep_dirty_reads = ON")
	must(s.t, err)
	var orders, rights int
	must(s.t, conn.QueryRowContext(s.t.Context(), `SELECT
		(SELECT COUNT(*) FROM luffy.ly_order WHERE order_number = ? AND order_status = 0 AND pay_time IS NULL),
		(SELECT COUNT(*) FROM luffy.ly_user_course r JOIN luffy.ly_order_detail d ON d.id = r.order_detail_id
			JOIN luffy.ly_order o ON o.id = d.order_id WHERE o.order_number = ?)`, number, number).Scan(&orders, &rights))
	if orders != 1 || rights != 0 {
		s.t.Errorf("got %d unpaid orders %s with %d courses, want one with none", orders, number, rights)
	}
}

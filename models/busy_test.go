package models_test

import (
	"bytes"
	"strings"
	"sync/atomic"
	"testing"

	"luffy/models"
	"luffy/models/modelstest"
	"luffy/models/modelstest/logwatch"
)

// statementLog collects the statements that fail. Deadlocks are retried, so results do not show
// them, but the log does.
type statementLog struct{ bytes.Buffer }

func (l *statementLog) option(t testing.TB) func(*models.Options) {
	return func(o *models.Options) { o.Log = logwatch.New(t, &l.Buffer) }
}

// wantNoDeadlock fails the test if there was a deadlock. The shop survives deadlocks, but on the path of
// every payment they must not happen: each costs a pause, and under load they multiply.
func (l *statementLog) wantNoDeadlock(t testing.TB) {
	t.Helper()
	for line := range strings.Lines(l.String()) {
		if strings.Contains(line, "1213") || strings.Contains(line, "1205") {
			t.Errorf("lock trouble: %s", line)
		}
	}
}

// newBusyScene is a scene on MariaDB whose connections are all open. Otherwise the first caller is
// done before the others have connected, and nothing happens at once.
func newBusyScene(t testing.TB) (*scene, *statementLog) {
	t.Helper()
	log := new(statementLog)
	s := newScene(t, modelstest.MariaDB, log.option(t))
	for range s.SQL().Stats().MaxOpenConnections {
		conn, err := s.SQL().Conn(t.Context())
		if err != nil {
			t.Fatalf("connect: %v", err)
		}
		defer conn.Close()
	}
	return s, log
}

// outcomes counts the results of concurrent calls of Confirm.
type outcomes struct {
	fulfilled, alreadyDone, other atomic.Int64
}

func (o *outcomes) confirm(t testing.TB, db *models.DB, trade models.PaidTrade) {
	outcome, err := db.Confirm(t.Context(), trade, notified(db, trade))
	switch {
	case err != nil:
		t.Errorf("confirm %s: %v", trade.OutTradeNo, err)
	case outcome == models.Fulfilled:
		o.fulfilled.Add(1)
	case outcome == models.AlreadyDone:
		o.alreadyDone.Add(1)
	default:
		o.other.Add(1)
	}
}

func (o *outcomes) want(t testing.TB, fulfilled, alreadyDone int64) {
	t.Helper()
	if f, a, x := o.fulfilled.Load(), o.alreadyDone.Load(), o.other.Load(); f != fulfilled || a != alreadyDone || x != 0 {
		t.Errorf("got %d fulfilled, %d already done, %d other; want %d, %d, 0", f, a, x, fulfilled, alreadyDone)
	}
}

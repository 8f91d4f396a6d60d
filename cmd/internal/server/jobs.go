package server

import (
	"context"
	"time"
)

// job is work that every replica does again and again. Each unit of it is done by one replica.
type job struct {
	name  string
	every time.Duration
	run   func(context.Context) error
}

func (s *Server) allJobs() []job {
	return []job{
		{"fold students", time.Second, s.foldStudents},
		{"close due orders", 2 * time.Second, s.payments.CloseDue},
		{"ask about open payments", 5 * time.Second, s.payments.AskDue},
		{"carry out refunds", 5 * time.Second, s.payments.RefundDue},
		{"compare bills", 10 * time.Minute, s.payments.ReconcileDue},
		{"pull back plans", time.Minute, s.pullBack},
		{"drop expired sessions", time.Hour, s.db.DropExpiredSessions},
		{"drop spent throttles", time.Minute, s.db.DropSpentThrottles},
	}
}

// repeat runs passes of the job until ctx ends. A pass that has begun by then may go on until work
// ends.
func (s *Server) repeat(ctx, work context.Context, j job) {
	ticker := time.NewTicker(j.every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if err := j.run(work); err != nil {
			s.log.ErrorContext(ctx, "job failed", "job", j.name, "error", err)
		}
	}
}

// pullBack undoes what a clock that was far ahead has planned.
func (s *Server) pullBack(ctx context.Context) error {
	n, err := s.db.PullBack(ctx)
	if n > 0 {
		s.log.WarnContext(ctx, "a clock was far ahead; what it planned is due now", "rows", n)
	}
	return err
}

// foldStudents folds until no backlog is left.
func (s *Server) foldStudents(ctx context.Context) error {
	for {
		n, err := s.db.FoldStudents(ctx)
		if err != nil || n == 0 {
			return err
		}
	}
}

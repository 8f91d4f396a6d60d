package models

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// statementLog is where the ORM reports each statement. A line is worth one that is slow, and one
// that no state of the database explains: every other error is the caller's to handle and to log,
// once, and a conflict that is run again is none.
type statementLog struct{ logger.Interface }

func newStatementLog(log *slog.Logger) statementLog {
	return statementLog{logger.NewSlogLogger(log, logger.Config{
		LogLevel: logger.Warn, SlowThreshold: 2 * time.Second, IgnoreRecordNotFoundError: true,
	})}
}

// Trace is told of a statement that has ended.
func (l statementLog) Trace(ctx context.Context, begin time.Time, statement func() (string, int64), err error) {
	if retryable(err) || Unavailable(err) || errors.Is(err, context.Canceled) || errors.Is(err, gorm.ErrDuplicatedKey) {
		err = nil
	}
	l.Interface.Trace(ctx, begin, statement, err)
}

// ParamsFilter keeps the values out of the text: no student's data and no signature in the log.
func (statementLog) ParamsFilter(_ context.Context, statement string, _ ...any) (string, []any) {
	return statement, nil
}

// driverLog is where the driver says why a connection ended, which its errors do not.
type driverLog struct{ *slog.Logger }

// Print is told what was seen, in parts.
func (l driverLog) Print(parts ...any) {
	l.Warn("database connection", "fault", fmt.Sprint(parts...))
}

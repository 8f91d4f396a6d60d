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

// statementLog gets every statement from the ORM. It logs those that are slow, and those whose error
// no state of the database explains. Other errors are left to the caller, who handles them and logs
// them once.
type statementLog struct{ logger.Interface }

func newStatementLog(log *slog.Logger) statementLog {
	return statementLog{logger.NewSlogLogger(log, logger.Config{
		LogLevel: logger.Warn, SlowThreshold: 2 * time.Second, IgnoreRecordNotFoundError: true,
	})}
}

// Trace is called after each statement.
func (l statementLog) Trace(ctx context.Context, begin time.Time, statement func() (string, int64), err error) {
	if retryable(err) || Unavailable(err) || errors.Is(err, context.Canceled) || errors.Is(err, gorm.ErrDuplicatedKey) {
		err = nil
	}
	l.Interface.Trace(ctx, begin, statement, err)
}

// ParamsFilter leaves out the values, so that no student's data and no signature get into the log.
func (statementLog) ParamsFilter(_ context.Context, statement string, _ ...any) (string, []any) {
	return statement, nil
}

// driverLog gets the driver's messages, which say why a connection ended; the driver's errors do not.
type driverLog struct{ *slog.Logger }

// Print logs a message of the driver.
func (l driverLog) Print(parts ...any) {
	l.Warn("database connection", "fault", fmt.Sprint(parts...))
}

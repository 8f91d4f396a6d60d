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

// slowStatement is how long a statement may take without being logged.
const slowStatement = 2 * time.Second

func newStatementLog(log *slog.Logger) statementLog {
	return statementLog{logger.NewSlogLogger(log, logger.Config{LogLevel: logger.Warn, SlowThreshold: slowStatement})}
}

// Trace is called after each statement. The ORM's own logger would write out each of them before it
// decides whether to log it.
func (l statementLog) Trace(ctx context.Context, begin time.Time, statement func() (string, int64), err error) {
	if expected(err) {
		err = nil
	}
	if err != nil || time.Since(begin) > slowStatement {
		l.Interface.Trace(ctx, begin, statement, err)
	}
}

func expected(err error) bool {
	return err == nil || errors.Is(err, gorm.ErrRecordNotFound) || errors.Is(err, gorm.ErrDuplicatedKey) ||
		errors.Is(err, context.Canceled) || retryable(err) || Unavailable(err)
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

package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// healthz is GET /healthz: the program runs.
func (s *shop) healthz(c echo.Context) error {
	return c.String(http.StatusOK, "ok\n")
}

// readyTimeout is how long a database may be silent before it counts as down: a balancer does not wait long.
const readyTimeout = 2 * time.Second

// readyz is GET /readyz: the program can serve, because its database answers.
func (s *shop) readyz(c echo.Context) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), readyTimeout)
	defer cancel()
	if err := s.db.Ping(ctx); err != nil {
		s.log.ErrorContext(c.Request().Context(), "database does not answer", "error", err)
		return c.String(http.StatusServiceUnavailable, "database does not answer\n")
	}
	return c.String(http.StatusOK, "ok\n")
}

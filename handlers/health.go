package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// healthz is GET /healthz: ok as long as the program runs.
func (s *shop) healthz(c echo.Context) error {
	return c.String(http.StatusOK, "ok\n")
}

// readyTimeout is how long the database may take before it counts as down. It is short because a
// balancer does not wait long.
const readyTimeout = 2 * time.Second

// readyz is GET /readyz: ok as long as the database answers, too.
func (s *shop) readyz(c echo.Context) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), readyTimeout)
	defer cancel()
	if err := s.db.Ping(ctx); err != nil {
		s.log.ErrorContext(c.Request().Context(), "database does not answer", "error", err)
		return c.String(http.StatusServiceUnavailable, "database does not answer\n")
	}
	return c.String(http.StatusOK, "ok\n")
}

package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// healthz is GET /healthz: the program runs.
func (s *shop) healthz(c echo.Context) error {
	return c.String(http.StatusOK, "ok\n")
}

// readyz is GET /readyz: the program can serve, because its database answers.
func (s *shop) readyz(c echo.Context) error {
	if err := s.db.Ping(c.Request().Context()); err != nil {
		s.log.ErrorContext(c.Request().Context(), "database does not answer", "error", err)
		return c.String(http.StatusServiceUnavailable, "database does not answer\n")
	}
	return c.String(http.StatusOK, "ok\n")
}

package handlers

import (
	"bytes"
	"context"
	"sync"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/views"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// render makes the whole page before the first byte leaves: a page is never cut short by an error.
// It does not heed the end of the request's time, because the page that tells of it comes after.
func render(c echo.Context, status int, page templ.Component) error {
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	if err := page.Render(context.WithoutCancel(c.Request().Context()), b); err != nil {
		return err
	}
	return c.HTMLBlob(status, b.Bytes())
}

// page is the frame around a page, from what the session's one query has read.
func (s *shop) page(c echo.Context) (views.Page, error) {
	p := s.frame(c)
	flash, err := takeFlash(c)
	p.Flash = flash
	return p, err
}

// frame is page without the flash, for error pages too: it works when the session could not be read.
func (s *shop) frame(c echo.Context) views.Page {
	p := views.Page{Contact: s.contact}
	p.CSRF, _ = c.Get(csrfField).(string)
	p.Back = wayBack(c)
	if session := sessionOf(c); session != nil {
		visitor, _ := session.Values[visitorKey].(models.Visitor)
		p.User, p.CartCount = visitor.Username, visitor.CartCount
	}
	return p
}

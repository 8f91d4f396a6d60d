package handlers

import (
	"bytes"
	"context"
	"sync"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"luffy/views"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// render writes the page only once all of it is made, so that an error never leaves half a page. It
// ignores the request's deadline, because the error page comes after the deadline.
func render(c echo.Context, status int, page templ.Component) error {
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	if err := page.Render(context.WithoutCancel(c.Request().Context()), b); err != nil {
		return err
	}
	return c.HTMLBlob(status, b.Bytes())
}

// page is what every page shows around its content. It needs no query: the session was loaded with
// all of it.
func (s *shop) page(c echo.Context) (views.Page, error) {
	p := s.frame(c)
	flash, err := takeFlash(c)
	p.Flash = flash
	return p, err
}

// frame is page without the flash. Error pages use it, because it also works when the session could
// not be loaded.
func (s *shop) frame(c echo.Context) views.Page {
	p := views.Page{Contact: s.contact}
	p.CSRF, _ = c.Get(csrfField).(string)
	p.Back = wayBack(c)
	visitor := visitorOf(c)
	p.User, p.Staff, p.CartCount = visitor.Username, visitor.IsStaff, visitor.CartCount
	return p
}

package handlers

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/views"
)

// pay is POST /orders/:number/pay.
func (s *shop) pay(c echo.Context) error {
	return s.payUnlessTwice(c, c.Param("number"))
}

// payUnlessTwice sends the student to Alipay. A student who would pay for a course twice is told so
// first, unless the form says that they want to pay anyway.
func (s *shop) payUnlessTwice(c echo.Context, number string) error {
	if c.FormValue("anyway") != "" {
		return s.toCashier(c, number)
	}
	_, twice, err := s.paidTwice(c, number)
	switch {
	case err != nil:
		return unstartedError{number, err}
	case len(twice) > 0:
		return c.Redirect(http.StatusSeeOther, orderPath(number)+"/pay")
	}
	return s.toCashier(c, number)
}

// toCashier sends the student to Alipay, or to the order's result if it cannot be paid any more.
func (s *shop) toCashier(c echo.Context, number string) error {
	if inWeChat(c) {
		if _, err := s.db.Order(c.Request().Context(), userID(c), number); err != nil {
			return err
		}
		return c.Redirect(http.StatusSeeOther, orderPath(number)) // that page says how to pay in another browser
	}
	address, err := s.payments.Start(c.Request().Context(), userID(c), number, cashierOf(c))
	switch {
	case errors.Is(err, models.ErrNotPayable):
		return c.Redirect(http.StatusSeeOther, resultPath(number))
	case errors.Is(err, models.ErrPastDeadline):
		return flashTo(c, orderPath(number), views.Flash{Text: "这个订单的付款时间已过，不能再付款了。", Error: true})
	case err != nil:
		return unstartedError{number, err}
	}
	return c.Redirect(http.StatusSeeOther, address)
}

// alipayReturn is GET /payments/result, where Alipay sends the browser after the payment. It needs no
// login, and redirects to the order's result, an address without Alipay's parameters.
func (s *shop) alipayReturn(c echo.Context) error {
	number, err := s.payments.Return(c.Request().Context(), c.Request().URL.RawQuery)
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, resultPath(number))
}

// maxNotify, in bytes, is far more than any genuine notify has. Of a longer body one byte more is
// read, so that it is refused for its length.
const maxNotify = 64 << 10

// notify is POST /payments/notify. It answers with one of the two words that Alipay understands:
// success or fail.
func (s *shop) notify(c echo.Context) error {
	r := c.Request()
	body, err := io.ReadAll(io.LimitReader(r.Body, maxNotify+1))
	if err != nil {
		return notifyFailed(c)
	}
	if r.Method != http.MethodPost || !claimsForm(r.Header.Get(echo.HeaderContentType)) {
		s.payments.RefuseNotify(r.Context(), string(body))
		return notifyFailed(c)
	}
	if !s.payments.Notify(r.Context(), string(body)) {
		return notifyFailed(c)
	}
	return c.Blob(http.StatusOK, notifyType, []byte("success"))
}

// claimsForm tells whether a Content-Type names a form, whatever follows: Alipay is known to send
// "application/x-www-form-urlencoded; text/html; charset=utf-8", which mime.ParseMediaType refuses.
func claimsForm(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(kind), echo.MIMEApplicationForm)
}

// notifyFailed has Alipay send the notify again.
func notifyFailed(c echo.Context) error {
	return c.Blob(http.StatusBadRequest, notifyType, []byte("fail"))
}

const notifyType = "text/plain; charset=utf-8"

package handlers

import (
	"strings"

	"github.com/labstack/echo/v4"

	"luffy/models/payment"
	"luffy/views"
)

// The values of the form field that chooses a cashier.
const (
	phoneCashier   = "phone"
	desktopCashier = "desktop"
)

// cashierOf is the cashier that the form asks for or, if it asks for none, the one that suits the
// browser.
func cashierOf(c echo.Context) payment.Device {
	switch c.FormValue("cashier") {
	case phoneCashier:
		return payment.Phone
	case desktopCashier:
		return payment.Desktop
	default:
		return deviceOf(c.Request().UserAgent())
	}
}

// deviceOf recognises a phone by its User-Agent. A tablet counts as a desktop.
func deviceOf(userAgent string) payment.Device {
	if strings.Contains(userAgent, "Mobile") && !strings.Contains(userAgent, "iPad") {
		return payment.Phone
	}
	return payment.Desktop
}

// inWeChat recognises WeChat's built-in browser, which does not open Alipay's pages.
func inWeChat(c echo.Context) bool {
	return strings.Contains(c.Request().UserAgent(), "MicroMessenger")
}

// payBy says how an order can be paid in this browser: which other cashier to offer or, in WeChat,
// which address to open elsewhere.
func (s *shop) payBy(c echo.Context, number string) views.PayBy {
	switch {
	case inWeChat(c):
		return views.PayBy{OpenOutside: s.baseURL + orderPath(number)}
	case deviceOf(c.Request().UserAgent()) == payment.Phone:
		return views.PayBy{Other: desktopCashier, OtherName: "改用电脑版收银台"}
	default:
		return views.PayBy{Other: phoneCashier, OtherName: "改用手机版收银台"}
	}
}

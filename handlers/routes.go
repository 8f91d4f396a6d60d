package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"luffy/models/payment"
	"luffy/static"
)

// routes registers every address of the shop, grouped by the middleware that its requests go through.
func (s *shop) routes(e *echo.Echo, c Config) {
	e.GET("/healthz", s.healthz)
	e.GET("/readyz", s.readyz)
	if c.Metrics != nil {
		e.GET("/metrics", echo.WrapHandler(c.Metrics))
	}
	e.GET("/static/*", echo.WrapHandler(static.Handler()))

	// Alipay is no browser: this route has no session, no CSRF token, no error page and no redirect.
	e.Match(anyMethod, payment.NotifyPath, s.notify, middleware.ContextTimeout(notifyTimeout))

	pages := e.Group("", pageHeaders(c.Gateway), gzipPages(), middleware.BodyLimit("64K"),
		middleware.ContextTimeout(requestTimeout), s.sessions.load, wholeForm, csrf(c.secure()), sameUser)
	s.openPages(pages)
	s.studentPages(pages.Group("", s.signedIn))
	s.staffPages(pages.Group("", s.signedIn, staffOnly))
	pages.RouteNotFound("/*", notFound)
	headToo(e)
}

// anyMethod is for the notify route, which answers every method itself.
var anyMethod = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// openPages are the routes that need no login.
func (s *shop) openPages(pages *echo.Group) {
	pages.GET("/", s.courseList)
	pages.GET("/courses/:id", s.course)
	pages.GET("/register", s.registerForm)
	pages.POST("/register", s.register)
	pages.GET("/login", s.loginForm)
	pages.POST("/login", s.login)
	pages.POST("/logout", s.logout)
	pages.GET(payment.ReturnPath, s.alipayReturn)
	pages.POST("/cart/items", s.addToCart) // not behind signedIn: the login must come back to the chosen term

	// These have no page of their own, but people ask for them: they leave out the slash, or they
	// reopen a tab that showed a refused form under the form's address.
	for path, page := range map[string]string{
		"/myorder": "/myorder/", "/mycourses": "/mycourses/", "/orders": "/checkout", "/cart/items": "/cart",
	} {
		pages.GET(path, func(c echo.Context) error { return c.Redirect(http.StatusSeeOther, page) })
	}
}

// studentPages are the routes behind the login.
func (s *shop) studentPages(student *echo.Group) {
	student.GET("/cart", s.cart)
	student.POST("/cart/selection", s.selectCart)
	student.POST("/cart/items/:course", s.changeCart)
	student.POST("/cart/items/:course/delete", s.removeFromCart)
	student.GET("/checkout", s.checkout)
	student.POST("/orders", s.placeOrder)
	student.GET("/orders/:number/pay", s.payTwice)
	student.POST("/orders/:number/pay", s.pay)
	student.GET("/orders/:number/cancel", s.cancelForm)
	student.POST("/orders/:number/cancel", s.cancel)
	student.GET("/orders/:number/refund", s.refundPage)
	student.POST("/orders/:number/refund", s.requestRefund)
	student.POST("/orders/:number/refund/withdraw", s.withdrawRefund)
	student.POST("/orders/:number/again", s.buyAgain)
	student.GET("/orders/:number/hide", s.hideForm)
	student.POST("/orders/:number/hide", s.hide)
	student.GET("/orders/:number", s.order)
	student.GET("/orders/:number/result", s.result)
	student.GET("/myorder/", s.myOrders)
	student.GET("/mycourses/", s.myCourses)
	student.GET("/account", s.account)
	student.GET("/account/points", s.points)
	student.GET("/account/coupons", s.coupons)
	student.GET("/account/profile", s.profile)
	student.POST("/account/profile", s.changeProfile)
	student.GET("/account/security", s.security)
	student.POST("/account/security", s.changePassword)
	student.POST("/account/logout", s.logoutEverywhere)
	student.GET("/learn/:course", s.learn)
	student.POST("/learn/:course", s.openLesson)
}

// staffPages are the routes of 工作台.
func (s *shop) staffPages(staff *echo.Group) {
	staff.GET(staffPath, s.desk)
	staff.GET("/staff/orders", s.searchOrders)
	staff.GET("/staff/orders/:number", s.staffOrder)
	staff.POST("/staff/orders/:number/ask", s.askAlipay)
	staff.GET("/staff/orders/:number/refund", s.giveBackForm)
	staff.POST("/staff/orders/:number/refund", s.giveBack)
	staff.POST("/staff/requests/:id/approve", s.approveRequest)
	staff.POST("/staff/requests/:id/reject", s.rejectRequest)
	staff.POST("/staff/refunds/:id/settle", s.settleRefund)
	staff.POST("/staff/differences/:id/settle", s.settleDifference)
	staff.GET("/staff/bills", s.bills)
	staff.POST("/staff/bills", s.compareBill)
	staff.GET("/staff/export", s.export)
	staff.GET("/staff/movements", s.movements)
	staff.GET("/staff/acts", s.acts)
	staff.GET("/staff/messages/:id", s.message)
}

// headToo adds a HEAD route beside every GET route, with the same middleware. net/http leaves out
// the body.
func headToo(e *echo.Echo) {
	for _, route := range e.Routes() {
		if route.Method == http.MethodGet {
			get := e.NewContext(nil, nil)
			e.Router().Find(http.MethodGet, route.Path, get)
			e.HEAD(route.Path, get.Handler())
		}
	}
}

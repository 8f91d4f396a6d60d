package handlers

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/models/payment"
	"luffy/views"
)

// signedIn lets only students through; others go to the login and come back.
func (s *shop) signedIn(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if userID(c) != 0 {
			return next(c)
		}
		return c.Redirect(http.StatusSeeOther, loginFor(comeBackTo(c.Request())))
	}
}

// loginFor is the address of a login that goes on to a page of this shop.
func loginFor(next string) string { return "/login?" + url.Values{"next": {next}}.Encode() }

// comeBackTo is the page to show after the login: the one that was asked for or, for a form, the one that it stood on.
func comeBackTo(r *http.Request) string {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return localPath(r.URL.RequestURI())
	}
	referer, err := url.Parse(r.Referer())
	if err != nil || referer.Host != r.Host {
		return "/"
	}
	return localPath(referer.RequestURI())
}

// localPath gives the address back if it is a path of this shop, else "/". Browsers read "//host" and "/\host" as other sites.
func localPath(address string) string {
	u, err := url.Parse(address)
	strange := func(r rune) bool { return r < ' ' || r == '\\' || r == 0x7f }
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || !strings.HasPrefix(address, "/") ||
		strings.HasPrefix(address, "//") || strings.ContainsFunc(address, strange) {
		return "/"
	}
	return address
}

// wayBack is where a visitor goes on after the login that the header of this page offers.
func wayBack(c echo.Context) string {
	back := comeBackTo(c.Request())
	switch c.Path() {
	case "/login", "/register":
		back = localPath(c.FormValue("next"))
	case payment.ReturnPath:
		return "" // the address bears Alipay's signature
	}
	if back == "/" {
		return ""
	}
	return back
}

// loginForm is GET /login.
func (s *shop) loginForm(c echo.Context) error {
	next := localPath(c.QueryParam("next"))
	if userID(c) != 0 {
		return c.Redirect(http.StatusSeeOther, next)
	}
	p, err := page(c)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.LoginPage(views.Login{Page: p, Next: next}))
}

// login is POST /login. It says neither which of the two was wrong nor whether the name exists.
func (s *shop) login(c echo.Context) error {
	username, next := strings.TrimSpace(c.FormValue("username")), localPath(c.FormValue("next"))
	user, err := s.db.Authenticate(c.Request().Context(), username, c.FormValue("password"))
	if errors.Is(err, models.ErrNotFound) {
		return render(c, http.StatusUnprocessableEntity, views.LoginPage(views.Login{
			Page: frame(c), Username: username, Next: next,
			Errors: views.FieldErrors{"": "用户名或密码不正确，请重新输入。"},
		}))
	}
	if err != nil {
		return err
	}
	if err := s.logIn(c, user); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, next)
}

const (
	usernameHint = "2 到 20 个字符：文字、数字、_ - ."
	passwordHint = "8 到 72 个字符"
)

// registerForm is GET /register.
func (s *shop) registerForm(c echo.Context) error {
	next := localPath(c.QueryParam("next"))
	if userID(c) != 0 {
		return c.Redirect(http.StatusSeeOther, next)
	}
	p, err := page(c)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.RegisterPage(views.Register{
		Page: p, Next: next, UsernameHint: usernameHint, PasswordHint: passwordHint,
	}))
}

// register is POST /register. The new student is logged in.
func (s *shop) register(c echo.Context) error {
	username, next := strings.TrimSpace(c.FormValue("username")), localPath(c.FormValue("next"))
	password := c.FormValue("password")
	problems := views.FieldErrors{}
	if password != c.FormValue("password2") {
		problems["password2"] = "两次输入的密码不一致。"
	}
	var user models.User
	var err error
	if len(problems) == 0 {
		user, err = s.db.AddUser(c.Request().Context(), models.NewUser{Username: username, Password: password})
	}
	if errors.Is(err, models.ErrUsername) {
		problems["username"] = "用户名需要" + usernameHint + "。"
	}
	if errors.Is(err, models.ErrPassword) {
		problems["password"] = "密码需要" + passwordHint + "。"
	}
	if errors.Is(err, models.ErrTaken) {
		problems["username"] = "这个用户名已被使用，请换一个。"
	}
	if len(problems) > 0 {
		return render(c, http.StatusUnprocessableEntity, views.RegisterPage(views.Register{
			Page: frame(c), Username: username, Next: next, UsernameHint: usernameHint, PasswordHint: passwordHint, Errors: problems,
		}))
	}
	if err != nil {
		return err
	}
	if err := s.logIn(c, user); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, next)
}

// logout is POST /logout.
func (s *shop) logout(c echo.Context) error {
	session := sessionOf(c)
	session.Options.MaxAge = -1
	if err := session.Save(c.Request(), c.Response()); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/")
}

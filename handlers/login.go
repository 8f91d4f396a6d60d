package handlers

import (
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/views"
)

// loginForm is GET /login.
func (s *shop) loginForm(c echo.Context) error {
	next := localPath(c.QueryParam("next"))
	if userID(c) != 0 {
		return c.Redirect(http.StatusSeeOther, next)
	}
	p, err := s.page(c)
	if err != nil {
		return err
	}
	view := loginView(p, "", next)
	view.Unsent = c.QueryParam(unsentParam) != ""
	return render(c, http.StatusOK, views.LoginPage(view))
}

func loginView(p views.Page, username, next string) views.Login {
	return views.Login{Page: p, Username: username, Next: next, AfterPaying: isResult(next)}
}

// isResult tells whether a path is that of a payment's result. Students who come back from Alipay in
// another browser are asked to log in before they see it.
func isResult(path string) bool {
	return strings.HasPrefix(path, "/orders/") && strings.HasSuffix(path, "/result")
}

// login is POST /login. It does not say whether the name or the password was wrong, and limits
// guesses in the same way whether or not the name exists.
func (s *shop) login(c echo.Context) error {
	ctx := c.Request().Context()
	username, next := usernameIn(c), localPath(c.FormValue("next"))
	limits := []models.Limit{models.LimitLogins(c.RealIP()), s.nameLimit(c, username)}
	if err := s.db.Admit(ctx, limits...); err != nil {
		return err
	}
	user, err := s.db.Authenticate(ctx, username, c.FormValue("password"))
	if err == nil {
		err = s.logIn(c, user)
	}
	if errors.Is(err, models.ErrNotFound) {
		view := loginView(s.frame(c), username, next)
		view.Errors = views.FieldErrors{"": "用户名或密码不正确，请重新输入。"}
		return render(c, http.StatusUnprocessableEntity, views.LoginPage(view))
	}
	if err != nil {
		return err
	}
	if err := s.db.Forgive(ctx, limits...); err != nil {
		return err
	}
	if err := s.sessions.rememberName(c.Response(), user.Username); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, next)
}

// nameLimit is the limit on guesses of this name's password from this browser.
func (s *shop) nameLimit(c echo.Context, username string) models.Limit {
	if s.sessions.knowsName(c.Request(), username) {
		return models.LimitKnown(username)
	}
	return models.LimitName(username)
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

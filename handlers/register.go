package handlers

import (
	"context"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/views"
)

const (
	usernameHint = "2 到 20 个字符，可用文字、数字、下划线、横线和点"
	passwordHint = "8 到 72 个字符"
)

// The sentences about a new password, shared with the page that changes it.
const (
	passwordFault   = "密码需要 " + passwordHint + "。"
	passwordsDiffer = "两次输入的密码不一致。"
)

// registerForm is GET /register.
func (s *shop) registerForm(c echo.Context) error {
	next := localPath(c.QueryParam("next"))
	if userID(c) != 0 {
		return c.Redirect(http.StatusSeeOther, next)
	}
	p, err := s.page(c)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.RegisterPage(registerView(p, "", next)))
}

func registerView(p views.Page, username, next string) views.Register {
	return views.Register{Page: p, Username: username, Next: next, UsernameHint: usernameHint, PasswordHint: passwordHint}
}

// register is POST /register. The new student is logged in.
func (s *shop) register(c echo.Context) error {
	ctx := c.Request().Context()
	if err := s.db.Admit(ctx, models.LimitRegistrations(c.RealIP())); err != nil {
		return err
	}
	n := models.NewUser{Username: usernameIn(c), Password: c.FormValue("password")}
	next := localPath(c.FormValue("next"))
	problems, err := s.registerProblems(ctx, n, c.FormValue("password2"))
	if err != nil {
		return err
	}
	var user models.User
	if len(problems) == 0 {
		user, err = s.db.AddUser(ctx, n)
	}
	if errors.Is(err, models.ErrTaken) { // by somebody who was faster
		problems["username"], err = usernameTaken, nil
	}
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		view := registerView(s.frame(c), n.Username, next)
		view.Errors = problems
		return render(c, http.StatusUnprocessableEntity, views.RegisterPage(view))
	}
	if err := s.logIn(c, user); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, next)
}

const usernameTaken = "这个用户名已被使用，请换一个。"

// registerProblems finds everything that is wrong with the form, also a name that is taken.
func (s *shop) registerProblems(ctx context.Context, n models.NewUser, again string) (views.FieldErrors, error) {
	problems := views.FieldErrors{}
	faults := n.Check()
	if errors.Is(faults, models.ErrPassword) {
		problems["password"] = passwordFault
	}
	if n.Password != again {
		problems["password2"] = passwordsDiffer
	}
	if errors.Is(faults, models.ErrUsername) {
		problems["username"] = "用户名需要 " + usernameHint + "。"
		return problems, nil
	}
	_, err := s.db.UserByName(ctx, n.Username)
	switch {
	case err == nil:
		problems["username"] = usernameTaken
	case !errors.Is(err, models.ErrNotFound):
		return nil, err
	}
	return problems, nil
}

package handlers

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/views"
)

// security is GET /account/security.
func (s *shop) security(c echo.Context) error {
	p, err := s.page(c)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.SecurityPage(views.Security{Page: p, PasswordHint: passwordHint}))
}

// changePassword is POST /account/security. It asks for the old password, because a browser may have
// been left open. Every other session of the student ends; this one gets a new ID.
func (s *shop) changePassword(c echo.Context) error {
	ctx := c.Request().Context()
	limit := models.LimitOldPassword(userID(c))
	if err := s.db.Admit(ctx, limit); err != nil {
		return err
	}
	user, err := s.db.ChangePassword(ctx, models.PasswordChange{
		UserID: userID(c), Old: c.FormValue("old"), New: c.FormValue("password"), Again: c.FormValue("password2"),
	})
	if problems := passwordProblems(err); len(problems) > 0 {
		return render(c, http.StatusUnprocessableEntity, views.SecurityPage(views.Security{
			Page: s.frame(c), PasswordHint: passwordHint, Errors: problems,
		}))
	}
	if err != nil {
		return err
	}
	if err := s.db.Forgive(ctx, limit); err != nil {
		return err
	}
	if err := s.logIn(c, user); err != nil {
		return err
	}
	return flashTo(c, "/account/security", views.Flash{Text: "密码已修改，其他设备都已退出登录。"})
}

func passwordProblems(err error) views.FieldErrors {
	problems := views.FieldErrors{}
	if errors.Is(err, models.ErrOldPassword) {
		problems["old"] = "当前密码不正确。"
	}
	if errors.Is(err, models.ErrPassword) {
		problems["password"] = passwordFault
	}
	if errors.Is(err, models.ErrPasswordsDiffer) {
		problems["password2"] = passwordsDiffer
	}
	return problems
}

// logoutEverywhere is POST /account/logout.
func (s *shop) logoutEverywhere(c echo.Context) error {
	if err := s.db.EndSessions(c.Request().Context(), userID(c)); err != nil {
		return err
	}
	if err := s.logOut(c); err != nil {
		return err
	}
	return flashTo(c, "/login", views.Flash{Text: "已在所有设备上退出登录。"})
}

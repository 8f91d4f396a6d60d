package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/views"
)

// profile is GET /account/profile.
func (s *shop) profile(c echo.Context) error {
	user, err := s.db.User(c.Request().Context(), userID(c))
	if err != nil {
		return err
	}
	p, err := s.page(c)
	if err != nil {
		return err
	}
	view := views.Profile{Page: p, Since: user.CreatedAt}
	if user.Mobile != nil {
		view.Mobile = *user.Mobile
	}
	return render(c, http.StatusOK, views.ProfilePage(view))
}

// changeProfile is POST /account/profile.
func (s *shop) changeProfile(c echo.Context) error {
	ctx, typed := c.Request().Context(), c.FormValue("mobile")
	mobile, err := models.ParseMobile(typed)
	if err != nil {
		user, err := s.db.User(ctx, userID(c))
		if err != nil {
			return err
		}
		return render(c, http.StatusUnprocessableEntity, views.ProfilePage(views.Profile{
			Page: s.frame(c), Since: user.CreatedAt, Mobile: typed,
			Errors: views.FieldErrors{"mobile": "请输入 11 位手机号，例如 13800138000；不想填写可以留空。"},
		}))
	}
	if err := s.db.SetMobile(ctx, userID(c), mobile); err != nil {
		return err
	}
	return flashTo(c, "/account/profile", views.Flash{Text: "个人资料已保存。"})
}

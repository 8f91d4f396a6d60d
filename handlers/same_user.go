package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"luffy/views"
)

// userField is the hidden field of every form on a page of a logged-in student: their username.
const userField = "_user"

// sameUser refuses a form from a page of somebody else than who is logged in now. Browsers share one
// session between all tabs: on a computer that two students use, a tab that one of them left open would
// save to the other's account. It guards against mistakes, not attacks, so a form without the field
// passes. So does one after the session has ended, which the login takes care of.
func sameUser(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r, now := c.Request(), visitorOf(c).Username
		then := r.PostForm.Get(userField)
		if r.Method == http.MethodPost && then != "" && now != "" && then != now {
			return errOtherUser
		}
		return next(c)
	}
}

// errOtherUser is answered by otherUser.
var errOtherUser = echo.NewHTTPError(http.StatusConflict, "a form of another user's page")

// otherUser does not repeat the name in the form, which anybody could have written.
func otherUser(now string) views.Error {
	return views.Error{
		Status: http.StatusConflict, Title: "登录的账号已经换了",
		Sentence: "刚才的页面是用另一个账号打开的，现在登录的是 " + now + "。这次提交没有被接受，什么也没有改变。",
		Advice:   "如果这不是您的账号，请先退出，再用自己的账号登录。",
		Back:     views.Link{Text: "查看现在的账户", Href: "/account"},
	}
}

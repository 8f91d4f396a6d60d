package views

import "testing"

func TestLoginKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	doc := render(t, LoginPage(Login{Page: signedOut, Username: "小明", Next: "/orders/1/result?round=2"}))
	wantAttr(t, doc, "form:has(#login-submit)", "action", "/login")
	wantAttr(t, doc, "input[name=username]", "value", "小明")
	wantAttr(t, doc, "input[name=username]", "autocomplete", "username")
	wantAttr(t, doc, "input[name=password]", "autocomplete", "current-password")
	wantAttr(t, doc, "input[name=next]", "value", "/orders/1/result?round=2")
	wantAttr(t, doc, "main a", "href", "/register?next=%2Forders%2F1%2Fresult%3Fround%3D2")
	wantCount(t, doc, ".problems, [aria-invalid]", 0)
}

func TestLoginTellsOfAFormThatWasNotTaken(t *testing.T) {
	t.Parallel()
	doc := render(t, LoginPage(Login{Page: signedOut, Next: "/account/profile", Unsent: true}))
	wantText(t, doc, "title", "请重新登录 – 路飞学城")
	wantContains(t, doc, ".note", "刚才提交的内容没有保存")
	doc = render(t, LoginPage(Login{Page: signedOut, Next: "/cart"}))
	wantText(t, doc, "title", "登录 – 路飞学城")
	wantCount(t, doc, ".note", 0)
	wantContains(t, doc, "main", "登录后会回到刚才的页面")
}

func TestRegisterShowsEachMistakeAtItsField(t *testing.T) {
	t.Parallel()
	doc := render(t, RegisterPage(Register{
		Page: signedOut, Username: "a", UsernameHint: "4 到 20 个字", PasswordHint: "至少 8 位",
		Errors: FieldErrors{"username": "用户名太短", "password2": "两次输入的密码不同"},
	}))
	wantText(t, doc, "title", "有错误：注册 – 路飞学城")
	wantText(t, doc, ".problems a[href='#username']", "用户名太短")
	wantText(t, doc, ".problems a[href='#password2']", "两次输入的密码不同")
	wantText(t, doc, "#username-error", "错误：用户名太短")
	wantAttr(t, doc, "#username", "aria-describedby", "username-hint username-error")
	wantAttr(t, doc, "#username", "aria-invalid", "true")
	wantAttr(t, doc, "#username", "value", "a")
	wantAttr(t, doc, "#password", "aria-describedby", "password-hint")
	wantAttr(t, doc, "#password", "aria-invalid", "")
	wantAttr(t, doc, "#password2", "aria-describedby", "password2-error")
	wantAttr(t, doc, "main a[href^='/login']", "href", "/login")
}

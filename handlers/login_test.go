package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"luffy/models"
	"luffy/models/modelstest"
)

// After the login visitors come to the page that they wanted or, if they had sent a form, to its page.
func TestComeBack(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	modelstest.Student(t, w.db, "ann")
	b := w.browser()
	asked := b.get("/myorder/?status=paid&q=Go")
	login := b.follow(asked)
	b.submit(login, "/login", "username", "ann", "password", modelstest.Password).wantTo("/myorder/?status=paid&q=Go")

	for referer, want := range map[string]string{
		w.shop.URL + "/courses/1?x=1": "/login?next=" + url.QueryEscape("/courses/1?x=1") + "&unsent=1",
		"https://evil.example/x":      "/login?next=%2F&unsent=1",
		"":                            "/login?next=%2F&unsent=1",
		"::":                          "/login?next=%2F&unsent=1",
	} {
		visitor := w.browser()
		course := visitor.open("/courses/1")
		visitor.header.Set("Referer", referer)
		visitor.post("/cart/items/1", course.form("/cart/items")).wantTo(want)
	}
}

// Names are taken as they are meant: with blanks that were pasted, in full width, in capitals.
func TestLoginAsTyped(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	modelstest.Student(t, w.db, "ann-7")
	for _, typed := range []string{"ann-7", " ann-7\t", "　ａｎｎ－７", "ANN-7"} {
		b := w.browser()
		b.submit(b.open("/login?next=/cart"), "/login", "username", typed, "password", modelstest.Password).wantTo("/cart")
	}
}

// C8: who sent a form after the session had ended reads at the login that it was not taken.
func TestSessionLostWithinAForm(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, _ := w.student("ann")
	profile := b.open("/account/profile")
	w.exec("DELETE FROM ly_session")
	b.header.Set("Referer", w.shop.URL+"/account/profile")
	login := b.follow(b.submit(profile, "/account/profile", "mobile", "13800138000"))
	login.wantText(".note", "没有保存", "再提交一次")
	b.submit(login, "/login", "username", "ann", "password", modelstest.Password).wantTo("/account/profile")
	if got := w.browser().open("/login?next=%2Faccount").Find(".note").Length(); got != 0 {
		t.Error("the login speaks of a lost form where none was sent")
	}
}

func TestLoginRefused(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	modelstest.Student(t, w.db, "ann")
	for name, c := range map[string]struct{ username, password string }{
		"wrong password": {"ann", "not her horse"},
		"unknown name":   {"bob", modelstest.Password},
		"nothing":        {"", ""},
		"long":           {"ann", strings.Repeat("x", 5000)},
		"SQL":            {"' OR 1=1 -- ", "' OR 1=1 -- "},
		"invalid UTF-8":  {"\xff\xfe", "\xff\xfe"},
	} {
		t.Run(name, func(t *testing.T) {
			b := w.in(t).browser()
			got := b.submit(b.open("/login?next=/cart"), "/login", "username", c.username, "password", c.password)
			got.want(http.StatusUnprocessableEntity)
			got.wantText("[role=alert]", "用户名或密码不正确")
			if form := got.form("/login"); form.Get("next") != "/cart" || form.Get("password") != "" {
				t.Errorf("got next %q, password %q in the form; want /cart and none", form.Get("next"), form.Get("password"))
			}
			b.get("/cart").wantTo("/login?next=%2Fcart")
		})
	}
}

func TestRegister(t *testing.T) {
	modelstest.OnEach(t, func(t *testing.T, db *models.DB) {
		w := newWorld(t, db)
		modelstest.Student(t, db, "ann")
		for name, c := range map[string]struct{ username, password, again, text string }{
			"taken":         {"ann", "long horse", "long horse", "已被使用"},
			"full width":    {" ａｎＮ　", "long horse", "long horse", "已被使用"},
			"short":         {"bob", "horse", "horse", "8 到 72 个字符"},
			"long":          {"bob", strings.Repeat("x", 73), strings.Repeat("x", 73), "8 到 72 个字符"},
			"mismatch":      {"bob", "long horse", "long Horse", "两次输入的密码不一致"},
			"name short":    {"b", "long horse", "long horse", "2 到 20 个字符"},
			"name long":     {strings.Repeat("x", 21), "long horse", "long horse", "2 到 20 个字符"},
			"name strange":  {"<b>ob</b>", "long horse", "long horse", "2 到 20 个字符"},
			"name empty":    {"", "long horse", "long horse", "2 到 20 个字符"},
			"both":          {"b", "horse", "horse", "8 到 72 个字符"},
			"invalid UTF-8": {"bo\xff", "long horse", "long horse", "2 到 20 个字符"},
		} {
			t.Run(name, func(t *testing.T) {
				b := w.in(t).browser()
				got := b.submit(b.open("/register"), "/register",
					"username", c.username, "password", c.password, "password2", c.again)
				got.want(http.StatusUnprocessableEntity)
				got.wantText("[role=alert]", c.text)
				b.get("/cart").wantTo("/login?next=%2Fcart")
			})
		}
		b := w.browser()
		all := b.submit(b.open("/register?next=/cart"), "/register",
			"username", "ANN", "password", "horse", "password2", "horses")
		all.want(http.StatusUnprocessableEntity)
		all.wantText("#username-error", "已被使用")
		all.wantText("#password-error", "8 到 72 个字符")
		all.wantText("#password2-error", "两次输入的密码不一致")
		form := all.form("/register")
		if form.Get("username") != "ANN" || form.Get("password") != "" || form.Get("password2") != "" ||
			form.Get("next") != "/cart" {
			t.Errorf("got %v in the form, want the name and next kept and no password", form)
		}
		got := b.submit(b.open("/register?next=/cart"), "/register",
			"username", "王小明", "password", "长长长长horse", "password2", "长长长长horse")
		got.wantTo("/cart")
		b.open("/cart").wantText(".user-name", "王小明")
	})
}

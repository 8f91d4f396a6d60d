package handlers_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

func TestAccount(t *testing.T) {
	eachWorld(t, func(w *world) {
		b, ann := w.student("ann")
		if _, err := w.db.GiveCoupon(w.t.Context(), ann.ID, modelstest.CouponOff); err != nil {
			w.t.Fatal(err)
		}
		modelstest.Paid(w.t, w.db, ann, w.stock.Plain.For(30))
		held := w.attempt(ann).OutTradeNo
		account := b.open("/account")
		account.wantText("main", "1000", "相当于 ¥100.00", "1张可用", "1门可以学习")
		for _, link := range []string{"/account/points", "/account/coupons", "/mycourses/", "/myorder/?status=unpaid"} {
			b.open(account.Find(`main a[href="`+link+`"]`).AttrOr("href", "/missing"))
		}
		b.open("/account/points").wantText("main", "获得积分", "+1000")
		b.open("/account/coupons").wantText("main", "新人立减", "减 ¥50.00", "满 ¥100.00 可用")
		w.exec("UPDATE ly_user_coupon SET order_id = (SELECT id FROM ly_order WHERE order_number = ?)", held)
		coupons := b.open("/account/coupons")
		coupons.wantText("main", "已被待付款订单占用")
		if got := coupons.Find(`main a[href="/orders/` + held + `"]`).Length(); got != 1 {
			w.t.Errorf("got %d links to the order that holds the coupon, want 1", got)
		}
		w.exec("UPDATE ly_user_coupon SET used_at = end_time")
		b.open("/account/coupons?status=used").wantText("main", "使用于")
		for _, address := range []string{
			"?status=none", "?status=%00%ff", "?page=0", "?page=-1", "?page=1000000000", "?page=x", "?page=99999999999999999999",
		} {
			for _, path := range []string{"/account/coupons", "/account/points", "/mycourses/"} {
				b.open(path + address)
			}
		}
		eve, _ := w.student("eve")
		for _, path := range []string{
			"/account", "/account/coupons", "/account/coupons?status=used", "/account/points", "/mycourses/",
		} {
			page := eve.open(path)
			text := page.text("main")
			if strings.Contains(text, held) || strings.Contains(text, "新人立减") || strings.Contains(text, "Go 语言") {
				w.t.Errorf("%s shows eve what is ann's: %s", path, text)
			}
		}
	})
}

// The number of statements of a page does not grow with the length of its list.
func TestAccountStatements(t *testing.T) {
	w := newWorld(t, modelstest.MariaDB(t, func(o *models.Options) { o.MaxConns = 1 }))
	b, ann := w.student("ann")
	bounds := map[string]int64{
		"/account": 2, "/account/points": 5, "/account/coupons": 3,
		"/account/profile": 2, "/account/security": 1, "/mycourses/": 4,
	}
	measure := func(when string) {
		for path, most := range bounds {
			before := modelstest.Questions(t, w.db)
			b.open(path)
			if got := modelstest.Questions(t, w.db) - before - 1; got > most || got == 0 { // Questions counts itself
				t.Errorf("%s, %s: got %d statements, want at most %d", path, when, got, most)
			}
		}
	}
	measure("with little")
	for range 30 {
		if _, err := w.db.GiveCoupon(t.Context(), ann.ID, modelstest.CouponOff); err != nil {
			t.Fatal(err)
		}
	}
	for _, course := range []modelstest.Course{w.stock.Plain, w.stock.Rate, w.stock.Off, w.stock.Step} {
		modelstest.Paid(t, w.db, ann, course.For(0))
	}
	for i := range 100 {
		w.exec("INSERT INTO ly_credit (user_id, opera, number, reference, created_at) VALUES (?, 1, 1, ?, ?)",
			ann.ID, strconv.Itoa(i), w.db.Now())
	}
	measure("with much")
}

func TestProfile(t *testing.T) {
	eachWorld(t, func(w *world) {
		b, _ := w.student("ann")
		for name, c := range map[string]struct {
			mobile string
			ok     bool
		}{
			"number": {"138 0013 8000", true}, "none": {"", true}, "short": {"123", false}, "letters": {"abc", false},
			"HTML": {`"><script>alert(1)</script>`, false}, "emoji": {"📱📱📱", false}, "long": {strings.Repeat("1", 5000), false},
			"invalid UTF-8": {"\xff\xfe", false}, "SQL": {"' OR 1=1 --", false}, "NUL": {"1380013800\x00", false},
		} {
			w.t.Run(name, func(t *testing.T) {
				b := b.in(w.in(t))
				w.exec("UPDATE ly_user SET mobile = '13900000000'")
				got := b.submit(b.open("/account/profile"), "/account/profile", "mobile", c.mobile)
				if c.ok {
					got.wantTo("/account/profile")
					b.follow(got).wantText(".flash", "已保存")
					return
				}
				got.want(http.StatusUnprocessableEntity)
				got.wantText("#mobile-error", "11 位手机号")
				if got.Find("main script").Length() != 0 {
					t.Error("what was typed became a script")
				}
				if n := w.count("SELECT COUNT(*) FROM ly_user WHERE mobile = '13900000000'"); n != 1 {
					t.Error("a number that was refused was stored")
				}
			})
		}
		form := b.open("/account/profile").form("/account/profile")
		form.Del("mobile")
		b.post("/account/profile", form).wantTo("/account/profile") // a missing field counts as empty
	})
}

func TestChangePasswordRefused(t *testing.T) {
	w := stillWorld(t)
	b, _ := w.student("ann")
	const good = "another horse"
	for name, c := range map[string]struct {
		old, fresh, again string
		wrong             []string
	}{
		"nothing":      {"", "", "", []string{"old", "password"}},
		"all wrong":    {"horse", "horse", "horses", []string{"old", "password", "password2"}},
		"old wrong":    {"wrong horse", good, good, []string{"old"}},
		"new short":    {modelstest.Password, "horse", "horse", []string{"password"}},
		"new long":     {modelstest.Password, strings.Repeat("x", 73), strings.Repeat("x", 73), []string{"password"}},
		"not repeated": {modelstest.Password, good, good + "!", []string{"password2"}},
		"huge": {
			strings.Repeat("x", 20_000), strings.Repeat("x", 20_000), "", []string{"old", "password", "password2"},
		},
		"HTML":          {"<b>", "<b>", "<i>", []string{"old", "password", "password2"}},
		"invalid UTF-8": {"\xff", "12345678\xff", "12345678\xff", []string{"old", "password"}},
	} {
		t.Run(name, func(t *testing.T) {
			w.exec("DELETE FROM ly_throttle")
			b := b.in(w.in(t))
			got := b.submit(b.open("/account/security"), "/account/security",
				"old", c.old, "password", c.fresh, "password2", c.again)
			got.want(http.StatusUnprocessableEntity)
			for _, field := range []string{"old", "password", "password2"} {
				if said := got.text("#"+field+"-error") != ""; said != strings.Contains(strings.Join(c.wrong, ",")+",", field+",") {
					t.Errorf("%s: got a sentence beside it %v, want those of %v", field, said, c.wrong)
				}
				if got.Find("#"+field).AttrOr("value", "") != "" {
					t.Errorf("%s was sent back", field)
				}
			}
			b.open("/account")
		})
	}
}

// Guesses of the old password are bounded by the account, however many browsers are open.
func TestOldPasswordIsLimited(t *testing.T) {
	w := stillWorld(t)
	b, _ := w.student("ann")
	other := w.browser()
	other.login("ann")
	for i := range 10 {
		by := []*browser{b, other}[i%2]
		got := by.submit(by.open("/account/security"), "/account/security", "old", "wrong horse")
		got.want(http.StatusUnprocessableEntity)
	}
	got := b.submit(b.open("/account/security"), "/account/security",
		"old", modelstest.Password, "password", "another horse", "password2", "another horse")
	got.want(http.StatusTooManyRequests)
	got.wantFrame("尝试次数过多")
	back := got.Find("main a.main").AttrOr("href", "")
	if back != "/account/security" || got.header.Get("Retry-After") != "60" {
		t.Errorf("got the way back to %q, Retry-After %q", back, got.header.Get("Retry-After"))
	}
	w.browser().login("ann") // with the old password: the limit does not apply to the login
}

// Each course has one row with its latest end, and a link to renew it.
func TestMyCoursesRenew(t *testing.T) {
	now := newHandClock()
	w := newWorld(t, modelstest.SQLite(t, modelstest.At(now.now)), func(s *setup) { s.now = now.now })
	b, ann := w.student("ann")
	modelstest.Paid(t, w.db, ann, w.stock.Plain.For(30))
	modelstest.Paid(t, w.db, ann, w.stock.Plain.For(30))
	page := b.open("/mycourses/")
	page.wantText("main", "有效期至 2027-01-21")
	if n := page.Find(".card").Length(); n != 1 || strings.Contains(page.text("main"), "续费") {
		t.Errorf("got %d cards, %q; want one without 续费", n, page.text("main"))
	}
	now.advance(60*24*time.Hour - models.EndingSoon + time.Minute)
	b.login("ann")
	page = b.open("/mycourses/")
	page.wantText("main", "即将到期", "续费")
	b.open(page.Find(".card a[href^='/courses/']").AttrOr("href", "/missing")).wantText("main", "一个月有效")
	now.advance(models.EndingSoon)
	b.open("/mycourses/").wantText("main", "有效期已于 2027-01-21 22:30 结束", "已过期", "续费")
	w.exec("UPDATE ly_course SET published = 0")
	b.open(b.open("/myorder/").Find(".order-line a").AttrOr("href", "/missing")).wantText(".course-buy", "本课程已下架")
	w.browser().get("/courses/1").want(http.StatusNotFound)
	b.open("/mycourses/").wantText("main", "已下架")
	b.get("/learn/1").wantText("main", "结束", "已下架")
}

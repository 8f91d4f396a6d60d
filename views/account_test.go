package views

import (
	"testing"
	"time"

	"luffy/models"
)

func sampleAccount() Account {
	return Account{
		Page: samplePage, Points: samplePoints().Points, Coupons: 2, Courses: 3, Ending: 1, Unpaid: 1, Since: sampleNow,
	}
}

func samplePoints() PointsLedger {
	return PointsLedger{
		Page: samplePage, Points: PointsSum{Owned: 500, Worth: 50_00, Held: 100},
		Pager: Pager{Path: "/account/points", Page: 2, Pages: 3, Total: 42, Unit: "条记录"},
		Rows: []LedgerRow{
			{At: sampleNow, What: "订单抵扣", Number: -100, Balance: 500, OrderNumber: sampleNumber},
			{At: sampleNow.Add(-time.Hour), What: "获得积分", Number: 600, Balance: 600},
		},
	}
}

func sampleCoupons(tab models.CouponTab) Coupons {
	return Coupons{
		Page: samplePage, Tab: tab, Now: sampleNow,
		Counts: map[models.CouponTab]int{models.CouponsUsable: 1, models.CouponsUsed: 2, models.CouponsExpired: 3},
		Coupons: []MyCoupon{{
			Name: "新人立减", Saves: "减 ¥50.00", Condition: "满 ¥100.00 可用",
			From: sampleNow.Add(time.Hour), Until: sampleNow.AddDate(0, 0, 7),
			UsedAt: sampleNow, OrderNumber: sampleNumber,
		}},
	}
}

func sampleProfile() Profile {
	return Profile{Page: samplePage, Mobile: "123", Since: sampleNow, Errors: FieldErrors{"mobile": "请输入 11 位手机号"}}
}

func sampleSecurity() Security {
	return Security{Page: samplePage, PasswordHint: "8 到 72 个字符", Errors: FieldErrors{"old": "当前密码不正确。"}}
}

func sampleMyCourses() MyCourses {
	return MyCourses{Page: samplePage, Courses: []MyCourse{
		{CourseID: 1, Name: "Go 语言从入门到实战", Picture: "img/go.svg", Teacher: "后端教研组",
			Access: AccessEnding, Until: sampleNow.Add(48 * time.Hour), OnSale: true},
		{CourseID: 2, Name: "Python 全栈开发", Picture: "img/python.svg", Teacher: "综合教研组", Access: AccessLive, OnSale: true},
		{CourseID: 3, Name: "Linux 运维与 Shell 编程", Picture: "img/linux.svg",
			Access: AccessExpired, Until: sampleNow.Add(-48 * time.Hour), OnSale: true},
		{CourseID: 4, Name: "旧版 Django", Access: AccessExpired, Until: sampleNow.Add(-48 * time.Hour)},
	}}
}

func TestMyCourses(t *testing.T) {
	t.Parallel()
	doc := render(t, MyCoursesPage(sampleMyCourses()))
	wantContains(t, doc, ".cards li:first-child", "有效期至 2026-11-24 22:31")
	wantText(t, doc, ".cards li:first-child .state", "即将到期")
	wantAttr(t, doc, ".cards li:first-child .button", "href", "/learn/1")
	wantCount(t, doc, ".cards li:first-child a[href='/courses/1#buy-title']", 1)
	wantContains(t, doc, ".cards li:nth-child(2)", "永久有效")
	wantCount(t, doc, ".cards li:nth-child(2) .button", 1)
	wantContains(t, doc, ".cards li:nth-child(3)", "有效期已于 2026-11-20 22:31 结束")
	wantText(t, doc, ".cards li:nth-child(3) .state", "已过期")
	wantText(t, doc, ".cards li:nth-child(3) a[href='/courses/3#buy-title']", "续费：Linux 运维与 Shell 编程")
	wantContains(t, doc, ".cards li:nth-child(4)", "已下架")
	wantCount(t, doc, ".cards li:nth-child(4) .button", 0)

	empty := render(t, MyCoursesPage(MyCourses{Page: samplePage}))
	wantText(t, empty, ".empty", "您还没有课程。 去选课程")
}

func TestAccountTabs(t *testing.T) {
	t.Parallel()
	doc := render(t, AccountPage(sampleAccount()))
	wantText(t, doc, ".account-nav", "我的账户我的订单我的课程个人资料账号安全")
	wantText(t, doc, ".account-nav [aria-current=page]", "我的账户")
	wantText(t, render(t, SecurityPage(sampleSecurity())), ".account-nav [aria-current=page]", "账号安全")
	wantContains(t, doc, ".tiles li:first-child", "500 相当于 ¥50.00，其中 100 积分已被待付款订单占用")
	wantContains(t, doc, ".tiles li:nth-child(3)", "1 门即将到期")
}

func TestPointsLedger(t *testing.T) {
	t.Parallel()
	doc := render(t, PointsPage(samplePoints()))
	wantContains(t, doc, "tbody tr:first-child", "订单抵扣 −100 500")
	wantAttr(t, doc, "tbody tr:first-child a", "href", "/orders/"+sampleNumber)
	wantContains(t, doc, "tbody tr:nth-child(2)", "获得积分 +600 600 —")
	wantAttr(t, doc, "a[rel=prev]", "href", "/account/points")
	wantAttr(t, doc, "a[rel=next]", "href", "/account/points?page=3")
	wantCount(t, doc, "th[scope=col]", 5)
}

func TestCoupons(t *testing.T) {
	t.Parallel()
	for tab, want := range map[models.CouponTab]string{
		models.CouponsUsable:  "2026-11-22 23:31 起可用，有效期至 2026-11-29 22:31 已被待付款订单占用",
		models.CouponsUsed:    "使用于 2026-11-22 22:31",
		models.CouponsExpired: "已于 2026-11-29 22:31 过期",
	} {
		doc := render(t, CouponsPage(sampleCoupons(tab)))
		wantContains(t, doc, ".coupon", want)
		wantContains(t, doc, ".coupon", "减 ¥50.00 新人立减 满 ¥100.00 可用")
		wantAttr(t, doc, ".coupon a", "href", "/orders/"+sampleNumber)
		wantContains(t, doc, ".tabs [aria-current=page]", tab.String())
		wantText(t, doc, ".tabs li:nth-child(3)", "已过期 3")
	}
	list := sampleCoupons(models.CouponsUsed)
	list.Pager = Pager{Path: list.Href(list.Tab), Page: 1, Pages: 2, Total: 21}
	wantAttr(t, render(t, CouponsPage(list)), "a[rel=next]", "href", "/account/coupons?status=used&page=2")
}

// What people's password managers look for.
func TestAutocomplete(t *testing.T) {
	t.Parallel()
	doc := render(t, SecurityPage(sampleSecurity()))
	for field, want := range map[string]string{
		"username": "username", "old": "current-password", "password": "new-password", "password2": "new-password",
	} {
		wantAttr(t, doc, "form[action='/account/security'] input[name="+field+"]", "autocomplete", want)
	}
	wantAttr(t, doc, "input[name=username]", "value", samplePage.User)
	wantCount(t, doc, "input[type=password][value!='']", 0)
	wantAttr(t, render(t, ProfilePage(sampleProfile())), "#mobile", "autocomplete", "tel-national")
	wantCount(t, render(t, ProfilePage(sampleProfile())), "#mobile[required]", 0)
}

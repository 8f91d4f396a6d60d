package main

import (
	"io"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"luffy/cmd/internal/browser"
	"luffy/models"
	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest/logwatch"
	"luffy/models/payment"
)

// TestDetours are the ways that do not go straight from the cart to the lesson.
func TestDetours(t *testing.T) {
	chromium := browser.Start(t)
	for name, walk := range map[string]func(*browser.Tab, *testDemo){
		"session lost at the return": loseSession,
		"two tabs, paid in one":      payInOtherTab,
		"two tabs, cancelled in one": cancelInOtherTab,
		"back to the list":           goBack,
		"cancel":                     cancelOrder,
		"find an old order":          findOrder,
		"refund":                     askForRefund,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shop := startDemo(t, t.TempDir())
			tab := chromium.Open(t, browser.Visitor{})
			logIn(tab, shop)
			tab.Follow("Django 商城项目")
			tab.Press("#add-to-cart")
			tab.Press("#checkout")
			tab.Click(".option:nth-of-type(2) input") // 全场九折券
			tab.Type("#points", kb.Backspace+"200")
			tab.Press("#submit-order")
			walk(tab, shop)
		})
	}
}

// loseSession: who comes back from Alipay without a session logs in, and is at the result of the order.
func loseSession(tab *browser.Tab, _ *testDemo) {
	tab.Press("#login")
	tab.Type("#password", sandbox.Password)
	tab.Press("#pay")
	tab.ForgetCookies()
	tab.Press("#back-to-shop")
	tab.Has("h1", "登录")
	tab.Type("#username", studentName)
	tab.Type("#password", studentPassword)
	tab.Press("#login-submit")
	tab.Has("h1", "支付成功")
}

// pay pays at the cashier where the tab is and comes back.
func pay(tab *browser.Tab) {
	tab.Press("#login")
	tab.Type("#password", sandbox.Password)
	tab.Press("#pay")
	tab.Press("#back-to-shop")
	tab.Has("h1", "支付成功")
}

// payInOtherTab: buttons that were there before the payment tell the truth after it.
func payInOtherTab(tab *browser.Tab, shop *testDemo) {
	list, question := tab.Beside(), tab.Beside()
	list.Go(shop.shopURL + "/myorder/")
	question.Go(shop.shopURL + "/myorder/")
	question.Follow("取消订单")
	pay(tab)
	list.Press(`form[action$="/pay"] button`)
	list.Has("h1", "支付成功")
	question.Press(`form[action$="/cancel"] button`)
	question.Has(".flash", "已支付，不能取消")
}

// cancelInOtherTab: the list tells the truth when its button is pressed. Who then still pays at the
// cashier that stood open gets the course.
func cancelInOtherTab(tab *browser.Tab, shop *testDemo) {
	list, beside := tab.Beside(), tab.Beside()
	list.Go(shop.shopURL + "/myorder/")
	beside.Go(shop.shopURL + "/myorder/")
	beside.Follow("取消订单")
	beside.Press(`form[action$="/cancel"] button`)
	list.Press(`form[action$="/pay"] button`)
	list.Has("h1", "订单已关闭")
	pay(tab)
	tab.Has("#result", "订单关闭后收到付款，课程已开通")
}

// goBack: a browser that shows the list as it was left, unpaid, is told better (R15).
func goBack(tab *browser.Tab, shop *testDemo) {
	list := tab.Beside()
	list.Go(shop.shopURL + "/myorder/")
	list.Has(".orders .state", "未支付")
	list.Go(shop.shopURL)
	pay(tab)
	list.Back()
	list.Has(".orders .state", "已支付")
}

// cancelOrder gets coupon and points back with the order's end.
func cancelOrder(tab *browser.Tab, shop *testDemo) {
	tab.Go(shop.shopURL + "/myorder/")
	tab.Follow("取消订单")
	tab.Has("main", "九折券", "200 积分")
	tab.Press(`form[action$="/cancel"] button`)
	tab.Has(".state", "已取消")
	tab.Go(shop.shopURL + "/checkout")
	tab.Has("main", "九折券", "您有 500 积分")
}

// findOrder: part of the order number or of a course's name is enough, and what is found says what
// was searched for.
func findOrder(tab *browser.Tab, shop *testDemo) {
	pay(tab)
	tab.Go(shop.shopURL + "/myorder/")
	number := tab.Text(".orders .number")
	for _, words := range []string{number[:12], "django", number} {
		tab.Go(shop.shopURL + "/myorder/")
		tab.Type(".search input", words)
		tab.Press(".search button")
		tab.Has(".orders", number)
	}
	tab.Go(shop.shopURL + "/myorder/")
	tab.Type(".search input", "Rust")
	tab.Press(".search button")
	tab.Has("main", "没有符合条件的订单", "Rust")
	tab.Follow("清除搜索")
	tab.Has(".orders", number)
}

// askForRefund: the student sees how far the request has come, and once staff have agreed, that the
// money is back and the course closed (O14).
func askForRefund(tab *browser.Tab, shop *testDemo) {
	pay(tab)
	tab.Go(shop.shopURL + "/myorder/")
	tab.Follow("申请退款")
	tab.Click("#reason")
	tab.Press("#ask-refund")
	tab.Has("main", "申请中")
	shop.approveRefunds()
	tab.Go(shop.shopURL + "/myorder/?status=refund")
	tab.Has(".orders", "已退款", "已收回")
}

// approveRefunds agrees to every open request, as `luffy refund approve` does.
func (d *testDemo) approveRefunds() {
	d.t.Helper()
	db, err := models.Open(d.t.Context(), models.Options{URL: d.settings.DatabaseURL})
	if err != nil {
		d.t.Fatal(err)
	}
	defer db.Close()
	client, err := d.settings.Alipay()
	if err != nil {
		d.t.Fatal(err)
	}
	payments := payment.New(payment.Config{
		DB: db, Alipay: client, AppID: appID, BaseURL: d.shopURL, Log: logwatch.New(d.t, io.Discard),
	})
	requests, _, err := db.OpenRefundRequests(d.t.Context(), 10)
	if err != nil || len(requests) == 0 {
		d.t.Fatalf("got %d requests, %v; want some", len(requests), err)
	}
	for _, r := range requests {
		if _, err := payments.ApproveRefund(d.t.Context(), r.ID, models.RefundDecision{By: "客服"}); err != nil {
			d.t.Fatal(err)
		}
	}
}

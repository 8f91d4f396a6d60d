package main

import (
	"strings"
	"time"

	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest"
)

// buy takes two courses from the login to the first lesson.
func buy(v *visitor, shop string) {
	v.t.Helper()
	v.open(shop + "/login?next=/courses/1")
	v.send(`form[action="/login"]`, map[string]string{"username": "nami", "password": modelstest.Password})
	v.send(`form[action="/cart/items"]`, map[string]string{"expire": "0"}) // 310.00
	v.open(shop + "/courses/5")
	v.send(`form[action="/cart/items"]`, map[string]string{"expire": "0"}) // 199.00
	v.follow("#checkout")
	v.send("form.checkout", map[string]string{"coupon": v.coupon("全场九折券"), "points": "500"}) // 50.90 and 50.00
	v.send(`form[action$="/login"]`, nil)
	v.send(`form[action$="/pay"]`, map[string]string{"password": sandbox.Password})
	v.follow("#back-to-shop")
	if h1, sum := v.text("h1"), v.text(".lead .sum"); h1 != "支付成功" || sum != "¥408.10" {
		v.t.Errorf("%s: got %q and %q, want 支付成功 and ¥408.10", v.at, h1, sum)
	}
	v.open(shop + "/myorder/?status=paid")
	if got := v.page.Find("[data-order]").Length(); got != 1 {
		v.t.Errorf("My Orders: got %d paid orders, want 1", got)
	}
	v.open(shop + "/learn/5")
	v.send(".lesson form", map[string]string{"lesson": v.page.Find("#open-lesson").AttrOr("value", "")})
	if v.text(".lesson p") == "" {
		v.t.Error("the course that was paid for has no lesson")
	}
}

// requestRefund asks for the last course of the paid order, whose lessons nobody has opened, and gives
// the order's number.
func requestRefund(v *visitor, shop string) string {
	v.t.Helper()
	v.open(shop + "/myorder/?status=paid")
	number := v.page.Find("[data-order]").AttrOr("data-order", "")
	v.follow(`a[href$="/refund"]`)
	line := v.page.Find("#refund-form input[name=line]").Last().AttrOr("value", "")
	v.send("#refund-form", map[string]string{"line": line, "reason": "mistake"})
	if got := v.text(".lines"); !strings.Contains(got, "申请中") {
		v.t.Errorf("%s: got %q, want the line 申请中", v.at, got)
	}
	return number
}

// seeRefunded looks for the refund on the order's page.
func seeRefunded(v *visitor, shop, number string) {
	v.t.Helper()
	v.open(shop + "/orders/" + number)
	lines, steps := v.text(".lines"), v.text(".timeline")
	if !strings.Contains(lines, "退款申请：已退款") || !strings.Contains(steps, "客服同意退款") {
		v.t.Errorf("%s: got %q and %q, want the line 已退款 with staff's consent", v.at, lines, steps)
	}
}

// cancel orders a course with all that is left of points and coupons, and cancels the order.
func cancel(v *visitor, shop string) {
	v.t.Helper()
	v.open(shop + "/courses/2")
	v.send(`form[action="/cart/items"]`, map[string]string{"expire": "0"})
	number := order(v, shop)
	v.open(shop + "/orders/" + number + "/cancel")
	v.send(`form[action$="/cancel"]`, nil)
	if got := v.text(".state"); got != "已取消" {
		v.t.Errorf("%s: got %q, want 已取消", v.at, got)
	}
}

// leaveUnpaid orders again with the coupon and the points that the cancelled order has freed, and
// waits at the cashier.
func leaveUnpaid(v *visitor, shop string) {
	v.t.Helper()
	number := order(v, shop)
	deadline := time.After(time.Minute)
	for v.open(shop + "/orders/" + number); v.text(".state") != "超时取消"; v.open(v.at.String()) {
		select {
		case <-deadline:
			v.t.Fatalf("%s: got %q, want 超时取消 after 10 seconds", v.at, v.text(".state"))
		case <-time.After(100 * time.Millisecond):
		}
	}
	v.open(shop + "/checkout")
	v.coupon("新生立减 50 元")
}

// order goes from the checkout to the cashier and gives the number of the order.
func order(v *visitor, shop string) string {
	v.t.Helper()
	v.open(shop + "/checkout")
	v.send("form.checkout", map[string]string{"coupon": v.coupon("新生立减 50 元"), "points": "300"})
	v.send(`form[action$="/login"]`, nil)
	v.open(shop + "/myorder/?status=unpaid")
	number := v.page.Find("[data-order]").AttrOr("data-order", "")
	if number == "" {
		v.t.Fatal("My Orders shows no unpaid order")
	}
	return number
}

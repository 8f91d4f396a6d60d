package main

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"luffy/cmd/internal/browser"
)

// What the student chooses at the checkout is priced at once, and the order is that of the sum shown.
// What cannot be had is told as 更新金额 tells it.
func TestCheckoutWithScript(t *testing.T) {
	chromium := browser.Start(t)
	shop := startDemo(t, t.TempDir())
	tab := chromium.Open(t, browser.Visitor{})
	logIn(tab, shop)
	tab.Follow("Django 商城项目")
	tab.Press("#buy-now")
	tab.Has(".checkout-total", "¥119.00")
	tab.Click(".option:nth-of-type(2) input") // 全场九折券
	tab.Has(".checkout-total", "优惠券", "¥107.10")
	tab.Type("#points", kb.Backspace+"100"+kb.Tab)
	tab.Has(".checkout-total", "积分", "¥97.10")
	tab.Type("#points", "0000"+kb.Tab)
	tab.Has("[role=alert]", "这个订单最多可以使用")
	tab.Has(".checkout-total", "¥107.10")
	tab.Type("#points", kb.End+strings.Repeat(kb.Backspace, 4)+kb.Tab)
	tab.Has(".checkout-total", "¥97.10")
	if tab.Text("body:has(.problems, .field-error, .field-wrong, [aria-invalid])") != "" {
		t.Error("the page still says what was wrong with the points")
	}
	tab.Go(shop.shopURL + "/checkout")
	tab.Type("#points", kb.Backspace+"50"+kb.Tab)
	tab.Has(".checkout-total", "¥114.00")
	tab.Press("#submit-order")
	tab.Has(".amount", "114.00")
}

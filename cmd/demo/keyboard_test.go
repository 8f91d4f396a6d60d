package main

import (
	"testing"

	"github.com/chromedp/chromedp/kb"

	"luffy/cmd/internal/browser"
	"luffy/models/alipay/sandbox"
)

// TestKeyboard buys, filters My Orders, pays and comes back without a mouse; O21 of the checklist.
// Nothing on the way keeps the focus or loses it.
func TestKeyboard(t *testing.T) {
	chromium := browser.Start(t)
	for name, visitor := range map[string]browser.Visitor{"with scripts": {}, "without scripts": {NoScripts: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shop := startDemo(t, t.TempDir())
			tab := chromium.Open(t, visitor)
			tab.Go(shop.shopURL)
			skipToCourses(tab)
			chooseByKeys(tab)
			logInByKeys(tab)
			tab.Reach("#add-to-cart")
			tab.KeysAway(" ")
			changeTermByKeys(tab)
			tab.Reach("#checkout")
			tab.KeysAway(kb.Enter)
			tab.Has(".checkout-total", "¥199.00")
			tab.Reach("#points")
			tab.Keys(kb.Backspace + "100")
			tab.KeysAway(kb.Enter) // which orders nothing yet
			tab.Has(".checkout-total", "¥189.00")
			tab.Reach("#submit-order")
			tab.KeysAway(" ")
			leaveCashier(tab, shop)
			payByKeys(tab)
			seeOrderByKeys(tab)
		})
	}
}

// skipToCourses takes the first stop of every page, which leads past the header.
func skipToCourses(tab *browser.Tab) {
	tab.Keys(kb.Tab)
	if !tab.Focused(".skip") {
		tab.Fail("the first stop of the page is not the way to its content")
	}
	tab.Keys(kb.Enter)
	if !tab.Focused("#main") {
		tab.Fail("跳到正文 does not lead there")
	}
}

func chooseByKeys(tab *browser.Tab) {
	tab.Reach(`.card a[href="/courses/1"]`)
	tab.KeysAway(kb.Enter)
	tab.WalkThrough()
	tab.Reach(".option input")
	tab.Keys(kb.ArrowDown)
	tab.Reach("#add-to-cart")
	tab.KeysAway(kb.Enter) // asks to log in first
}

func logInByKeys(tab *browser.Tab) {
	tab.Reach("#username")
	tab.Keys(studentName)
	tab.Reach("#password")
	tab.Keys(studentPassword)
	tab.KeysAway(kb.Enter)
	tab.Has("h1", "Python 从零到能用")
}

// changeTermByKeys makes 三个月 of 两个月, which was chosen before the login. The script sends the
// change by itself and leaves the focus where it is.
func changeTermByKeys(tab *browser.Tab) {
	tab.Has("#cart-sums", "¥159.00")
	tab.Reach("#line-1 select")
	tab.Keys(kb.ArrowDown)
	if !tab.Scripts() {
		tab.Reach("#line-1 .cart-choice button")
		tab.KeysAway(kb.Enter)
		tab.Has("#cart-sums", "¥199.00")
		return
	}
	tab.Has("#cart-sums", "¥199.00")
	if !tab.Focused("#line-1 select") {
		tab.Fail("the focus is lost with the new total")
	}
}

// leaveCashier goes from Alipay back to the shop without paying, and by the list of unpaid orders
// to Alipay again.
func leaveCashier(tab *browser.Tab, shop *testDemo) {
	tab.Go(shop.shopURL + "/myorder/")
	tab.WalkThrough()
	tab.Reach(`.tabs a[href*="unpaid"]`)
	tab.KeysAway(kb.Enter)
	tab.Reach(".order-detail")
	tab.KeysAway(kb.Enter)
	tab.WalkThrough()
	tab.Reach(`form[action$="/pay"] button`)
	tab.KeysAway(kb.Enter)
}

func payByKeys(tab *browser.Tab) {
	tab.Reach("#login")
	tab.KeysAway(kb.Enter)
	tab.Reach("#password")
	tab.Keys(sandbox.Password)
	tab.KeysAway(kb.Enter)
	tab.Reach("#back-to-shop")
	tab.KeysAway(kb.Enter)
	tab.Has("h1", "支付成功")
}

func seeOrderByKeys(tab *browser.Tab) {
	tab.WalkThrough()
	tab.Reach(`.top-nav a[href="/myorder/"]`)
	tab.KeysAway(kb.Enter)
	tab.Reach(`.orders a[href="/learn/1"]`)
	tab.KeysAway(kb.Enter)
	tab.Has("h1", "Python 从零到能用")
}

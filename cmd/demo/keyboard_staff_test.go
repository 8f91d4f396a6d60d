package main

import (
	"testing"

	"github.com/chromedp/chromedp/kb"

	"luffy/cmd/internal/browser"
	"luffy/models/modelstest"
)

// TestStaffKeyboard decides a request, finds an order and gives its money back without a mouse and
// without scripts.
func TestStaffKeyboard(t *testing.T) {
	chromium := browser.Start(t)
	s := newScene(t)
	tab := chromium.Open(t, browser.Visitor{NoScripts: true})
	tab.Go(s.shop.shopURL + "/login")
	tab.Reach("#username")
	tab.Keys(keeper)
	tab.Reach("#password")
	tab.Keys(modelstest.Password)
	tab.KeysAway(kb.Enter)
	tab.Reach(`.top-nav a[href="/staff"]`)
	tab.KeysAway(kb.Enter)
	tab.WalkThrough()

	tab.Reach(`#requests .decide:has([action$="/reject"]) summary`)
	tab.Keys(kb.Enter)
	tab.Reach("#requests .decide input[name=reason]")
	tab.Keys("课程已学完")
	tab.KeysAway(kb.Enter)
	tab.Has(".flash", "已拒绝 "+buyer+" 的退款申请，学员会看到：课程已学完")

	tab.Reach("#staff-q")
	tab.Keys(s.orders["late"])
	tab.KeysAway(kb.Enter)
	tab.WalkThrough()
	tab.Reach("#amount")
	tab.Keys("1.50")
	tab.KeysAway(kb.Enter)
	tab.Has("h1", "要退款 ¥1.50 吗？")
	tab.WalkThrough()
	tab.Reach("#reason")
	tab.Keys("补差价")
	tab.KeysAway(kb.Enter)
	tab.Has(".flash", "¥1.50")
}

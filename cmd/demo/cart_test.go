package main

import (
	"testing"

	"github.com/chromedp/chromedp/kb"

	"luffy/cmd/internal/browser"
	"luffy/models"
)

// What the script sends from the cart is answered on the page where the student is, as a page anew
// would answer it: a note that no longer holds goes, and a refusal is told and takes the choice back.
func TestCartWithScript(t *testing.T) {
	chromium := browser.Start(t)
	shop := startDemo(t, t.TempDir())
	tab := chromium.Open(t, browser.Visitor{})
	logIn(tab, shop)
	tab.Follow("Python 从零到能用")
	tab.Press("#add-to-cart")
	shop.exec("UPDATE ly_course_expire SET price = 9000 WHERE course_id = 1 AND expire_time = 30")
	tab.Go(shop.shopURL + "/cart")
	tab.Has("#line-1 .note", "价格已从 ¥99.00 变为 ¥90.00")
	tab.Type("#line-1 select", kb.ArrowDown)
	tab.Has("#cart-sums", "¥159.00")
	if text := tab.Text("#notes-1"); text != "" {
		t.Errorf("got %q beside the term that was chosen after it", text)
	}
	shop.exec("DELETE FROM ly_course_expire WHERE course_id = 1 AND expire_time = 90")
	tab.Type("#line-1 select", kb.ArrowDown)
	tab.Has("#flash", "这门课程或这个有效期已不再出售")
	tab.Has("#cart-sums", "¥159.00")
	tab.Has("#line-1 option:checked", "两个月有效")
	tab.Type("#line-1 select", kb.ArrowDown)
	tab.Has("#cart-sums", "¥310.00")
	if text := tab.Text("#flash"); text != "" {
		t.Errorf("got %q after a change that was accepted", text)
	}
}

// A tick is sent as it is made, and the button for all of them goes with it.
func TestTickAllWithScript(t *testing.T) {
	chromium := browser.Start(t)
	shop := startDemo(t, t.TempDir())
	tab := chromium.Open(t, browser.Visitor{})
	logIn(tab, shop)
	for _, course := range []string{"Python 从零到能用", "Django 商城项目"} {
		tab.Go(shop.shopURL)
		tab.Follow(course)
		tab.Press("#add-to-cart")
	}
	tab.Has("#cart-all", "取消全选")
	tab.Click("#line-1 [name=selected]")
	tab.Has("#cart-sums", "已选 1 门课程", "¥119.00")
	tab.Press("#cart-all button")
	tab.Has("#cart-sums", "已选 2 门课程", "¥218.00")
	tab.Press("#cart-all button")
	tab.Has("#cart-sums", "已选 0 门课程", "¥0.00")
	tab.Has("#cart-go", "请先勾选要结算的课程。")
}

// exec changes the shop's database as staff do.
func (d *testDemo) exec(query string) {
	d.t.Helper()
	db, err := models.Open(d.t.Context(), models.Options{URL: d.settings.DatabaseURL})
	if err != nil {
		d.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.SQL().ExecContext(d.t.Context(), query); err != nil {
		d.t.Fatal(err)
	}
}

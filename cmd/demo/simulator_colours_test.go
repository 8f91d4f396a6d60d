package main

import (
	"net/http"
	"testing"

	"luffy/cmd/internal/browser"
	"luffy/models/alipay/sandbox"
)

// The simulator's pages can be read at night, too: between two dark pages of the shop comes no bright one.
func TestSimulatorInTheDark(t *testing.T) {
	chromium := browser.Start(t)
	shop := startDemo(t, t.TempDir())
	tab := chromium.Open(t, browser.Visitor{})
	logIn(tab, shop)
	fillCart(tab)
	checkOut(tab)
	tab.AccessibleInTheDark()
	tab.Press("#login")
	tab.Type("#password", "0")
	tab.PressRefused(http.StatusUnprocessableEntity, "#pay")
	tab.AccessibleInTheDark()
	tab.Type("#password", sandbox.Password)
	tab.Press("#pay")
	tab.AccessibleInTheDark()
	tab.Press("#back-to-shop")
	tab.Go(shop.simulatorURL + "/admin")
	tab.AccessibleInTheDark()
	tab.Press(`a[href^="/admin/trades/"]`)
	tab.AccessibleInTheDark()
}

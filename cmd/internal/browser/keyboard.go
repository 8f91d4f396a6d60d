package browser

import (
	"fmt"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// mostStops is more often than the Tab key stops on any page.
const mostStops = 200

// Reach presses the Tab key until the element has the focus.
func (tab *Tab) Reach(selector string) {
	tab.t.Helper()
	for range mostStops {
		tab.Keys(kb.Tab)
		if tab.Focused(selector) {
			return
		}
	}
	tab.t.Fatalf("the Tab key does not reach %s at %s", selector, tab.Address())
}

// WalkThrough goes through the whole page with the Tab key. It fails unless every control is reached
// and the last one can be left.
func (tab *Tab) WalkThrough() {
	tab.t.Helper()
	tab.evaluate(`(window.stops = new Set(), document.activeElement.blur(), "")`)
	for range mostStops {
		tab.Keys(kb.Tab)
		if tab.evaluate(`(stops.add(document.activeElement), document.activeElement.tagName)`) == "BODY" {
			tab.wantNone(rules + ".unreached(stops)")
			return
		}
	}
	tab.t.Fatalf("the Tab key does not leave %s", tab.Address())
}

// Focused reports whether the element has the focus.
func (tab *Tab) Focused(selector string) bool {
	tab.t.Helper()
	return tab.evaluate(fmt.Sprintf("String(document.activeElement.matches(%q))", selector)) == "true"
}

// WatchFocus begins to note which elements take the focus on this page, for FocusMoves.
func (tab *Tab) WatchFocus() {
	tab.t.Helper()
	tab.evaluate(`(
		window.moves = [],
		document.addEventListener("focusin", (event) => moves.push(event.target.tagName)),
		"")`)
}

// FocusMoves returns the names of the elements that took the focus since WatchFocus.
func (tab *Tab) FocusMoves() string {
	tab.t.Helper()
	return tab.evaluate(`moves.join(" ")`)
}

// Keys presses keys where the focus is.
func (tab *Tab) Keys(keys string) {
	tab.t.Helper()
	tab.do("press keys", chromedp.KeyEvent(keys))
}

// KeysAway presses keys that lead to another page and waits for that page.
func (tab *Tab) KeysAway(keys string) {
	tab.t.Helper()
	response, err := leave(tab, chromedp.KeyEvent(keys))
	tab.arrived("press keys", response, err)
}

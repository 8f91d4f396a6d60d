package browser

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/chromedp/chromedp"
)

//go:embed rules.js
var rules string

// keeps wants the page to keep to rules of rules.js, written as calls.
func (tab *Tab) keeps(calls ...string) {
	tab.t.Helper()
	var list strings.Builder
	for _, call := range calls {
		fmt.Fprintf(&list, "...rules.%s,", call)
	}
	tab.wantNone(fmt.Sprintf("(() => { const rules = %s; return [%s] })()", rules, &list))
}

// still wants nothing to have moved while the page was loaded.
func (tab *Tab) still() {
	tab.t.Helper()
	tab.wantNone(rules+".shifted()", chromedp.EvalAwaitPromise)
}

// wantNone reports the faults that the script lists. The script fails while a page is being left;
// the next try then sees the new one.
func (tab *Tab) wantNone(script string, options ...chromedp.EvaluateOption) {
	tab.t.Helper()
	var faults []string
	var err error
	if !tab.until(func() bool {
		faults, err = run(tab, chromedp.Evaluate[[]string](script, options...))
		return err == nil
	}) {
		tab.t.Fatalf("rules at %s: %v", tab.Address(), err)
	}
	for _, fault := range faults {
		tab.t.Errorf("%d px at %s: %s", tab.width, tab.Address(), fault)
	}
}

// Sound wants what every page keeps to: frame, targets large enough for the device, focus that is
// seen, nothing that moves while it loads. A page for wide screens is also tried at 400 % zoom and
// with the text spacing of WCAG 1.4.12, one for phones at 320 px.
func (tab *Tab) Sound() {
	tab.t.Helper()
	tab.still()
	if tab.visitor.Phone {
		tab.keeps("frame()", "wide()", "small(44)", "unfocused()", "stacked()")
		tab.Resize(320, 568)
		tab.keeps("wide()", "clipped()", "stacked()")
		tab.usualSize()
		return
	}
	tab.keeps("frame()", "wide()", "small(24)", "unfocused()", "space()", "wide()", "clipped()", "unspace()")
	tab.Resize(desktopWidth/4, desktopHeight/4)
	tab.keeps("wide()", "clipped()", "unfocused()", "space()", "wide()", "clipped()", "unspace()")
	tab.usualSize()
}

// OwnTitle wants a title that no other state seen before has, and keeps it among the seen.
func (tab *Tab) OwnTitle(seen map[string]string) {
	tab.t.Helper()
	title := tab.evaluate("document.title")
	if other := seen[title]; other != "" {
		tab.t.Errorf("the title %q is also that of %s", title, other)
	}
	seen[title] = tab.Address()
}

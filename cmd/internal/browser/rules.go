package browser

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/chromedp/chromedp"
)

//go:embed rules.js
var rules string

// keeps fails if the page breaks one of these rules of rules.js, which are written as calls.
func (tab *Tab) keeps(calls ...string) {
	tab.t.Helper()
	var list strings.Builder
	for _, call := range calls {
		fmt.Fprintf(&list, "...rules.%s,", call)
	}
	tab.wantNone(fmt.Sprintf("(() => { const rules = %s; return [%s] })()", rules, &list))
}

// still fails if anything moved while the page was loaded.
func (tab *Tab) still() {
	tab.t.Helper()
	tab.wantNone(rules+".shifted()", chromedp.EvalAwaitPromise)
}

// wantNone reports the faults that the script lists. While a page is being left the script fails and
// is tried again on the next page.
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

// Sound checks what holds for every page: it has the common frame, its targets are large enough for
// the device, the focus is visible, and nothing moves while it loads. On a wide screen the page is
// also tried at 400 % zoom and with the text spacing of WCAG 1.4.12, on a phone at 320 px.
func (tab *Tab) Sound() {
	tab.t.Helper()
	tab.still()
	if tab.visitor.Phone {
		tab.keeps("frame()", "blanks()", "wide()", "small(44)", "unfocused()", "stacked()")
		tab.Resize(320, 568)
		tab.keeps("wide()", "clipped()", "stacked()")
		tab.usualSize()
		return
	}
	tab.keeps("frame()", "blanks()", "wide()", "small(24)", "unfocused()", "space()", "wide()", "clipped()", "unspace()")
	tab.Resize(desktopWidth/4, desktopHeight/4)
	tab.keeps("wide()", "clipped()", "unfocused()", "space()", "wide()", "clipped()", "unspace()")
	tab.usualSize()
}

// OwnTitle fails if another page or state in seen has the same title, and adds this one to seen.
func (tab *Tab) OwnTitle(seen map[string]string) {
	tab.t.Helper()
	title := tab.evaluate("document.title")
	if other := seen[title]; other != "" {
		tab.t.Errorf("the title %q is also that of %s", title, other)
	}
	seen[title] = tab.Address()
}

package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Tab is one visitor's tab. Its methods end the test when a page does not do what is expected of it within patience.
type Tab struct {
	t       *testing.T
	ctx     context.Context
	visitor Visitor
}

// patience is how long a page may take. It is generous: a test machine may have much else to do.
const patience = 30 * time.Second

// Scripts reports whether the visitor's browser runs the pages' scripts.
func (tab *Tab) Scripts() bool { return !tab.visitor.NoScripts }

// Go opens an address and wants a page there.
func (tab *Tab) Go(address string) {
	tab.t.Helper()
	response, err := run(tab, chromedp.NavigateResponse(address))
	tab.arrived("open "+address, response, err)
}

// Press clicks a link or a button that leads to another page, and waits for that page.
func (tab *Tab) Press(selector string) {
	tab.t.Helper()
	tab.leave("press "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// Follow clicks the first link with this text and waits for the page it leads to.
func (tab *Tab) Follow(text string) {
	tab.t.Helper()
	tab.leave("follow "+text, chromedp.Click(fmt.Sprintf("//a[contains(., %q)]", text)))
}

func (tab *Tab) leave(what string, step chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	response, err := chromedp.RunResponse(ctx, step)
	tab.arrived(what, response, err)
}

// arrived checks what holds for every page: it is there, and it is not wider than the window.
func (tab *Tab) arrived(what string, response *network.Response, err error) {
	tab.t.Helper()
	if err != nil {
		tab.t.Fatalf("%s: %v", what, err)
	}
	if response.Status != 200 {
		tab.t.Fatalf("%s: got status %d at %s, want 200", what, response.Status, response.URL)
	}
	if wide := tab.evaluate(tooWide); wide != "" {
		tab.t.Errorf("%s: wider than the window at %s:\n%s", what, response.URL, wide)
	}
}

// tooWide lists the first elements that make a page scroll sideways. A phone widens its window to a page that is too wide, so the
// width to keep to is that of the layout.
const tooWide = `[...document.querySelectorAll("body *")]
	.filter((element) => element.getBoundingClientRect().right + scrollX > document.documentElement.clientWidth + 1)
	.filter((element) => !element.closest(".unseen, .skip, .scroll"))
	.map((element) => element.outerHTML.slice(0, 120)).slice(0, 3).join("\n")`

// Click clicks what leads to no other page, like a radio button.
func (tab *Tab) Click(selector string) {
	tab.t.Helper()
	tab.do("click "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// Type enters keys where they belong: text into an emptied field, arrows into a list.
func (tab *Tab) Type(selector, keys string) {
	tab.t.Helper()
	tab.do("type into "+selector, chromedp.SendKeys(chromedp.CSS(selector), keys))
}

// Has wants to read each of the texts in the element, as soon as it shows them.
func (tab *Tab) Has(selector string, texts ...string) {
	tab.t.Helper()
	var got string
	for _, want := range texts {
		if !tab.until(func() bool { got = tab.Text(selector); return strings.Contains(got, want) }) {
			tab.t.Fatalf("%s at %s: got %q, want %q in it", selector, tab.Address(), got, want)
		}
	}
}

// Text gives what the element shows, "" without such an element.
func (tab *Tab) Text(selector string) string {
	tab.t.Helper()
	return tab.evaluate(fmt.Sprintf("document.querySelector(%q)?.innerText ?? ''", selector))
}

// Address gives where the tab is.
func (tab *Tab) Address() string {
	tab.t.Helper()
	return tab.evaluate("location.href")
}

// Picture stores the whole page as NAME-WIDTH.png in the visitor's folder.
func (tab *Tab) Picture(name string) {
	tab.t.Helper()
	if tab.visitor.Pictures == "" {
		return
	}
	width := "1280"
	if tab.visitor.Phone {
		width = "375"
	}
	tab.loadImages()
	err := errors.Join(os.MkdirAll(tab.visitor.Pictures, 0o755), tab.store(filepath.Join(tab.visitor.Pictures, name+"-"+width+".png")))
	if err != nil {
		tab.t.Errorf("picture of %s: %v", name, err)
	}
}

// loadImages waits for the images further down, which browsers leave out until they are scrolled to.
func (tab *Tab) loadImages() {
	tab.t.Helper()
	const missing = `String([...document.images].filter((image) => { image.loading = "eager"; return !image.complete }).length)`
	if !tab.until(func() bool { return tab.evaluate(missing) == "0" }) {
		tab.t.Errorf("images of %s are not loaded", tab.Address())
	}
}

func (tab *Tab) keepLastPage() {
	file := filepath.Join(tab.t.ArtifactDir(), "last-page.png")
	if err := tab.store(file); err != nil {
		tab.t.Logf("no picture of the last page: %v", err)
		return
	}
	tab.t.Logf("the last page, %s, is in %s", tab.Address(), file)
}

func (tab *Tab) store(file string) error {
	picture, err := run(tab, chromedp.FullScreenshot(100))
	return errors.Join(err, os.WriteFile(file, picture, 0o644))
}

func (tab *Tab) do(what string, step chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	if _, err := run(tab, step); err != nil {
		tab.t.Fatalf("%s at %s: %v", what, tab.Address(), err)
	}
}

// evaluate runs the test's own script, also where the page's are switched off. It fails while a page is being left, and
// the next try then sees the new one.
func (tab *Tab) evaluate(expression string) string {
	tab.t.Helper()
	var text string
	var err error
	if !tab.until(func() bool { text, err = run(tab, chromedp.Evaluate[string](expression)); return err == nil }) {
		tab.t.Fatalf("%s: %v", expression, err)
	}
	return text
}

// until tries again and again, for as long as patience lasts.
func (tab *Tab) until(done func() bool) bool {
	deadline := time.After(patience)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-deadline:
			return false
		case <-tick.C:
		}
	}
	return true
}

func run[T any](tab *Tab, action chromedp.Action[T]) (T, error) {
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, action)
}

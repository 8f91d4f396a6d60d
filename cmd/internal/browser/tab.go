package browser

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Tab is one visitor's tab. Its methods end the test if a page does not do what is expected of it
// within patience.
type Tab struct {
	t       *testing.T
	ctx     context.Context
	visitor Visitor
	width   int64 // of its window, in CSS pixels
}

// In is the same tab, reporting to a part of the test.
func (tab *Tab) In(t *testing.T) *Tab {
	part := *tab
	part.t = t
	return &part
}

// Fail reports what a test found wrong with the tab's page.
func (tab *Tab) Fail(what string) {
	tab.t.Helper()
	tab.t.Errorf("%s: %s", tab.Address(), what)
}

// Resize gives the tab's window another size in CSS pixels, as turning a phone or zooming does.
func (tab *Tab) Resize(width, height int64) {
	tab.t.Helper()
	size := chromedp.EmulateViewport(width, height)
	if tab.visitor.Phone {
		size = chromedp.EmulateViewport(width, height, chromedp.EmulateScale(2),
			chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulatePortrait)
	}
	tab.do("resize", size)
	tab.width = width
}

// patience is how long a page may take. It is generous because test machines may be busy.
const patience = 30 * time.Second

// Scripts reports whether the visitor's browser runs scripts of the pages.
func (tab *Tab) Scripts() bool { return !tab.visitor.NoScripts }

// Go opens an address and fails unless it answers with a page and status 200.
func (tab *Tab) Go(address string) {
	tab.t.Helper()
	response, err := run(tab, chromedp.NavigateResponse(address))
	tab.arrived("open "+address, response, err)
}

// GoRefused opens an address and fails unless it answers with a page and that status.
func (tab *Tab) GoRefused(status int, address string) {
	tab.t.Helper()
	response, err := run(tab, chromedp.NavigateResponse(address))
	tab.refused(status, "open "+address, response, err)
}

// PressRefused is Press for a link or button that leads to a page with that status.
func (tab *Tab) PressRefused(status int, selector string) {
	tab.t.Helper()
	response, err := leave(tab, chromedp.Click(chromedp.CSS(selector)))
	tab.refused(status, "press "+selector, response, err)
}

// PostRefused sends an empty form from the tab's page to an address, and fails unless it is refused
// with that status.
func (tab *Tab) PostRefused(status int, address string) {
	tab.t.Helper()
	const form = `{
		const form = document.createElement("form");
		form.method = "post";
		form.action = %q;
		document.body.append(form);
		form.submit()
	}`
	response, err := leave(tab, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(form, address)))
	tab.refused(status, "post to "+address, response, err)
}

// Press clicks a link or a button that leads to another page, and waits for that page.
func (tab *Tab) Press(selector string) {
	tab.t.Helper()
	response, err := leave(tab, chromedp.Click(chromedp.CSS(selector)))
	tab.arrived("press "+selector, response, err)
}

// Follow clicks the first link with this text and waits for the page it leads to.
func (tab *Tab) Follow(text string) {
	tab.t.Helper()
	response, err := leave(tab, chromedp.Click(fmt.Sprintf("//a[contains(., %q)]", text)))
	tab.arrived("follow "+text, response, err)
}

// Back presses the browser's back button. The page may appear as it was left.
func (tab *Tab) Back() {
	tab.t.Helper()
	tab.do("go back", chromedp.Evaluate[chromedp.Void]("setTimeout(() => history.back())"))
}

func leave(tab *Tab, step chromedp.Action[chromedp.Void]) (*network.Response, error) {
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	return chromedp.RunResponse(ctx, step)
}

// arrived checks that the page is there and that it is not wider than the window.
func (tab *Tab) arrived(what string, response *network.Response, err error) {
	tab.t.Helper()
	tab.refused(http.StatusOK, what, response, err)
}

// refused is arrived for a page with that status.
func (tab *Tab) refused(status int, what string, response *network.Response, err error) {
	tab.t.Helper()
	if err != nil {
		tab.t.Fatalf("%s: %v", what, err)
	}
	if response.Status != int64(status) {
		tab.t.Fatalf("%s: got status %d at %s, want %d", what, response.Status, response.URL, status)
	}
	tab.keeps("wide()")
}

// Click clicks an element that does not lead to another page, like a radio button.
func (tab *Tab) Click(selector string) {
	tab.t.Helper()
	tab.do("click "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// Type focuses an element and presses keys, like text for an empty field or arrows for a list.
func (tab *Tab) Type(selector, keys string) {
	tab.t.Helper()
	tab.do("type into "+selector, chromedp.SendKeys(chromedp.CSS(selector), keys))
}

// ForgetCookies removes the visitor's cookies, as if the browser had been closed.
func (tab *Tab) ForgetCookies() {
	tab.t.Helper()
	_, err := run(tab, func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, network.ClearBrowserCookies, cdp.Empty{})
		return chromedp.Void{}, err
	})
	if err != nil {
		tab.t.Fatalf("forget the cookies: %v", err)
	}
}

// Has waits until the element shows each of the texts, and fails if it does not.
func (tab *Tab) Has(selector string, texts ...string) {
	tab.t.Helper()
	var got string
	for _, want := range texts {
		if !tab.until(func() bool { got = tab.Text(selector); return strings.Contains(got, want) }) {
			tab.t.Fatalf("%s at %s: got %q, want %q in it", selector, tab.Address(), got, want)
		}
	}
}

// Text returns what the element shows, "" if there is no such element.
func (tab *Tab) Text(selector string) string {
	tab.t.Helper()
	return tab.evaluate(fmt.Sprintf("document.querySelector(%q)?.innerText ?? ''", selector))
}

// Printed returns what the page would show on paper.
func (tab *Tab) Printed() string {
	tab.t.Helper()
	tab.setMedia("print", "")
	defer tab.setMedia("", "")
	return tab.Text("body")
}

// setMedia makes the tab show its page for this medium and in this colour scheme; "" means the
// browser's own.
func (tab *Tab) setMedia(media, scheme string) {
	tab.t.Helper()
	params := emulation.SetEmulatedMediaParams{Media: media}
	if scheme != "" {
		params.Features = []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}
	}
	tab.do("be "+media+scheme, func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, params)
		return chromedp.Void{}, err
	})
}

// Scroll scrolls down by that many pixels.
func (tab *Tab) Scroll(pixels int) {
	tab.t.Helper()
	tab.evaluate(fmt.Sprintf("(scrollTo(0, %d), '')", pixels))
}

// Scrolled returns by how many pixels the tab is scrolled down.
func (tab *Tab) Scrolled() string {
	tab.t.Helper()
	return tab.evaluate("String(scrollY)")
}

// Address returns the address of the tab's page.
func (tab *Tab) Address() string {
	tab.t.Helper()
	return tab.evaluate("location.href")
}

func (tab *Tab) do(what string, step chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	if _, err := run(tab, step); err != nil {
		tab.t.Fatalf("%s at %s: %v", what, tab.Address(), err)
	}
}

// evaluate runs a script of the test, even if the page's scripts are switched off. It fails while a
// page is being left and is tried again on the next page.
func (tab *Tab) evaluate(expression string) string {
	tab.t.Helper()
	var text string
	var err error
	if !tab.until(func() bool { text, err = run(tab, chromedp.Evaluate[string](expression)); return err == nil }) {
		tab.t.Fatalf("%s: %v", expression, err)
	}
	return text
}

// until calls done again and again until it returns true or patience is over.
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

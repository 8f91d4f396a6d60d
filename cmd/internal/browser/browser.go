// Package browser lets tests walk through pages in headless Chromium as a visitor does. Only tests
// import it.
package browser

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/device"
)

// Browser is a running Chromium.
type Browser struct{ ctx context.Context }

// Start runs Chromium until the test ends. Without Chromium the test is skipped, and with CI set it
// fails.
func Start(t *testing.T) *Browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program(t)), chromedp.WindowSize(desktopWidth, desktopHeight),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("lang", "zh-CN"),
		chromedp.WSURLReadTimeout(startTime))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium refuses to run its sandbox as root
	}
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, closeBrowser := chromedp.NewContext(ctx)
	t.Cleanup(closeBrowser)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	return &Browser{ctx}
}

// startTime is how long Chromium may take to start. Where it is started for the first time, on a machine
// that compiles meanwhile, its files are read from a disk that others use.
const startTime = 2 * time.Minute

func program(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const missing = "Chromium is not installed; on Debian: apt-get install chromium"
	if os.Getenv("CI") != "" {
		t.Fatal(missing)
	}
	t.Skip("SKIPPED in the browser: " + missing)
	return ""
}

// The windows that visitors have.
const (
	desktopWidth, desktopHeight = 1280, 900
	phoneWidth, phoneHeight     = 375, 667
)

// Visitor is the device and browser with which somebody looks at the pages.
type Visitor struct {
	Phone     bool   // with touch and the phone's own User-Agent
	Width     int64  // of the window in CSS pixels; 0 = 1280, on a phone 375. A wide screen at 400 % zoom is one of 320
	Agent     string // User-Agent; empty = Chromium's own, or a phone's on a phone
	NoScripts bool   // JavaScript is switched off
	Pictures  string // folder for Tab.Picture; empty takes none
}

// Open opens a tab with cookies of its own for the visitor. Errors in a page's scripts are errors of
// the test. If the test fails, a picture of its last page is kept among the test's artifacts.
func (b *Browser) Open(t *testing.T, v Visitor) *Tab {
	t.Helper()
	ctx, closeTab := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	return (&Tab{t: t, ctx: ctx, visitor: v}).opened(closeTab)
}

// Beside opens a second tab of the same visitor, with the same cookies.
func (tab *Tab) Beside() *Tab {
	tab.t.Helper()
	ctx, closeTab := chromedp.NewContext(tab.ctx)
	return (&Tab{t: tab.t, ctx: ctx, visitor: tab.visitor}).opened(closeTab)
}

// opened sets a new tab up for its visitor, and closes it when the test ends.
func (tab *Tab) opened(closeTab func()) *Tab {
	tab.t.Helper()
	tab.t.Cleanup(func() {
		if tab.t.Failed() {
			tab.keepLastPage()
		}
		closeTab()
	})
	noScripts := emulation.SetScriptExecutionDisabledParams{Value: tab.visitor.NoScripts}
	scripts := func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, noScripts)
		return chromedp.Void{}, err
	}
	if err := chromedp.Do(tab.ctx, scripts); err != nil {
		tab.t.Fatalf("open a tab: %v", err)
	}
	if tab.visitor.Phone {
		tab.do("be a phone", chromedp.Emulate(device.IPhone8))
	}
	if tab.visitor.Agent != "" {
		agent := emulation.SetUserAgentOverrideParams{UserAgent: tab.visitor.Agent}
		tab.do("call itself "+tab.visitor.Agent, func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
			_, err := chromedp.Call(ctx, emulation.SetUserAgentOverride, agent)
			return chromedp.Void{}, err
		})
	}
	tab.usualSize()
	if err := chromedp.Listen(tab.ctx, tab.onEvent); err != nil {
		tab.t.Fatalf("listen to the tab: %v", err)
	}
	return tab
}

// usualSize gives the window the size that the visitor has.
func (tab *Tab) usualSize() {
	tab.t.Helper()
	width, height := int64(desktopWidth), int64(desktopHeight)
	if tab.visitor.Phone {
		width, height = phoneWidth, phoneHeight
	}
	if tab.visitor.Width != 0 {
		width, height = tab.visitor.Width, height*tab.visitor.Width/width
	}
	tab.Resize(width, height)
}

// onEvent reports failing scripts, console errors, violations of the Content-Security-Policy and
// resources that are missing.
func (tab *Tab) onEvent(event any) {
	switch event := event.(type) {
	case *runtime.EventExceptionThrown:
		text := event.ExceptionDetails.Text
		if thrown := event.ExceptionDetails.Exception; thrown != nil {
			text = thrown.Description
		}
		tab.t.Errorf("script: %s", text)
	case *runtime.EventConsoleAPICalled:
		if event.Type == runtime.ConsoleAPICalledTypeError {
			for _, said := range event.Args {
				tab.t.Errorf("console: %s %s", said.Value, said.Description)
			}
		}
	case *log.EventEntryAdded:
		missing := event.Entry.Source == log.EntrySourceNetwork && strings.Contains(event.Entry.URL, "/static/")
		if event.Entry.Source == log.EntrySourceSecurity || missing {
			tab.t.Errorf("browser: %s %s", event.Entry.Text, event.Entry.URL)
		}
	}
}

package browser

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/chromedp/chromedp"
)

// Picture stores the whole page as NAME-WIDTH.png in the visitor's folder.
func (tab *Tab) Picture(name string) {
	tab.t.Helper()
	if tab.visitor.Pictures == "" {
		return
	}
	tab.loadImages()
	file := filepath.Join(tab.visitor.Pictures, fmt.Sprintf("%s-%d.png", name, tab.width))
	err := errors.Join(os.MkdirAll(tab.visitor.Pictures, 0o755), tab.store(file))
	if err != nil {
		tab.t.Errorf("picture of %s: %v", name, err)
	}
}

// PictureInTheDark is Picture in the dark scheme, as NAME-dark-WIDTH.png.
func (tab *Tab) PictureInTheDark(name string) {
	tab.t.Helper()
	tab.setMedia("", "dark")
	defer tab.setMedia("", "")
	tab.Picture(name + "-dark")
}

// loadImages waits for the images further down, which browsers leave out until they are scrolled to.
func (tab *Tab) loadImages() {
	tab.t.Helper()
	const missing = `String([...document.images].filter((image) => {
		image.loading = "eager";
		return !image.complete
	}).length)`
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

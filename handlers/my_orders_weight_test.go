package handlers_test

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"

	"luffy/models"
	"luffy/models/modelstest"
)

// maxWeight is what My Orders with ten orders may weigh compressed: the page, the style sheet and
// the script together.
const maxWeight = 40 << 10

// My Orders is light, loads no font, and its other files may be cached for ever.
func TestMyOrdersWeight(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, ann := w.student("ann")
	for range models.OrdersPerPage {
		modelstest.Paid(t, w.db, ann, w.stock.Plain.For(30), w.stock.Rate.For(0), w.stock.Step.For(60))
	}
	p := b.open("/myorder/")
	if got := len(p.numbers()); got != models.OrdersPerPage {
		t.Fatalf("got %d orders on the page, want %d", got, models.OrdersPerPage)
	}
	weight := gzipped(t, p.body)
	for _, file := range append(p.attrs("link[rel=stylesheet]", "href"), p.attrs("script", "src")...) {
		asset := b.open(file)
		weight += gzipped(t, asset.body)
		if got := asset.header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
			t.Errorf("%s: got Cache-Control %q, want it immutable", file, got)
		}
		if strings.Contains(asset.body, "@font-face") || strings.Contains(asset.body, "@import") {
			t.Errorf("%s loads a font or another sheet", file)
		}
	}
	t.Logf("%d bytes compressed", weight)
	if weight > maxWeight {
		t.Errorf("got %d bytes compressed, want at most %d", weight, maxWeight)
	}
}

// attrs lists an attribute of the elements.
func (p *page) attrs(selector, name string) []string {
	var all []string
	for _, element := range p.Find(selector).EachIter() {
		all = append(all, element.AttrOr(name, ""))
	}
	return all
}

// gzipped is the length of a text as the shop's middleware compresses it.
func gzipped(t *testing.T, text string) int {
	t.Helper()
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Len()
}

package handlers_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"luffy/models"
	"luffy/models/modelstest"
)

// browser is one visitor's browser. It keeps cookies, sends forms, runs no scripts, and follows
// redirects only when told to.
type browser struct {
	t      *testing.T
	w      *world
	client *http.Client
	header http.Header // sent with every request
}

func (w *world) browser() *browser {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return &browser{t: w.t, w: w, header: http.Header{}, client: &http.Client{
		Jar:           jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

const phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) " +
	"AppleWebKit/605.1.15 Version/17.0 Mobile/15E148 Safari/604.1"

// page is one answer, read to its end.
type page struct {
	*goquery.Document
	t      *testing.T
	url    *url.URL
	status int
	header http.Header
	body   string
}

// do sends a request to an address, or to a path of the shop.
func (b *browser) do(method, address, contentType string, body io.Reader) *page {
	b.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = b.w.shop.URL + address
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, address, body)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header = b.header.Clone()
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	response, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(text)))
	if err != nil {
		b.t.Fatal(err)
	}
	// The parser takes the content of noscript for text, as a browser with scripts does. This
	// browser has none.
	doc.Find("noscript").Each(func(_ int, s *goquery.Selection) { s.ReplaceWithHtml(s.Text()) })
	return &page{doc, b.t, r.URL, response.StatusCode, response.Header, string(text)}
}

func (b *browser) get(address string) *page {
	b.t.Helper()
	return b.do(http.MethodGet, address, "", nil)
}

const formType = "application/x-www-form-urlencoded"

func (b *browser) post(address string, form url.Values) *page {
	b.t.Helper()
	return b.do(http.MethodPost, address, formType, strings.NewReader(form.Encode()))
}

// open gets a page and ends the test unless its status is 200.
func (b *browser) open(address string) *page {
	b.t.Helper()
	p := b.get(address)
	p.want(http.StatusOK)
	return p
}

// submit fills in and sends the form that the page has for an action. Changes are pairs of name and
// value.
func (b *browser) submit(p *page, action string, changes ...string) *page {
	b.t.Helper()
	form := p.form(action)
	for i := 0; i < len(changes); i += 2 {
		form.Set(changes[i], changes[i+1])
	}
	return b.post(p.link(action), form)
}

// follow goes where a redirect leads.
func (b *browser) follow(p *page) *page {
	b.t.Helper()
	return b.get(p.redirect())
}

// form returns what a browser would send if nothing were changed, hidden fields included.
func (p *page) form(action string) url.Values {
	p.t.Helper()
	form := p.Find(`form[action="` + action + `"]`).First()
	if form.Length() == 0 {
		p.t.Fatalf("%s: no form for %s", p.url.Path, action)
	}
	values := url.Values{}
	outside := p.Find(`input[name][form="` + form.AttrOr("id", "none") + `"]`)
	form.Find("input[name]").AddSelection(outside).Each(func(_ int, field *goquery.Selection) {
		kind := field.AttrOr("type", "text")
		if _, checked := field.Attr("checked"); checked || kind != "radio" && kind != "checkbox" {
			values.Add(field.AttrOr("name", ""), field.AttrOr("value", ""))
		}
	})
	form.Find("select[name]").Each(func(_ int, field *goquery.Selection) {
		chosen := field.Find("option[selected]")
		if chosen.Length() == 0 {
			chosen = field.Find("option").First()
		}
		values.Add(field.AttrOr("name", ""), chosen.AttrOr("value", ""))
	})
	return values
}

// link resolves an address that stands on the page.
func (p *page) link(reference string) string {
	p.t.Helper()
	u, err := p.url.Parse(reference)
	if err != nil {
		p.t.Fatalf("%s: %v", p.url.Path, err)
	}
	return u.String()
}

// redirect returns where the page sends the browser.
func (p *page) redirect() string {
	p.t.Helper()
	location := p.header.Get("Location")
	if p.status < 300 || p.status > 399 || location == "" {
		p.t.Fatalf("%s: got status %d without a redirect, title %q", p.url.Path, p.status, p.title())
	}
	return p.link(location)
}

func (p *page) title() string { return p.Find("title").Text() }

func (p *page) h1() string { return strings.TrimSpace(p.Find("h1").Text()) }

// text returns what a reader sees of an element, with single spaces.
func (p *page) text(selector string) string {
	return strings.Join(strings.Fields(p.Find(selector).Text()), " ")
}

// want ends the test unless the page has the status.
func (p *page) want(status int) {
	p.t.Helper()
	if p.status != status {
		p.t.Fatalf("%s: got status %d, title %q; want %d", p.url.Path, p.status, p.title(), status)
	}
}

// wantTo ends the test unless the page is a 303 to that path of the shop.
func (p *page) wantTo(path string) {
	p.t.Helper()
	if location := p.header.Get("Location"); p.status != http.StatusSeeOther || location != path {
		p.t.Fatalf("%s: got status %d to %q, title %q; want 303 to %q", p.url.Path, p.status, location, p.title(), path)
	}
}

// wantText fails the test unless each of the texts is in the element.
func (p *page) wantText(selector string, texts ...string) {
	p.t.Helper()
	got := p.text(selector)
	for _, text := range texts {
		if !strings.Contains(got, text) {
			p.t.Errorf("%s: got %s %q, want %q in it", p.url.Path, selector, got, text)
		}
	}
}

// wantNoText fails the test if the text is in the element.
func (p *page) wantNoText(selector, text string) {
	p.t.Helper()
	if got := p.text(selector); strings.Contains(got, text) {
		p.t.Errorf("%s: got %s %q, want no %q in it", p.url.Path, selector, got, text)
	}
}

func (b *browser) login(name string) {
	b.t.Helper()
	p := b.submit(b.open("/login"), "/login", "username", name, "password", modelstest.Password)
	p.wantTo("/")
}

// addToCart chooses a term on the course's own page.
func (b *browser) addToCart(offers ...models.Offer) {
	b.t.Helper()
	for _, offer := range offers {
		course := b.open("/courses/" + strconv.FormatInt(offer.CourseID, 10))
		b.submit(course, "/cart/items", "expire", strconv.FormatInt(offer.Expire, 10)).wantTo("/cart")
	}
}

// order checks out and gives the redirect to the cashier.
func (b *browser) order(changes ...string) *page {
	b.t.Helper()
	p := b.submit(b.open("/checkout"), "/orders", changes...)
	p.want(http.StatusSeeOther)
	return p
}

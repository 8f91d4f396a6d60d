package main

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
)

// visitor is a browser without scripts: it keeps cookies, follows redirects and sends the forms of
// the page it is on.
type visitor struct {
	t      *testing.T
	client *http.Client
	at     *url.URL
	page   *goquery.Document
}

func newVisitor(t *testing.T) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t: t, client: &http.Client{Jar: jar, Timeout: time.Minute}}
}

func (v *visitor) open(address string) {
	v.t.Helper()
	response, err := v.client.Get(address)
	v.see(response, err)
}

// send fills the named fields of the form in, leaves the others as the page has them, and sends it.
func (v *visitor) send(form string, fields map[string]string) {
	v.t.Helper()
	f := v.page.Find(form)
	if f.Length() != 1 {
		v.t.Fatalf("%s: got %d forms %s, want one", v.at, f.Length(), form)
	}
	values := url.Values{}
	f.Find("input, select").Each(func(_ int, input *goquery.Selection) {
		_, checked := input.Attr("checked")
		if kind := input.AttrOr("type", ""); kind != "radio" && kind != "checkbox" || checked {
			values.Set(input.AttrOr("name", ""), input.AttrOr("value", ""))
		}
	})
	for name, value := range fields {
		values.Set(name, value)
	}
	action, err := v.at.Parse(f.AttrOr("action", ""))
	if err != nil {
		v.t.Fatal(err)
	}
	response, err := v.client.PostForm(action.String(), values)
	v.see(response, err)
}

// follow opens where a link leads.
func (v *visitor) follow(link string) {
	v.t.Helper()
	address, err := v.at.Parse(v.page.Find(link).AttrOr("href", ""))
	if err != nil {
		v.t.Fatal(err)
	}
	v.open(address.String())
}

func (v *visitor) see(response *http.Response, err error) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	defer response.Body.Close()
	v.at = response.Request.URL
	if v.page, err = goquery.NewDocumentFromReader(response.Body); err != nil {
		v.t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK {
		v.t.Fatalf("%s: got status %d, %q", v.at, response.StatusCode, v.text("h1"))
	}
}

func (v *visitor) text(selector string) string { return v.page.Find(selector).First().Text() }

// coupon returns the value of the choice on the checkout page that has the coupon's name.
func (v *visitor) coupon(name string) string {
	v.t.Helper()
	value, ok := v.page.Find("label.option:contains('" + name + "') input").Attr("value")
	if !ok {
		v.t.Fatalf("%s: the coupon %s cannot be chosen", v.at, name)
	}
	return value
}

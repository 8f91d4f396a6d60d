// Package views holds the shop's pages: templ components and the plain structs that they take. A page
// struct holds everything that its page shows. The package runs no query, knows no HTTP and computes no
// money.
//
// Two conventions hold for every struct. A zero time.Time means "there is none" (never paid, no end
// date, no deadline). A picture is the name of a file in package static ("img/python.svg"), an
// address of the shop ("/media/1.jpg") or empty; what cannot be found is shown as a placeholder.
package views

import "strings"

// Page is what the layout around every page needs. Each page struct embeds it.
type Page struct {
	CSRF      string // value of the hidden field _csrf in every POST form
	User      string // name of the signed-in student; empty when signed out
	Staff     bool   // whether they are of the staff, whose pages the header then leads to
	Back      string // where a login from the header comes back to; empty means the course list
	CartCount int    // courses in the cart, shown in the header
	Contact   string // how to reach the people behind the shop, one line; empty shows nothing
	Flash     Flash
}

// Flash is the one message that a redirect leaves for the next page. The zero Flash shows nothing.
type Flash struct {
	Text  string
	Error bool // the student has to do something, not only to know it
}

// FieldErrors maps a form field's name to the sentence that says what is wrong with it; the key ""
// holds a sentence about the form as a whole.
type FieldErrors map[string]string

// Link is a link with its text.
type Link struct {
	Text string
	Href string
}

// crumb is one step of the breadcrumb; the last one has no address.
type crumb = Link

// signedIn reports whether a student is behind this page.
func (p Page) signedIn() bool { return p.User != "" }

// initial is the letter in the round badge of the account pages.
func (p Page) initial() string {
	for _, r := range p.User {
		return string(r)
	}
	return ""
}

// pathOf is an address without its query.
func pathOf(address string) string {
	path, _, _ := strings.Cut(address, "?")
	return path
}

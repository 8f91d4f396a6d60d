package main

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"luffy/cmd/internal/browser"
	"luffy/handlers"
	"luffy/models/modelstest"
)

// pageState is one page in one state.
type pageState struct {
	name   string // of its picture
	path   string
	status int                // 0 = 200
	steps  func(*browser.Tab) // what leads from the page at the path to the state; nil for nothing
}

// show brings the tab to the state.
func (p pageState) show(tab *browser.Tab, shop string) {
	if p.status == 0 {
		tab.Go(shop + p.path)
	} else {
		tab.GoRefused(p.status, shop+p.path)
	}
	if p.steps != nil {
		p.steps(tab)
	}
}

// TestPages looks at every page in every state, on a wide screen and on a phone: frame and titles
// (C2, C3), barriers that axe-core finds, in the light and in the dark (C4), focus and targets (C5),
// windows of 320 px and raised text spacing (C6), actions and order on a phone (O20), and nothing
// that moves or complains. With -screenshots it takes their pictures instead.
func TestPages(t *testing.T) {
	chromium := browser.Start(t)
	s := newScene(t)
	t.Run("every route", s.wantEveryRoute)
	for who, states := range s.pages() {
		for device, visitor := range map[string]browser.Visitor{
			"desktop": {Pictures: *pictures}, "phone": {Phone: true, Pictures: *pictures},
		} {
			if who == buyerInWeChat {
				visitor.Agent = weChatAgent
			}
			t.Run(who+"/"+device, func(t *testing.T) {
				t.Parallel()
				tab := chromium.Open(t, visitor)
				s.logIn(tab, who)
				titles := map[string]string{}
				for _, state := range states {
					t.Run(state.name, func(t *testing.T) { s.look(tab.In(t), state, titles) })
				}
			})
		}
	}
}

// look checks one state, or takes its picture.
func (s *scene) look(tab *browser.Tab, state pageState, titles map[string]string) {
	state.show(tab, s.shop.shopURL)
	if *pictures != "" {
		tab.Picture(state.name)
		tab.PictureInTheDark(state.name)
		return
	}
	tab.Sound()
	tab.Accessible()
	tab.AccessibleInTheDark()
	tab.OwnTitle(titles)
}

func (s *scene) logIn(tab *browser.Tab, who string) {
	if who == "visitor" {
		return
	}
	tab.Go(s.shop.shopURL + "/login")
	name, _, _ := strings.Cut(who, " ")
	tab.Type("#username", name)
	tab.Type("#password", modelstest.Password)
	tab.Press("#login-submit")
}

// noPages are the routes that show no page of the shop to a visitor.
var noPages = []string{
	"/healthz", "/readyz", "/metrics", "/static/*", "/payments/notify",
	"/myorder", "/mycourses", "/orders", "/cart/items",
}

// wantEveryRoute makes whoever adds a page add it to the pages that are looked at.
func (s *scene) wantEveryRoute(t *testing.T) {
	routes := handlers.New(handlers.Config{SessionKeys: [][]byte{make([]byte, 32)}})
	looked := slices.Clone(noPages)
	for _, states := range s.pages() {
		for _, state := range states {
			r := httptest.NewRequest(http.MethodGet, state.path, nil)
			found := routes.NewContext(r, nil)
			routes.Router().Find(http.MethodGet, r.URL.Path, found)
			looked = append(looked, found.Path())
		}
	}
	for _, route := range routes.Routes() {
		if route.Method == http.MethodGet && !slices.Contains(looked, route.Path) {
			t.Errorf("no state of %s is looked at; add it to the pages of the scene", route.Path)
		}
	}
}

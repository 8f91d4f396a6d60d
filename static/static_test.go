package static

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"
)

func get(t *testing.T, method, url, acceptEncoding string) *http.Response {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, url, nil)
	r.Header.Set("Accept-Encoding", acceptEncoding)
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w.Result()
}

func TestURLHoldsAHash(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, want string }{
		{"shop.css", `^/static/shop\.[0-9a-f]{8}\.css$`},
		{"shop.js", `^/static/shop\.[0-9a-f]{8}\.js$`},
		{"img/go.svg", `^/static/img/go\.[0-9a-f]{8}\.svg$`},
		{"img/placeholder.svg", `^/static/img/placeholder\.[0-9a-f]{8}\.svg$`},
		{"img/none.svg", `^$`},
		{"static.go", `^$`},
	}
	for _, test := range tests {
		if got := URL(test.name); !regexp.MustCompile(test.want).MatchString(got) {
			t.Errorf("URL(%q) = %q, want %s", test.name, got, test.want)
		}
	}
}

func TestEveryFileIsServedForEver(t *testing.T) {
	t.Parallel()
	for name, url := range urls {
		res := get(t, http.MethodGet, url, "")
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		want, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if res.StatusCode != http.StatusOK || string(body) != string(want) {
			t.Errorf("GET %s: status %d with %d bytes, want 200 with %d", url, res.StatusCode, len(body), len(want))
		}
		if got, want := res.Header.Get("Cache-Control"), "public, max-age=31536000, immutable"; got != want {
			t.Errorf("GET %s: Cache-Control %q, want %q", url, got, want)
		}
		if res.Header.Get("Content-Type") == "" {
			t.Errorf("GET %s: no Content-Type", url)
		}
	}
}

func TestGzipOnlyWhereAccepted(t *testing.T) {
	t.Parallel()
	tests := []struct {
		accept string
		want   bool
	}{
		{"gzip, deflate, br", true},
		{"br;q=1.0, GZIP;q=0.5", true},
		{"gzip;q=0", false},
		{"gzip; q=0.0", false},
		{"identity", false},
		{"", false},
	}
	want, err := files.ReadFile("shop.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		res := get(t, http.MethodGet, URL("shop.css"), test.accept)
		if got := res.Header.Get("Content-Encoding") == "gzip"; got != test.want {
			t.Errorf("Accept-Encoding %q: gzip %v, want %v", test.accept, got, test.want)
			continue
		}
		body := res.Body
		if test.want {
			if body, err = gzip.NewReader(res.Body); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := io.ReadAll(body); err != nil || string(got) != string(want) {
			t.Errorf("Accept-Encoding %q: other content than shop.css (error %v)", test.accept, err)
		}
		if got := res.Header.Get("Vary"); got != "Accept-Encoding" {
			t.Errorf("Accept-Encoding %q: Vary %q, want Accept-Encoding", test.accept, got)
		}
	}
}

func TestNothingElseIsServed(t *testing.T) {
	t.Parallel()
	tests := []struct {
		method, path string
		want         int
	}{
		{http.MethodGet, "/static/", http.StatusNotFound},
		{http.MethodGet, "/static/img/", http.StatusNotFound},
		{http.MethodGet, "/static/shop.css", http.StatusNotFound},
		{http.MethodGet, "/static/shop.00000000.css", http.StatusNotFound},
		{http.MethodGet, "/static/static.go", http.StatusNotFound},
		{http.MethodGet, "/static/../go.mod", http.StatusNotFound},
		{http.MethodPost, URL("shop.css"), http.StatusMethodNotAllowed},
		{http.MethodHead, URL("shop.css"), http.StatusOK},
	}
	for _, test := range tests {
		res := get(t, test.method, test.path, "")
		if res.StatusCode != test.want {
			t.Errorf("%s %s: status %d, want %d", test.method, test.path, res.StatusCode, test.want)
		}
		if res.StatusCode != http.StatusOK && res.Header.Get("Cache-Control") != "" {
			t.Errorf("%s %s: a refusal may be cached: %q", test.method, test.path, res.Header.Get("Cache-Control"))
		}
	}
}

// Browsers of before 2023 do not know :has, and leave out the whole rule of a list with a selector
// that they do not know.
func TestHasStandsAlone(t *testing.T) {
	t.Parallel()
	sheet, err := files.ReadFile("shop.css")
	if err != nil {
		t.Fatal(err)
	}
	rules := regexp.MustCompile(`([^{}]*:has\([^{}]*)\{`).FindAllSubmatch(sheet, -1)
	if len(rules) == 0 {
		t.Error("no rule with :has is found")
	}
	for _, rule := range rules {
		if bytes.Contains(rule[1], []byte(",")) {
			t.Errorf("%s: the others of the list go with it", bytes.TrimSpace(rule[1]))
		}
	}
}

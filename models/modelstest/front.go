package modelstest

import (
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"
)

// Front is the address of a shop whose processes come and go. Each listens on a port of its own, so
// nobody else can take the shop's address between the end of one and the start of the next.
type Front struct {
	URL    string
	behind atomic.Pointer[url.URL]
}

// NewFront opens such an address until the test ends.
func NewFront(t testing.TB) *Front {
	t.Helper()
	f := &Front{}
	server := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(f.behind.Load())
		r.Out.Host = r.In.Host
	}})
	t.Cleanup(server.Close)
	f.URL = server.URL
	f.LeadTo("127.0.0.1:1") // nobody
	return f
}

// LeadTo passes all further requests on to the process that listens at host:port.
func (f *Front) LeadTo(address string) { f.behind.Store(&url.URL{Scheme: "http", Host: address}) }

package handlers_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/metrics"
	"strings"
	"sync"
	"testing"
	"time"

	"luffy/models/modelstest"
)

// Forty guesses at the same moment, each from another address so that no limit stops them, take no more
// memory than a few, and a student who logs in among them gets in.
func TestCrowdAtTheLogin(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t), func(s *setup) {
		s.proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	})
	modelstest.Student(t, w.db, "ann")
	most := watchMemory(t)
	var crowd sync.WaitGroup
	ready := make(chan struct{})
	visitor := w.browser()
	form := visitor.open("/login").form("/login")
	token := visitor.cookie("luffy_csrf")
	for i := range 40 {
		r := guessFrom(w.shop.URL, fmt.Sprintf("203.0.113.%d", i), token, url.Values{
			"_csrf": form["_csrf"], "username": {fmt.Sprintf("nobody%d", i)}, "password": {"wrong horse"},
		})
		crowd.Go(func() {
			<-ready
			answer, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Error(err)
				return
			}
			answer.Body.Close()
			if answer.StatusCode != http.StatusUnprocessableEntity {
				t.Errorf("got status %d for one of the crowd, want 422", answer.StatusCode)
			}
		})
	}
	close(ready)
	w.browser().login("ann")
	crowd.Wait()
	const limit = 250 << 20 // of 760 MB that all of them need at once
	if got := most(); got > limit {
		t.Errorf("got %d MB in use, want at most %d", got>>20, limit>>20)
	}
}

func guessFrom(shop, address, token string, form url.Values) *http.Request {
	r, err := http.NewRequest(http.MethodPost, shop+"/login", strings.NewReader(form.Encode()))
	if err != nil {
		panic(err) // cannot happen: the address is the test server's
	}
	r.Header = http.Header{"Content-Type": {formType}, "X-Forwarded-For": {address}, "Cookie": {"luffy_csrf=" + token}}
	return r
}

// watchMemory watches the size of the heap until most is called, which returns the largest.
func watchMemory(t *testing.T) (most func() uint64) {
	stop, seen := make(chan struct{}), make(chan uint64, 1)
	go func() {
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		peak := uint64(0)
		for {
			metrics.Read(heap)
			peak = max(peak, heap[0].Value.Uint64())
			select {
			case <-tick.C:
			case <-stop:
				seen <- peak
				return
			}
		}
	}()
	most = sync.OnceValue(func() uint64 { close(stop); return <-seen })
	t.Cleanup(func() { most() })
	return most
}

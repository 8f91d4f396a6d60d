package sandbox_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync"
	"testing"
)

// shop hears notifies.
type shop struct {
	server *httptest.Server

	mu       sync.Mutex
	answer   http.HandlerFunc
	notifies []url.Values
	returns  []*http.Request
}

func newShop(t *testing.T) *shop {
	sh := &shop{answer: replying(http.StatusOK, "success")}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /notify", sh.hear)
	mux.HandleFunc("GET /result", func(_ http.ResponseWriter, r *http.Request) {
		sh.mu.Lock()
		defer sh.mu.Unlock()
		sh.returns = append(sh.returns, r)
	})
	sh.server = httptest.NewServer(mux)
	t.Cleanup(sh.server.Close)
	return sh
}

func replying(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

func (sh *shop) hear(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	form, err2 := url.ParseQuery(string(body))
	if err != nil || err2 != nil {
		http.Error(w, "unreadable", http.StatusBadRequest)
		return
	}
	sh.mu.Lock()
	sh.notifies = append(sh.notifies, form)
	answer := sh.answer
	sh.mu.Unlock()
	answer(w, r)
}

func (sh *shop) reply(answer http.HandlerFunc) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	sh.answer = answer
}

func (sh *shop) heard() []url.Values {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return slices.Clone(sh.notifies)
}

func (sh *shop) returned() []*http.Request {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return slices.Clone(sh.returns)
}

// awaitNotifies waits for n notifies and gives them.
func (w *world) awaitNotifies(n int) []url.Values {
	w.t.Helper()
	until(w.t, "notifies", func() bool { return len(w.shop.heard()) >= n })
	return w.shop.heard()
}

// waiting answers success once the channel is closed.
func waiting(release <-chan struct{}) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		<-release
		io.WriteString(w, "success")
	}
}

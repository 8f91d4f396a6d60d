package sandbox_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"luffy/models/alipay/sandbox"
)

const (
	appID    = "2016091600523592"
	sellerID = "2088102175868026"
)

// Keys take long to make, and no test changes them.
var appKey, alipayKey = sync.OnceValue(newKey), sync.OnceValue(newKey)

func newKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}

// world is a simulator behind HTTP on a clock that stands still, and a shop that signs requests and
// hears notifies.
type world struct {
	t      *testing.T
	s      *sandbox.Sandbox
	server *httptest.Server
	shop   *shop
	now    func() time.Time // the shop's clock
}

func newWorld(t *testing.T, change ...func(*sandbox.Config)) *world {
	t.Helper()
	cfg := sandbox.Config{AppID: appID, SellerID: sellerID, AppPublicKey: &appKey().PublicKey, Key: alipayKey()}
	for _, c := range change {
		c(&cfg)
	}
	s, err := sandbox.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SetClock("manual"); err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, s: s, server: httptest.NewServer(s.Handler()), shop: newShop(t), now: time.Now}
	t.Cleanup(func() {
		w.server.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// evening is ten o'clock of a Saturday evening in Beijing.
var evening = time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)

// newEvening is a world in which it is evening, for the shop too.
func newEvening(t *testing.T, change ...func(*sandbox.Config)) *world {
	t.Helper()
	w := newWorld(t, append(change, func(cfg *sandbox.Config) { cfg.Now = func() time.Time { return evening } })...)
	w.now = w.s.Now
	return w
}

// run starts the notify worker; the returned function stops it and waits for its end.
func (w *world) run() (stop func()) {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.s.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			w.t.Errorf("Run: %v", err)
		}
	})
	w.t.Cleanup(stop)
	return stop
}

// advance moves the virtual clock.
func (w *world) advance(d time.Duration) {
	w.t.Helper()
	if err := w.s.Advance(d); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) fault(f sandbox.Fault) {
	w.t.Helper()
	if err := w.s.AddFault(f); err != nil {
		w.t.Fatal(err)
	}
}

// until polls for a state that another goroutine brings about.
func until(t *testing.T, what string, reached func() bool) {
	t.Helper()
	deadline := time.After(time.Minute)
	for !reached() {
		select {
		case <-deadline:
			t.Fatalf("waited in vain for: %s", what)
		case <-time.After(2 * time.Millisecond):
		}
	}
}

type object = map[string]any

// order is the biz_content of a payment; more overrides its members.
func order(method, outTradeNo string, more object) object {
	biz := object{
		"out_trade_no": outTradeNo, "total_amount": "310.00", "subject": "路飞学城-Python 课程",
		"product_code": sandbox.ProductPage,
	}
	if method == wapPay {
		biz["product_code"], biz["quit_url"] = sandbox.ProductWap, "http://127.0.0.1:1/quit"
	}
	maps.Copy(biz, more)
	return biz
}

const (
	pagePay = "alipay.trade.page.pay"
	wapPay  = "alipay.trade.wap.pay"
)

// reply is one answer of the simulator, read to its end.
type reply struct {
	status   int
	location string
	header   http.Header
	body     string
}

func (w *world) do(r *http.Request) reply {
	w.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return reply{response.StatusCode, response.Header.Get("Location"), response.Header, string(body)}
}

func (w *world) get(address string) reply {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, address, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.do(r)
}

func (w *world) post(address string, form url.Values) reply {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	return w.do(r)
}

func (w *world) gateway(params map[string]string) string {
	return w.server.URL + "/gateway.do?" + signed(params).Encode()
}

// open asks for a cashier page and gives its address.
func (w *world) open(method, outTradeNo string, more object) string {
	w.t.Helper()
	got := w.get(w.gateway(w.common(method, order(method, outTradeNo, more))))
	if got.status != http.StatusFound {
		w.t.Fatalf("%s %s: status %d, want 302; page: %s", method, outTradeNo, got.status, got.subCode())
	}
	return got.location
}

var subCode = regexp.MustCompile(`id="sub-code">([^<]+)<`)

// subCode reads the error code of a page; "" = none.
func (r reply) subCode() string {
	if found := subCode.FindStringSubmatch(r.body); found != nil {
		return found[1]
	}
	return ""
}

// login goes through the first step on the PC.
func (w *world) login(cashier, buyer string) {
	w.t.Helper()
	if got := w.post(cashier+"/login", url.Values{"buyer": {buyer}}); got.status != http.StatusSeeOther {
		w.t.Fatalf("login: status %d, want 303", got.status)
	}
}

// pay goes through the whole cashier and gives its address.
func (w *world) pay(method, outTradeNo string, more object) string {
	w.t.Helper()
	cashier := w.open(method, outTradeNo, more)
	form := url.Values{"password": {sandbox.Password}}
	if method == wapPay {
		form.Set("buyer", sandbox.BuyerRich)
	} else {
		w.login(cashier, sandbox.BuyerRich)
	}
	if got := w.post(cashier+"/pay", form); got.status != http.StatusSeeOther {
		w.t.Fatalf("pay: status %d, want 303", got.status)
	}
	return cashier
}

// call makes an API call, checks the signature of the answer and gives its object.
func (w *world) call(method string, biz any) map[string]string {
	w.t.Helper()
	got := w.post(w.server.URL+"/gateway.do?charset=utf-8", without(signed(w.common(method, biz)), "charset"))
	return w.openAnswer(method, got)
}

func without(form url.Values, name string) url.Values {
	form.Del(name)
	return form
}

// openAnswer takes an answer apart by its raw bytes.
func (w *world) openAnswer(method string, got reply) map[string]string {
	w.t.Helper()
	key := `{"` + strings.ReplaceAll(method, ".", "_") + `_response":`
	text, sign, cut := strings.Cut(strings.TrimPrefix(got.body, key), `,"sign":"`)
	if !strings.HasPrefix(got.body, key) || !cut || !genuine(w, text, strings.TrimSuffix(sign, `"}`)) {
		w.t.Fatalf("%s: answer is not signed: %s", method, got.body)
	}
	var members map[string]any
	if err := json.Unmarshal([]byte(text), &members); err != nil {
		w.t.Fatal(err)
	}
	flat := map[string]string{}
	for name, value := range members {
		if text, isText := value.(string); isText {
			flat[name] = text
		}
	}
	return flat
}

func fuzzedHandler(f *testing.F) http.Handler {
	s, err := sandbox.New(sandbox.Config{
		AppID: appID, SellerID: sellerID, AppPublicKey: &appKey().PublicKey, Key: alipayKey(), Strict: true,
	})
	if err != nil {
		f.Fatal(err)
	}
	return s.Handler()
}

func newServer(t *testing.T, handler http.Handler) (address string) {
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

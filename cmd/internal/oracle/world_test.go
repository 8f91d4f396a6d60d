package oracle

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/smartwalle/nsign"

	"luffy/models/alipay"
	"luffy/models/alipay/sandbox"
)

const (
	appID    = "2016091600523592"
	sellerID = "2088102175868026"
	subject  = "中文 + % 课" // what is quoted wrongly anywhere comes out changed
)

// world is a simulator behind a gate that looks at every request with the verifying code of nsign,
// which smartwalle's client uses.
type world struct {
	t       *testing.T
	app     *rsa.PrivateKey
	alipay  *rsa.PrivateKey
	sandbox *sandbox.Sandbox
	gateway string
	base    string // of the simulator, without the gate
	judge   nsign.Signer
	judged  int // requests that carried a signature
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, app: newKey(t), alipay: newKey(t)}
	w.judge = nsign.New(nsign.WithMethod(nsign.NewRSAMethod(crypto.SHA256, nil, &w.app.PublicKey)))
	var err error
	w.sandbox, err = sandbox.New(sandbox.Config{
		AppID: appID, SellerID: sellerID, AppPublicKey: &w.app.PublicKey, Key: w.alipay,
	})
	w.must(err)
	gate := httptest.NewServer(http.HandlerFunc(w.judgeRequest))
	t.Cleanup(gate.Close)
	w.base, w.gateway = gate.URL, gate.URL+"/gateway.do"
	w.sandbox.SetBaseURL(gate.URL)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- w.sandbox.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return w
}

func (w *world) judgeRequest(answer http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.t.Error(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	values := r.URL.Query()
	if form, err := url.ParseQuery(string(body)); err == nil {
		for name := range form {
			values.Set(name, form.Get(name))
		}
	}
	if r.URL.Path == "/gateway.do" {
		w.wantSigned(values)
	}
	w.sandbox.Handler().ServeHTTP(answer, r)
}

// wantSigned lets the other implementation verify a request of the app.
func (w *world) wantSigned(values url.Values) {
	w.t.Helper()
	w.judged++
	signature, err := base64.StdEncoding.DecodeString(values.Get("sign"))
	if err == nil {
		err = w.judge.VerifyValues(values, signature, nsign.WithIgnore("sign"))
	}
	if err != nil {
		w.t.Errorf("%s: nsign refuses it: %v", values.Get("method"), err)
	}
}

// ours is the shop's client at this simulator.
func (w *world) ours() *alipay.Client {
	w.t.Helper()
	client, err := alipay.NewClient(alipay.Config{
		Gateway: w.gateway, AppID: appID, SellerID: sellerID,
		AppPrivateKey: w.app, AlipayPublicKeys: []*rsa.PublicKey{&w.alipay.PublicKey}, Now: w.sandbox.Now,
	})
	w.must(err)
	return client
}

// shop receives notifies; each is given to the channel as its raw body and answered with success.
func (w *world) shop() (address string, notifies <-chan string) {
	got := make(chan string, 10)
	server := httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.t.Error(err)
		}
		got <- string(body)
		_, _ = io.WriteString(answer, "success")
	}))
	w.t.Cleanup(server.Close)
	return server.URL, got
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func newKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// privateText and publicText are keys as Alipay's own tool writes them: bare base64.
func privateText(t *testing.T, key *rsa.PrivateKey) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(der)
}

func publicText(t *testing.T, key *rsa.PublicKey) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(der)
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"time"

	"luffy/models"
	"luffy/models/alipay/sandbox"
)

// toAlipay carries the shop's calls. The world goes on while a call or its answer is on its way.
type toAlipay struct{ *world }

// dying is how rarely the shop dies in a call: on average once in so many calls before the call has an
// effect, and as often after it.
const dying = 400

var errCut = errors.New("simulated: the connection was cut")

// RoundTrip makes the call.
func (w toAlipay) RoundTrip(r *http.Request) (*http.Response, error) {
	c, err := readCall(r)
	if err != nil {
		return nil, err
	}
	method, outTradeNo, ctx, begun := c.method, c.OutTradeNo, r.Context(), w.now
	w.meanwhile(ctx, outTradeNo)
	w.mayDie(outTradeNo, method)
	w.plantCall(c)
	if method == "alipay.trade.refund" && w.now.Sub(begun) < callLimit {
		w.wantPause(outTradeNo)
	}
	response, err := serve(w.gateway, r)
	if err != nil {
		w.note(outTradeNo, "%s: %v", method, err)
		w.pass(w.between(time.Second, 10*time.Second))
		return nil, err
	}
	w.note(outTradeNo, "%s: %s", method, summary(response))
	w.meanwhile(ctx, outTradeNo)
	w.mayDie(outTradeNo, method)
	return response, nil
}

// callLimit is how long the shop would wait for a call. Some calls in this world take longer, because
// the shop's own limits do not run out here.
const callLimit = 10 * time.Second

// wantPause fails if the shop does not keep the three seconds that Alipay wants between two refunds of
// one trade.
func (w *world) wantPause(outTradeNo string) {
	if last, asked := w.refunding[outTradeNo]; asked && w.now.Sub(last) < 3*time.Second {
		w.fail(outTradeNo, fmt.Errorf("a refund of %s is asked for %v after another", outTradeNo, w.now.Sub(last)))
	}
	w.refunding[outTradeNo] = w.now
}

func (w toAlipay) mayDie(outTradeNo, method string) {
	if w.calmed || !w.oneIn(dying) {
		return
	}
	w.note(outTradeNo, "the shop dies at %s", method)
	w.count.fault("the shop dies in a call")
	runtime.Goexit()
}

// meanwhile lets time pass. Now and then something else happens, most often to the same order.
func (w *world) meanwhile(ctx context.Context, outTradeNo string) {
	w.pass(w.between(5*time.Millisecond, 300*time.Millisecond))
	if w.depth > 3 || w.calmed {
		return
	}
	switch w.rng.IntN(20) {
	case 0, 1:
		w.deliver(ctx)
	case 2:
		w.pass(w.between(time.Second, 20*time.Second))
		w.deliver(ctx)
	case 3:
		w.anyJob(ctx)
	case 4:
		if l := w.lifeOf(outTradeNo); l != nil {
			l.anything(ctx)
		}
	}
}

// call is the part of a call that the simulation reads.
type call struct {
	method       string
	OutTradeNo   string `json:"out_trade_no"`
	OutRequestNo string `json:"out_request_no"`
}

func readCall(r *http.Request) (call, error) {
	c := call{method: r.URL.Query().Get("method")}
	if r.Body == nil {
		c.method = strings.TrimPrefix(r.URL.Path, "/")
		return c, nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return c, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal([]byte(form.Get("biz_content")), &c)
}

// serve hands a request to a handler as a server would.
func serve(h http.Handler, r *http.Request) (response *http.Response, err error) {
	defer func() {
		if caught := recover(); caught != nil {
			if caught != http.ErrAbortHandler { //nolint:errorlint // it is thrown as it is
				panic(caught)
			}
			response, err = nil, errCut
		}
	}()
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

// summary reads the beginning of an answer, in which the code stands, and puts it back.
func summary(r *http.Response) string {
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil || !bytes.HasPrefix(body, []byte("{")) {
		return r.Status
	}
	var words []string
	for _, name := range []string{`"code":"`, `"sub_code":"`, `"trade_status":"`, `"fund_change":"`, `"refund_status":"`} {
		if _, rest, found := bytes.Cut(body, []byte(name)); found {
			word, _, _ := bytes.Cut(rest, []byte(`"`))
			words = append(words, string(word))
		}
	}
	return strings.Join(words, " ")
}

// toShop carries Alipay's notifies.
type toShop struct{ *world }

// RoundTrip delivers a notify to the shop's own handlers.
func (w toShop) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	// Otherwise the ID is drawn from a pool of random bytes that does not depend on the seed.
	r.Header.Set("X-Request-Id", "simulated")
	said, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	w.pass(w.between(5*time.Millisecond, 100*time.Millisecond))
	var response *http.Response
	err = w.act(func() (err error) {
		response, err = serve(w.pages, r) //nolint:bodyclose // the simulator closes what it is given
		return err
	})
	outTradeNo := said.Get("out_trade_no")
	if err != nil {
		w.note(outTradeNo, "notify %s: %v", said.Get("trade_status"), err)
		return nil, err
	}
	w.note(outTradeNo, "notify %s %s: %d", said.Get("trade_status"), said.Get("out_biz_no"), response.StatusCode)
	w.heard(r.Context(), said, string(body), response.StatusCode == http.StatusOK)
	return response, nil
}

// heard checks that the shop has stored what it acknowledged, because Alipay will not repeat it.
func (w *world) heard(ctx context.Context, said url.Values, body string, acknowledged bool) {
	outTradeNo := said.Get("out_trade_no")
	trade, known := w.alipay.Trade(outTradeNo)
	if !known {
		return
	}
	if said.Get("total_amount") != models.Fen(trade.Total).String() {
		if _, err := w.client.VerifyNotify(body); err == nil {
			w.forged[outTradeNo] = true
			// The same notify may have come with the right sum before: its ID alone says nothing.
			const fulfilled = "SELECT COUNT(*) FROM ly_payment_event WHERE notify_id = ? AND raw = ? AND verdict = 'accepted'"
			if w.number(ctx, fulfilled, said.Get("notify_id"), []byte(body)) != 0 {
				w.fail(outTradeNo, errors.New("a message of another sum has fulfilled the order"))
			}
		}
	}
	payment := said.Get("trade_status") == sandbox.TradeSuccess && !said.Has("out_biz_no")
	const booked = "SELECT COUNT(*) FROM ly_payment WHERE trade_no = ?"
	if acknowledged && payment && w.number(ctx, booked, said.Get("trade_no")) != 1 {
		w.fail(outTradeNo, errors.New("a payment was acknowledged and is not stored"))
	}
}

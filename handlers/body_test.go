package handlers_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// body is what a client sends instead of a form.
type body struct {
	content  io.Reader
	kind     string // of the content; a form's when empty
	encoding string
	status   int // of a page; Alipay's route answers fail to all of them
}

// strangeBodies are encodings of the form that no browser would send.
func strangeBodies(form url.Values) map[string]body {
	form.Set("x", "1") // some have no field of their own
	large := form.Encode() + "&x=" + strings.Repeat("x", 70_000)
	var parts, packed bytes.Buffer
	fields := multipart.NewWriter(&parts)
	for name := range form {
		_ = fields.WriteField(name, form.Get(name)) // into memory
	}
	_ = fields.Close()
	pack := gzip.NewWriter(&packed)
	_, _ = io.WriteString(pack, form.Encode())
	_ = pack.Close()
	return map[string]body{
		"too large": {content: strings.NewReader(large), status: http.StatusRequestEntityTooLarge},
		"too large, of no length": {
			content: io.MultiReader(strings.NewReader(large)), status: http.StatusRequestEntityTooLarge,
		},
		"too many fields": {
			content: strings.NewReader(form.Encode() + strings.Repeat("&a=", 20_000)), status: http.StatusBadRequest,
		},
		"broken": {content: strings.NewReader(form.Encode() + "&a=%zz"), status: http.StatusBadRequest},
		"in parts": {
			content: &parts, kind: fields.FormDataContentType(), status: http.StatusUnsupportedMediaType,
		},
		"in parts without a border": {
			content: strings.NewReader("x"), kind: "multipart/form-data", status: http.StatusUnsupportedMediaType,
		},
		"compressed": {content: &packed, encoding: "gzip", status: http.StatusUnsupportedMediaType},
		"JSON": {content: strings.NewReader(`{"course":1}`), kind: "application/json",
			status: http.StatusUnsupportedMediaType},
		"of no kind": {content: strings.NewReader(form.Encode()), kind: "?", status: http.StatusUnsupportedMediaType},
	}
}

// All forms have the same limits. A form beyond them is refused as a whole, with a page, even if the
// browser states that it is the shop's own.
func TestStrangeBodies(t *testing.T) {
	eachRoute(t, posts, func(e *estate, method, path string, r route) {
		e.ann.header = http.Header{"Sec-Fetch-Site": {"same-origin"}}
		form := e.fill(r.form)
		before := e.rows()
		for name, b := range strangeBodies(form) {
			got := e.ann.sendBody(method, path, b)
			if got.status != b.status || got.h1() == "" || got.Find("header.top").Length() != 1 {
				e.t.Errorf("%s: got status %d, heading %q; want %d on a page of the shop", name, got.status, got.h1(), b.status)
			}
		}
		e.wantNothingChanged(before, "a strange body")
	})
	eachRoute(t, func(_ string, r route) bool { return r.may == signed }, func(e *estate, method, path string, _ route) {
		if method == http.MethodGet {
			return
		}
		for name, b := range strangeBodies(url.Values{"sign": {"AAAA"}}) {
			if got := e.browser().sendBody(method, path, b); got.status != http.StatusBadRequest || got.body != "fail" {
				e.t.Errorf("%s: got status %d and %q, want 400 and fail", name, got.status, got.body)
			}
		}
	})
}

func (b *browser) sendBody(method, path string, sent body) *page {
	b.t.Helper()
	sender := *b
	sender.header = b.header.Clone()
	if sent.encoding != "" {
		sender.header.Set("Content-Encoding", sent.encoding)
	}
	kind := sent.kind
	if kind == "" {
		kind = formType
	}
	return sender.do(method, path, kind, sent.content)
}

// An address or a cookie of the greatest length that the server accepts is read like a short one.
func TestLongAddresses(t *testing.T) {
	long := strings.Repeat("长x%2f", 2_000)
	gets := func(method string, r route) bool { return method == http.MethodGet && pages(method, r) }
	eachRoute(t, gets, func(e *estate, _, path string, _ route) {
		want := e.ann.get(path).status
		for _, name := range []string{
			"q", "next", "lesson", "page", "status", "older", "coupon", "points", "out_trade_no", "x",
		} {
			if got := e.ann.get(path + "?" + name + "=" + url.QueryEscape(long)).status; got != want {
				e.t.Errorf("with a long %s: got status %d, want %d", name, got, want)
			}
		}
		visitor := e.browser()
		visitor.header.Set("Cookie", "luffy_session="+url.QueryEscape(long)+"; luffy_known="+url.QueryEscape(long))
		if got := visitor.get(path).status; got >= http.StatusInternalServerError {
			e.t.Errorf("with long cookies: got status %d", got)
		}
	})
}

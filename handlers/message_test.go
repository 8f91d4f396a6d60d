package handlers_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"luffy/models"
	"luffy/models/modelstest"
)

// fields are a message of Alipay before it is signed.
type fields map[string]string

// with returns a copy in which names have new values; "-" takes a name away.
func (f fields) with(changes ...string) fields {
	f = maps.Clone(f)
	for i := 0; i < len(changes); i += 2 {
		if f[changes[i]] = changes[i+1]; changes[i+1] == "-" {
			delete(f, changes[i])
		}
	}
	return f
}

// signed writes the message as Alipay does. It does not use the shop's signing code, so that a mistake
// there would show.
func (f fields) signed() string { return f.signedWith(alipayKey()) }

func (f fields) signedWith(key *rsa.PrivateKey) string {
	var pairs []string
	form := url.Values{}
	for _, name := range slices.Sorted(maps.Keys(f)) {
		form.Set(name, f[name])
		if name != "sign_type" {
			pairs = append(pairs, name+"="+f[name])
		}
	}
	digest := sha256.Sum256([]byte(strings.Join(pairs, "&")))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
	if err != nil {
		panic(err)
	}
	form.Set("sign", base64.StdEncoding.EncodeToString(signature))
	return form.Encode()
}

// notifyOf is the notify of a payment in full.
func notifyOf(p models.Payment) fields {
	return fields{
		"notify_id": "n-" + p.OutTradeNo, "notify_type": "trade_status_sync", "notify_time": "2026-11-22 22:30:01",
		"app_id": appID, "seller_id": sellerID, "charset": "utf-8", "version": "1.0", "sign_type": "RSA2",
		"out_trade_no": p.OutTradeNo, "trade_no": "2026112222001439881" + p.OutTradeNo[17:26],
		"trade_status": "TRADE_SUCCESS",
		"total_amount": p.Amount.String(), "subject": "路飞学城-Go 语言实战", "gmt_payment": "2026-11-22 22:30:00",
		"fund_bill_list": `[{"amount":"` + p.Amount.String() + `","fundChannel":"ALIPAYACCOUNT"}]`,
	}
}

// returnOf is the return of a payment in full.
func returnOf(p models.Payment) fields {
	return fields{
		"charset": "utf-8", "out_trade_no": p.OutTradeNo, "method": "alipay.trade.page.pay.return",
		"total_amount": p.Amount.String(), "trade_no": "2026112222001439881" + p.OutTradeNo[17:26], "auth_app_id": appID,
		"version": "1.0", "app_id": appID, "sign_type": "RSA2", "seller_id": sellerID, "timestamp": "2026-11-22 22:30:02",
	}
}

// attempt places an order of one course, 99.00, and opens an attempt to pay it.
func (w *world) attempt(user models.User) models.Payment {
	w.t.Helper()
	return modelstest.Attempt(w.t, w.db, modelstest.Order(w.t, w.db, user, w.stock.Plain.For(30)))
}

// notify posts a body to the notify address as Alipay's server does: no cookie, nobody logged in.
func (w *world) notify(body string) *page {
	w.t.Helper()
	return w.browser().do(http.MethodPost, "/payments/notify", formType+"; charset=utf-8", strings.NewReader(body))
}

// wantAnswer expects one of the two answers that Alipay reads, byte for byte.
func (p *page) wantAnswer(t *testing.T, success bool) {
	t.Helper()
	status, word := http.StatusBadRequest, "fail"
	if success {
		status, word = http.StatusOK, "success"
	}
	if p.status != status || p.body != word {
		t.Errorf("got %d %q, want %d %q", p.status, p.body, status, word)
	}
	if got := p.header.Get("Content-Type"); got != "text/plain; charset=utf-8" {
		t.Errorf("got content type %q, want text/plain", got)
	}
	for _, name := range []string{"Set-Cookie", "Location", "Content-Encoding"} {
		if got := p.header.Get(name); got != "" {
			t.Errorf("got header %s: %s, want none", name, got)
		}
	}
}

func replaceFirst(s, pattern, replacement string) string {
	at := regexp.MustCompile(pattern).FindStringIndex(s)
	if at == nil {
		panic(pattern + " is not in " + s)
	}
	return s[:at[0]] + replacement + s[at[1]:]
}

// paymentOf is an attempt of 99.00 that is not in the database.
func paymentOf(outTradeNo string) models.Payment {
	return models.Payment{OutTradeNo: outTradeNo, Amount: 99_00}
}

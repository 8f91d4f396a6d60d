package sandbox_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"luffy/models/alipay/sandbox"
)

// fetch reads one resource of the JSON API.
func fetch[T any](w *world, path string) T {
	w.t.Helper()
	got := w.get(w.server.URL + "/admin/api/" + path)
	var v T
	if err := json.Unmarshal([]byte(got.body), &v); err != nil || got.status != http.StatusOK {
		w.t.Fatalf("GET %s: status %d, %v: %s", path, got.status, err, got.body)
	}
	return v
}

// act posts JSON to the API and gives the answer.
func (w *world) act(path, body string) reply {
	w.t.Helper()
	address := w.server.URL + "/admin/api/" + path
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	return w.do(r)
}

func TestAdminAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	if got := w.act("faults", `{"name":"notify_duplicate","times":1,"value":"2"}`); got.status != http.StatusOK {
		t.Fatalf("fault: %d %s", got.status, got.body)
	}
	if got := fetch[[]sandbox.Fault](w, "faults"); len(got) != 1 || got[0].Value != "2" {
		t.Errorf("faults: got %+v, want the one that was set", got)
	}
	w.pay(pagePay, "A1", nil)
	until(t, "deliveries", func() bool { return len(fetch[[]sandbox.Delivery](w, "deliveries?out_trade_no=A1")) == 2 })

	view := fetch[struct {
		Trade      sandbox.Trade
		Events     []sandbox.Event
		Deliveries []sandbox.Delivery
	}](w, "trades/A1")
	if view.Trade.Total != 310_00 || len(view.Events) != 1 || string(view.Deliveries[0].Response) != "success" {
		t.Errorf("trade: got %+v", view)
	}
	if got := fetch[[]sandbox.Trade](w, "trades"); len(got) != 1 {
		t.Errorf("trades: got %d, want 1", len(got))
	}
	if got := w.act("events/"+view.Events[0].NotifyID+"/resend", ""); got.status != http.StatusOK {
		t.Errorf("resend: %d %s", got.status, got.body)
	}
	until(t, "the re-send", func() bool { return len(w.s.Deliveries("A1")) == 3 })

	before := w.s.Now()
	w.act("clock", `{"advance":"36h"}`)
	clock := fetch[struct {
		Now  time.Time
		Mode string
	}](w, "clock")
	if clock.Now.Sub(before) != 36*time.Hour || clock.Mode != "manual" {
		t.Errorf("clock: got %+v, want 36 hours later, manual", clock)
	}
	w.act("accounts", `{"id":"`+sandbox.BuyerPoor+`","balance":100}`)
	if got := accountOf(w, sandbox.BuyerPoor).Balance; got != 100 {
		t.Errorf("balance: got %d fen, want 100", got)
	}
	calls := fetch[[]sandbox.Call](w, "calls")
	if len(calls) != 1 || calls[0].Method != pagePay || calls[0].Code != "10000" {
		t.Errorf("calls: got %+v, want the page request", calls)
	}
	w.fault(sandbox.Fault{Name: sandbox.NotifyDrop})
	w.act("faults/clear", "")
	if left := w.s.Faults(); len(left) != 0 {
		t.Errorf("faults after clearing: %+v", left)
	}
}

// TestAdminActsForOthers: buyers and the seller's console, by JSON and by the page's form.
func TestAdminActsForOthers(t *testing.T) {
	t.Parallel()
	w := newEvening(t)
	link, err := json.Marshal(w.gateway(w.common(pagePay, order(pagePay, "A1", nil))))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ path, body, status string }{
		{"open", `{"link":` + string(link) + `,"buyer":"` + sandbox.BuyerOther + `"}`, sandbox.WaitBuyerPay},
		{"pay", `{"link":"A1"}`, sandbox.TradeSuccess},
		{"trades/A1/refund", `{"amount":10000}`, sandbox.TradeSuccess},
	} {
		if got := w.act(c.path, c.body); got.status != http.StatusOK {
			t.Fatalf("%s: %d %s", c.path, got.status, got.body)
		}
		w.wantStatus("A1", c.status)
	}
	for _, want := range []string{`id="refund-outside"`, "支付宝后台", "100.00"} {
		if page := w.get(w.server.URL + "/admin/trades/A1").body; !strings.Contains(page, want) {
			t.Errorf("the trade's page lacks %q", want)
		}
	}
	w.post(w.server.URL+"/admin/api/trades/A1/refund", url.Values{"amount": {"210.00"}})
	w.wantStatus("A1", sandbox.TradeClosed)
	if page := w.get(w.server.URL + "/admin/trades/A1").body; strings.Contains(page, `id="refund-outside"`) {
		t.Error("the page of a trade that is refunded in full still offers a refund")
	}
	if page := w.get(w.server.URL + "/admin").body; !strings.Contains(page, "2026-11-22 00:00:00 起") {
		t.Error("the admin page does not say when the bill of the day will be there")
	}
	w.post(w.server.URL+"/admin/api/clock", url.Values{"advance": {"24h"}})
	page := w.get(w.server.URL + "/admin").body
	for _, want := range []string{"2026-11-21", "可下载", "1 笔", "2 笔", sandbox.BillCutOff, sandbox.QueryThenPay} {
		if !strings.Contains(page, want) {
			t.Errorf("the admin page lacks %q", want)
		}
	}
}

func TestAdminRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct{ path, body string }{
		{"faults", `{"name":"nonsense"}`},
		{"faults", `{"name":"notify_drop","twice":1}`},
		{"faults", `not JSON`},
		{"clock", `{}`},
		{"clock", `{"advance":"-1h"}`},
		{"clock", `{"advance":"soon"}`},
		{"clock", `{"mode":"x0"}`},
		{"accounts", `{"id":"2088","balance":1}`},
		{"accounts", `{"id":"` + sandbox.BuyerPoor + `","balance":-1}`},
		{"events/unknown/resend", ``},
		{"pay", `{}`},
		{"pay", `{"link":"UNKNOWN"}`},
		{"open", `{"number":"A1"}`},
		{"trades/UNKNOWN/refund", `{"amount":1}`},
		{"trades/UNKNOWN/refund", `{"amount":"1.00"}`},
		{"faults", `{"name":"bill_empty","out_trade_no":"A1"}`},
	} {
		if got := w.act(c.path, c.body); got.status != http.StatusBadRequest || !strings.Contains(got.body, `"error":`) {
			t.Errorf("%s %s: got %d %s, want 400 with the reason", c.path, c.body, got.status, got.body)
		}
	}
	if got := w.get(w.server.URL + "/admin/api/trades/A1"); got.status != http.StatusNotFound {
		t.Errorf("unknown trade: got status %d, want 404", got.status)
	}
}

// TestNothingHappensByGET: a link or a picture in some page cannot act here, nor can another site's form.
func TestNothingHappensByGET(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range []string{"faults/clear", "events/x/resend", "pay", "open", "trades/x/refund"} {
		if got := w.get(w.server.URL + "/admin/api/" + path); got.status != http.StatusMethodNotAllowed {
			t.Errorf("GET %s: got status %d, want 405", path, got.status)
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.server.URL+"/admin/api/faults/clear", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if got := w.do(r); got.status != http.StatusForbidden {
		t.Errorf("form of another site: got status %d, want 403", got.status)
	}

	gateway := signed(w.common(query, object{"out_trade_no": "A1"}))
	r, err = http.NewRequestWithContext(t.Context(), http.MethodPost,
		w.server.URL+"/gateway.do?charset=utf-8", strings.NewReader(without(gateway, "charset").Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	checkAnswer(t, w.do(r), "40004 ACQ.TRADE_NOT_EXIST")
}

func TestAdminPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	w.shop.reply(replying(http.StatusOK, `"success"`))
	w.pay(pagePay, "A1", object{"subject": "<i>课"})
	until(t, "delivery", func() bool { return len(w.s.Deliveries("A1")) == 1 })

	got := w.post(w.server.URL+"/admin/api/faults",
		url.Values{"name": {sandbox.NotifyDrop}, "times": {"3"}, "out_trade_no": {""}, "value": {""}})
	if got.status != http.StatusSeeOther || got.location != "/admin" {
		t.Errorf("fault by form: got %d to %q, want 303 to /admin", got.status, got.location)
	}
	if faults := w.s.Faults(); len(faults) != 1 || faults[0].Times != 3 {
		t.Errorf("faults: got %+v, want one for 3 times", faults)
	}
	got = w.post(w.server.URL+"/admin/api/accounts", url.Values{"id": {sandbox.BuyerPoor}, "balance": {"12.34"}})
	if balance := accountOf(w, sandbox.BuyerPoor).Balance; got.status != http.StatusSeeOther || balance != 12_34 {
		t.Errorf("balance by form: got status %d, %d fen; want 303, 1234", got.status, balance)
	}
	got = w.post(w.server.URL+"/admin/api/faults", url.Values{"name": {sandbox.NotifyDrop}, "times": {"many"}})
	if got.status != http.StatusBadRequest {
		t.Errorf("times=many: got status %d, want 400", got.status)
	}
	for path, wants := range map[string][]string{
		"/admin": {
			"沙箱模拟器 / SIMULATOR", `href="/admin/trades/A1"`, "TRADE_SUCCESS", "notify_drop", "12.34", pagePay,
		},
		"/admin/trades/A1": {"沙箱模拟器 / SIMULATOR", "&lt;i&gt;课", "quotation marks", "再发一次", "notify_id="},
	} {
		page := w.get(w.server.URL + path)
		for _, want := range wants {
			if !strings.Contains(page.body, want) {
				t.Errorf("%s lacks %q", path, want)
			}
		}
	}
	if got := w.get(w.server.URL + "/admin/trades/B1"); got.status != http.StatusNotFound {
		t.Errorf("unknown trade: got status %d, want 404", got.status)
	}
	got = w.get(w.server.URL + "/style.css")
	if got.status != http.StatusOK || !strings.HasPrefix(got.header.Get("Content-Type"), "text/css") {
		t.Errorf("style sheet: got %d as %s", got.status, got.header.Get("Content-Type"))
	}
	if !strings.Contains(got.body, "(prefers-color-scheme: dark)") {
		t.Error("the pages are bright at night, too")
	}
}

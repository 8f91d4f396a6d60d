package sandbox_test

import (
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"luffy/models/alipay"
	"luffy/models/alipay/sandbox"
)

// TestAcceptance: which answers count as received. Only 200 with exactly the seven bytes does.
func TestAcceptance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		why    string // part of the reason; "" = received
	}{
		{"success", replying(200, "success"), ""},
		{"with quotation marks", replying(200, `"success"`), "quotation marks"},
		{"upper case", replying(200, "SUCCESS"), "lower case"},
		{"newline", replying(200, "success\n"), "white space"},
		{"byte order mark", replying(200, "\xEF\xBB\xBFsuccess"), "byte order mark"},
		{"fail", replying(200, "fail"), `"fail"`},
		{"nothing", replying(200, ""), "empty"},
		{"a page", replying(200, "<!doctype html><p>success"), "page"},
		{"longer", replying(200, "successful"), `"successful"`},
		{"201", replying(201, "success"), "status 201"},
		{"204", replying(204, ""), "status 204"},
		{"404", replying(404, "success"), "status 404"},
		{"500", replying(500, "success"), "status 500"},
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/result", http.StatusFound)
		}, "redirect"},
		{"connection cut", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "no answer"},
		{"answer cut", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "8")
			w.Write([]byte("success"))
			http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, "cut off"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.shop.reply(c.answer)
			w.run()
			w.pay(pagePay, "A1", nil)
			until(t, "delivery", func() bool { return len(w.s.Deliveries("A1")) == 1 })
			got := w.s.Deliveries("A1")[0]
			if got.Accepted != (c.why == "") || !strings.Contains(got.Why, c.why) {
				t.Errorf("got accepted %v, %q; want %v, %q", got.Accepted, got.Why, c.why == "", c.why)
			}
			if sent, err := url.ParseQuery(got.RequestBody); err != nil || !reflect.DeepEqual(sent, w.shop.heard()[0]) {
				t.Errorf("the log has request %q, the shop got %q", got.RequestBody, w.shop.heard()[0])
			}
			if len(w.shop.returned()) != 0 {
				t.Error("the redirect was followed")
			}
		})
	}
}

func TestDeliveryTimeout(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(cfg *sandbox.Config) { cfg.HTTP = &http.Client{Timeout: 20 * time.Millisecond} })
	gone := make(chan struct{})
	t.Cleanup(func() { close(gone) })
	w.shop.reply(func(w http.ResponseWriter, r *http.Request) { <-gone })
	w.run()
	w.pay(pagePay, "A1", nil)
	until(t, "delivery", func() bool { return len(w.s.Deliveries("A1")) == 1 })
	got := w.s.Deliveries("A1")[0]
	if got.Accepted || !strings.Contains(got.Why, "no answer") || got.Took < 20*time.Millisecond {
		t.Errorf("got %+v, want no answer after 20 ms", got)
	}
}

// TestRetrySchedule walks through all eight deliveries on the virtual clock: one second before each
// there is none yet.
func TestRetrySchedule(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.shop.reply(replying(http.StatusOK, "fail"))
	w.run()
	w.pay(pagePay, "A1", nil)
	first := w.awaitNotifies(1)[0]
	times := map[string]bool{first.Get("notify_time"): true}
	gaps := []time.Duration{
		4 * time.Minute, 10 * time.Minute, 10 * time.Minute, time.Hour, 2 * time.Hour, 6 * time.Hour, 15 * time.Hour,
	}
	for i, gap := range gaps {
		until(t, "attempt booked", func() bool { return w.s.Events()[0].Attempts == i+1 })
		w.advance(gap - time.Second)
		if event := w.s.Events()[0]; !event.NextAt.Equal(w.s.Now().Add(time.Second)) || event.State != sandbox.EventQueued {
			t.Fatalf("after %d deliveries: next at %v in state %s, want one second after %v",
				i+1, event.NextAt, event.State, w.s.Now())
		}
		w.advance(time.Second)
		got := w.awaitNotifies(i + 2)[i+1]
		if got.Get("notify_id") != first.Get("notify_id") || got.Get("sign") == first.Get("sign") || !genuineForm(w, got) {
			t.Errorf("delivery %d: want the same notify_id under a new, good sign", i+2)
		}
		times[got.Get("notify_time")] = true
	}
	until(t, "giving up", func() bool { return w.s.Events()[0].State == sandbox.EventGivenUp })
	if len(times) != 8 {
		t.Errorf("got %d different values of notify_time, want 8", len(times))
	}
	w.advance(30 * 24 * time.Hour)
	w.settled()
	if n := len(w.s.Deliveries("A1")); n != 8 {
		t.Errorf("got %d deliveries, want 8 and then silence", n)
	}
}

// settled waits until the worker has looked at everything that was due before. It knows by a later event
// that has been sent.
func (w *world) settled() {
	w.t.Helper()
	w.shop.reply(replying(http.StatusOK, "success"))
	number := fmt.Sprintf("PROBE%d", len(w.s.Trades()))
	w.pay(pagePay, number, nil)
	until(w.t, "probe", func() bool { return len(w.s.Deliveries(number)) == 1 })
}

func TestAcceptedAtTheThirdDelivery(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.shop.reply(replying(http.StatusInternalServerError, ""))
	w.run()
	w.pay(pagePay, "A1", nil)
	w.awaitNotifies(1)
	until(t, "first", func() bool { return w.s.Events()[0].Attempts == 1 })
	w.advance(4 * time.Minute)
	w.awaitNotifies(2)
	until(t, "second", func() bool { return w.s.Events()[0].Attempts == 2 })
	w.shop.reply(replying(http.StatusOK, "success"))
	w.advance(10 * time.Minute)
	until(t, "acceptance", func() bool { return w.s.Events()[0].State == sandbox.EventDelivered })
	w.advance(24 * time.Hour)
	w.settled()
	if n := len(w.s.Deliveries("A1")); n != 3 {
		t.Errorf("got %d deliveries, want 3: success ends them", n)
	}
}

// TestTriggers: which changes are notified, by product.
func TestTriggers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method string
		want   []string // trade_status of each notify, with the refund's number
	}{
		{pagePay, []string{"TRADE_SUCCESS ", "TRADE_SUCCESS R1"}},
		{wapPay, []string{"TRADE_SUCCESS ", "TRADE_SUCCESS R1", "TRADE_CLOSED R2"}},
	} {
		t.Run(c.method, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.run()
			w.pay(c.method, "A1", nil)
			w.awaitNotifies(1)
			w.call(refund, object{"out_trade_no": "A1", "refund_amount": "100.00", "out_request_no": "R1"})
			w.awaitNotifies(2)
			w.call(refund, object{"out_trade_no": "A1", "refund_amount": "210.00", "out_request_no": "R2"})
			w.settled()
			// Deliveries run side by side, so the one that settled waits for may overtake.
			until(t, "deliveries", func() bool { return len(w.s.Deliveries("A1")) >= len(c.want) })
			var got []string
			for _, form := range w.shop.heard() {
				if form.Get("out_trade_no") == "A1" {
					got = append(got, form.Get("trade_status")+" "+form.Get("out_biz_no"))
				}
			}
			if strings.Join(got, ",") != strings.Join(c.want, ",") {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestClosingNotify: on the phone an unpaid end is told, with gmt_close and no sign of money.
func TestClosingNotify(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	cashier := w.open(wapPay, "A1", object{"timeout_express": "5m"})
	w.post(cashier+"/pay", url.Values{"buyer": {sandbox.BuyerPoor}, "password": {sandbox.Password}})
	w.advance(5 * time.Minute)
	got := w.awaitNotifies(1)[0]
	if got.Get("trade_status") != sandbox.TradeClosed || !got.Has("gmt_close") {
		t.Errorf("got %v, want TRADE_CLOSED with gmt_close", got)
	}
	for _, name := range []string{"gmt_payment", "receipt_amount", "refund_fee", "fund_bill_list"} {
		if got.Has(name) {
			t.Errorf("the notify of an unpaid closing has %s", name)
		}
	}
}

// TestRefundNotify: a refund event has none of the payment's sums, and refund_fee adds up.
func TestRefundNotify(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	w.pay(wapPay, "A1", object{"body": "正文", "passback_params": "uid%3D7"})
	payment := w.awaitNotifies(1)[0]
	if payment.Get("passback_params") != "uid%3D7" || payment.Get("body") != "正文" {
		t.Errorf("payment: got passback_params %q, body %q; want both as sent",
			payment.Get("passback_params"), payment.Get("body"))
	}
	for i, c := range []struct{ amount, fee, status string }{
		{"100.00", "100.00", sandbox.TradeSuccess},
		{"210.00", "310.00", sandbox.TradeClosed},
	} {
		number := fmt.Sprintf("R%d", i+1)
		w.call(refund, object{"out_trade_no": "A1", "refund_amount": c.amount, "out_request_no": number})
		got := w.awaitNotifies(i + 2)[i+1]
		want := map[string]string{
			"trade_status": c.status, "refund_fee": c.fee, "out_biz_no": number, "total_amount": "310.00",
			"gmt_payment": payment.Get("gmt_payment"), "gmt_refund": got.Get("gmt_refund"),
		}
		for name, value := range want {
			if got.Get(name) != value {
				t.Errorf("%s %s: got %q, want %q", number, name, got.Get(name), value)
			}
		}
		if _, err := alipay.ParseTime(got.Get("gmt_refund")); err != nil || !strings.Contains(got.Get("gmt_refund"), ".") {
			t.Errorf("%s: gmt_refund %q has no milliseconds", number, got.Get("gmt_refund"))
		}
		if got.Has("gmt_close") != (c.status == sandbox.TradeClosed) {
			t.Errorf("%s: gmt_close present: %v", number, got.Has("gmt_close"))
		}
		for _, name := range []string{
			"receipt_amount", "invoice_amount", "buyer_pay_amount", "point_amount", "fund_bill_list",
		} {
			if got.Has(name) {
				t.Errorf("%s: the notify of a refund has %s", number, name)
			}
		}
		if got.Get("notify_id") == payment.Get("notify_id") || !genuineForm(w, got) {
			t.Errorf("%s: want a notify_id of its own and a good sign", number)
		}
	}
}

func TestTriggersAreASetting(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(cfg *sandbox.Config) {
		cfg.Triggers = map[string][]string{sandbox.ProductPage: {sandbox.WaitBuyerPay, sandbox.TradeClosed}}
	})
	w.run()
	w.login(w.open(pagePay, "A1", nil), sandbox.BuyerRich)
	w.awaitNotifies(1)
	w.call(closing, object{"out_trade_no": "A1"})
	got := w.awaitNotifies(2)
	if got[0].Get("trade_status") != sandbox.WaitBuyerPay || got[1].Get("trade_status") != sandbox.TradeClosed {
		t.Errorf("got %q then %q, want WAIT_BUYER_PAY then TRADE_CLOSED",
			got[0].Get("trade_status"), got[1].Get("trade_status"))
	}
}

func TestResend(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	w.pay(pagePay, "A1", nil)
	first := w.awaitNotifies(1)[0]
	until(t, "acceptance", func() bool { return w.s.Events()[0].State == sandbox.EventDelivered })
	w.shop.reply(replying(http.StatusInternalServerError, ""))
	if err := w.s.Resend(first.Get("notify_id")); err != nil {
		t.Fatal(err)
	}
	second := w.awaitNotifies(2)[1]
	if second.Get("notify_id") != first.Get("notify_id") {
		t.Error("a re-send has another notify_id")
	}
	until(t, "the log", func() bool { return len(w.s.Deliveries("A1")) == 2 })
	if event := w.s.Events()[0]; event.State != sandbox.EventDelivered || event.Attempts != 1 {
		t.Errorf("got %s after %d attempts, want a re-send beside the schedule", event.State, event.Attempts)
	}
	if err := w.s.Resend("unknown"); err == nil {
		t.Error("an unknown notify_id was re-sent")
	}
}

package sandbox_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"luffy/models/alipay/sandbox"
)

// TestRestart: trades, refunds, balances, open cashier pages, the clock and queued deliveries
// outlive the process.
func TestRestart(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state.jsonl")
	keep := func(cfg *sandbox.Config) { cfg.StateFile = file }
	w := newWorld(t, keep)
	w.shop.reply(replying(http.StatusInternalServerError, ""))
	stop := w.run()
	w.pay(pagePay, "A1", nil)
	w.call(refund, object{"out_trade_no": "A1", "refund_amount": "10.00", "out_request_no": "R1"})
	until(t, "both first attempts", func() bool { return len(w.s.Deliveries("A1")) == 2 })
	cashier := w.open(pagePay, "B1", nil)
	w.advance(3 * time.Minute)
	stop()
	before, now := w.s.Trades(), w.s.Now()
	w.server.Close()

	again := newWorld(t, keep)
	after := again.s.Trades()
	if len(after) != 1 || after[0].TradeNo != before[0].TradeNo ||
		after[0].Refunded != 10_00 || len(after[0].Refunds) != 1 ||
		after[0].Status != sandbox.TradeSuccess || !after[0].PaidAt.Equal(before[0].PaidAt) {
		t.Errorf("trades: got %+v, want %+v", after, before)
	}
	if got := accountOf(again, sellerID).Balance; got != 300_00 {
		t.Errorf("seller's balance: got %d fen, want 30000", got)
	}
	if n := len(again.s.Deliveries("A1")); n != 2 {
		t.Errorf("delivery log: got %d, want 2", n)
	}
	if again.s.Now().Before(now) {
		t.Errorf("clock: got %v, want no earlier than %v", again.s.Now(), now)
	}
	again.login(again.server.URL+"/cashier/"+cashier[strings.LastIndex(cashier, "/")+1:], sandbox.BuyerRich)
	again.wantStatus("B1", sandbox.WaitBuyerPay)

	again.run()
	again.advance(2 * time.Minute)
	got := w.awaitNotifies(4)
	if got[0].Get("notify_id") != got[2].Get("notify_id") && got[0].Get("notify_id") != got[3].Get("notify_id") {
		t.Error("after the restart the notify_id is another")
	}
	again.call(refund, object{"out_trade_no": "A1", "refund_amount": "10.00", "out_request_no": "R1"})
	if trade, _ := again.s.Trade("A1"); trade.Refunded != 10_00 {
		t.Errorf("refunded after the repeat: got %d fen, want 1000", trade.Refunded)
	}
}

// TestCutOffDelivery: a delivery that the end of Run cuts off does not count and is made again.
func TestCutOffDelivery(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hold := make(chan struct{})
	w.shop.reply(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-hold:
		case <-r.Context().Done():
		}
	})
	t.Cleanup(func() { close(hold) })
	stop := w.run()
	w.pay(pagePay, "A1", nil)
	w.awaitNotifies(1)
	stop()
	if event := w.s.Events()[0]; event.Attempts != 0 || event.State != sandbox.EventQueued {
		t.Fatalf("got %d attempts, %s; want it still queued", event.Attempts, event.State)
	}
	w.shop.reply(replying(http.StatusOK, "success"))
	w.run()
	until(t, "delivery", func() bool { return w.s.Events()[0].State == sandbox.EventDelivered })
}

func TestStateFile(t *testing.T) {
	t.Parallel()
	cfg := func(file string) sandbox.Config {
		return sandbox.Config{
			AppID: appID, SellerID: sellerID, AppPublicKey: &appKey().PublicKey, Key: alipayKey(), StateFile: file,
		}
	}
	write := func(text string) string {
		file := filepath.Join(t.TempDir(), "state.jsonl")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	for _, c := range []struct{ name, text, want string }{
		{"of another app", `{"owner":{"app_id":"1","seller_id":"2"}}` + "\n", "belongs to app 1"},
		{"broken in the middle", "{\n" + `{"at":"2026-11-22T00:00:00Z"}` + "\n", "line 1"},
		{"cut off at the end", `{"at":"2026-11-22T00:00:00Z"}` + "\n{\"tra", ""},
		{"empty", "", ""},
	} {
		s, err := sandbox.New(cfg(write(c.text)))
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
		if s != nil {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestConfigFaults(t *testing.T) {
	t.Parallel()
	_, err := sandbox.New(sandbox.Config{})
	for _, want := range []string{"AppID", "SellerID", "AppPublicKey"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("empty configuration: got %v, want %s named", err, want)
		}
	}
	_, err = sandbox.New(sandbox.Config{
		AppID: appID, SellerID: sellerID, AppPublicKey: &appKey().PublicKey, Key: appKey(),
	})
	if err == nil || !strings.Contains(err.Error(), "one pair") {
		t.Errorf("shop's key used as Alipay's: got %v, want a refusal", err)
	}
	_, err = sandbox.New(sandbox.Config{
		AppID: appID, SellerID: sellerID, AppPublicKey: &appKey().PublicKey, RefundWindow: -1,
	})
	if err == nil || !strings.Contains(err.Error(), "RefundWindow") {
		t.Errorf("negative refund window: got %v, want a refusal", err)
	}
}

// TestFastClock: on a clock of 100000 times the pace a retry gap is over at once.
func TestFastClock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.shop.reply(replying(http.StatusOK, "fail"))
	w.run()
	w.pay(pagePay, "A1", nil)
	w.awaitNotifies(1)
	if err := w.s.SetClock("x100000"); err != nil {
		t.Fatal(err)
	}
	w.awaitNotifies(4)
	for _, mode := range []string{"", "x", "x1", "x-2", "x1000000", "fast"} {
		if err := w.s.SetClock(mode); err == nil {
			t.Errorf("clock mode %q was accepted", mode)
		}
	}
}

// TestReturnAndNotifyRace: the notify does not wait for the page of the payment, nor the page for the notify.
func TestReturnAndNotifyRace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	release := make(chan struct{})
	w.shop.reply(waiting(release))
	cashier := w.pay(pagePay, "A1", nil)
	w.awaitNotifies(1)
	got := w.get(cashier + "/return")
	form, err := url.ParseQuery(got.location[strings.Index(got.location, "?")+1:])
	if err != nil || !genuineForm(w, form) {
		t.Errorf("return while the notify hangs: got %q, %v", got.location, err)
	}
	close(release)
}

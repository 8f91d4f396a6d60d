package handlers_test

import (
	"cmp"
	"net/http"
	"slices"
	"testing"

	"luffy/models"
	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest"
)

// Everything that the simulator can do wrong with a notify: a refused delivery comes again with the same
// notify_id, and then fulfils the order.
func TestNotifyFromSimulator(t *testing.T) {
	modelstest.OnEach(t, func(t *testing.T, db *models.DB) {
		w := newWorld(t, db)
		b, _ := w.student("ann")
		for _, c := range []struct {
			fault, value string
			event        string // of the first delivery
			refused      bool
		}{
			{sandbox.NotifyExtraFields, "", "notify accepted fulfilled", false},
			{sandbox.NotifyEmptyField, "", "notify accepted fulfilled", false},
			{sandbox.NotifyOpenID, "", "notify accepted fulfilled", false},
			{sandbox.NotifyGBK, "", "notify accepted fulfilled", false},
			{sandbox.NotifySubject, "", "notify accepted fulfilled", false},
			{sandbox.NotifyRepeatedName, "", "notify refused repeated_name", true},
			{sandbox.NotifyWrongSign, "", "notify refused signature", true},
			{sandbox.NotifyOtherKey, "", "notify refused signature", true},
			{sandbox.NotifyTamper, "total_amount", "notify refused signature", true},
			{sandbox.NotifyTamper, "out_trade_no", "notify refused signature", true},
			{sandbox.NotifyForge, "seller_id", "notify refused seller_id", true},
			{sandbox.NotifyForge, "app_id", "notify refused app_id", true},
			{sandbox.NotifyForge, "out_trade_no", "notify refused unknown_order", true},
		} {
			t.Run(c.fault+c.value, func(t *testing.T) {
				w, before := w.in(t), len(w.events())
				w.fault(sandbox.Fault{Name: c.fault, Value: c.value, Times: 1})
				b := b.in(w)
				b.addToCart(w.stock.Plain.For(30))
				link := b.order().payLink()
				b.pay(link)
				first := w.delivery(link.number, 1)
				if first.Accepted == c.refused || w.events()[before] != c.event {
					t.Fatalf("got event %q, delivery %q, want %q, refused %v", w.events()[before], first.Why, c.event, c.refused)
				}
				if c.refused {
					w.wantPaid(link.number, false)
					if err := w.alipay.Resend(first.NotifyID); err != nil {
						t.Fatal(err)
					}
					if again := w.delivery(link.number, 2); again.NotifyID != first.NotifyID || !again.Accepted {
						t.Errorf("got second delivery %s %q, want %s accepted", again.NotifyID, again.Why, first.NotifyID)
					}
				}
				w.wantPaid(link.number, true)
			})
		}
	})
}

// delivery waits for the n-th notify about a trade.
func (w *world) delivery(outTradeNo string, n int) sandbox.Delivery {
	w.t.Helper()
	until(w.t, "a delivery", func() bool { return len(w.alipay.Deliveries(outTradeNo)) >= n })
	return w.alipay.Deliveries(outTradeNo)[n-1]
}

func (b *browser) in(w *world) *browser {
	part := *b
	part.t, part.w = w.t, w
	return &part
}

// A notify that does not name the seller is not believed itself; what counts is Alipay's answer
// about the trade.
func TestNotifyWithoutSeller(t *testing.T) {
	for name, c := range map[string]struct {
		pay, success bool
		fault        string
		events       []string
	}{
		"Alipay says paid": {
			pay: true, success: true, events: []string{"notify noted no_seller_asked", "query accepted fulfilled"},
		},
		"Alipay says no":   {events: []string{"notify noted no_seller_asked", "query noted no_trade_yet"}},
		"Alipay is silent": {pay: true, fault: sandbox.APIBadGateway, events: []string{"notify noted no_seller_asked"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, modelstest.SQLite(t))
			w.fault(sandbox.Fault{Name: sandbox.NotifyDrop})
			b, user := w.student("ann")
			payment := w.attempt(user)
			if c.pay {
				b.pay(b.submit(b.open("/myorder/"), "/orders/"+payment.OutTradeNo+"/pay").payLink())
			}
			if c.fault != "" {
				w.fault(sandbox.Fault{Name: c.fault})
			}
			trade, _ := w.alipay.Trade(payment.OutTradeNo)
			notify := notifyOf(payment).with("seller_id", "-", "trade_no", cmp.Or(trade.TradeNo, "2026"))
			w.notify(notify.signed()).wantAnswer(t, c.success)
			if got := w.events(); !slices.Equal(got, c.events) {
				t.Errorf("got events %q, want %q", got, c.events)
			}
			w.wantPaid(payment.OutTradeNo, c.success)
		})
	}
}

// A notify that could not be stored is not acknowledged: it comes again when the database is back, and
// fulfils the order.
func TestNotifyWithoutDatabase(t *testing.T) {
	eachWorld(t, func(w *world) {
		payment := w.attempt(modelstest.Student(w.t, w.db, "ann"))
		body := notifyOf(payment)
		w.exec("ALTER TABLE ly_user_course RENAME TO gone")
		w.notify(body.signed()).wantAnswer(w.t, false)
		if got, want := w.lastEvent(), "notify failed database"; got != want {
			w.t.Errorf("got event %q, want %q", got, want)
		}
		if got := w.orderStatus(payment.OutTradeNo); got != int64(models.OrderUnpaid) {
			w.t.Errorf("got order status %d, want it unpaid", got)
		}
		w.exec("ALTER TABLE gone RENAME TO ly_user_course")
		w.notify(body.signed()).wantAnswer(w.t, true)
		w.wantPaid(payment.OutTradeNo, true)
	})

	down := newWorld(t, modelstest.Broken(t))
	genuine := notifyOf(models.Payment{OutTradeNo: "20261122223000000001000001", Amount: 99_00})
	for name, body := range map[string]string{
		"paid": genuine.signed(), "waiting": genuine.with("trade_status", "WAIT_BUYER_PAY").signed(),
		"refund": genuine.with("refund_fee", "1.00").signed(), "without seller": genuine.with("seller_id", "-").signed(),
	} {
		t.Run(name, func(t *testing.T) { down.in(t).notify(body).wantAnswer(t, false) })
	}
	if got := down.browser().get("/readyz"); got.status != http.StatusServiceUnavailable {
		t.Errorf("readyz: got status %d, want 503", got.status)
	}
	if got := down.browser().get("/healthz"); got.status != http.StatusOK {
		t.Errorf("healthz: got status %d, want 200", got.status)
	}
}

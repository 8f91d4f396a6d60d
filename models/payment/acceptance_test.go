package payment_test

import (
	"strings"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest"
	"luffy/models/payment"
)

// wantPaidOnce wants the order to be paid, its course to be granted once, and the books to agree.
func (w *world) wantPaidOnce(o models.Order) {
	w.t.Helper()
	w.wantStatus(o, models.OrderPaid)
	n := w.count(`
		SELECT COUNT(*) FROM ly_user_course
		WHERE order_detail_id IN (SELECT id FROM ly_order_detail WHERE order_id = ?)`, o.ID)
	if n != 1 {
		w.t.Errorf("got %d purchase records, want 1", n)
	}
	w.wantSound()
}

func TestHappyPath(t *testing.T) {
	for _, device := range []payment.Device{payment.Desktop, payment.Phone} {
		t.Run(string(device), func(t *testing.T) {
			onEach(t, func(w *world) {
				o := w.order()
				link, err := w.Start(w.t.Context(), w.ann.ID, o.OrderNumber, device)
				w.must(err)
				query := w.browse(link)
				w.delivered()
				w.wantPaidOnce(o)
				if number, err := w.Return(w.t.Context(), query); err != nil || number != o.OrderNumber {
					w.t.Errorf("return: got %q, %v; want the order", number, err)
				}
				w.wantPaidOnce(o)
			})
		})
	}
}

// Whatever messages come first, twice, at once or not at all, one payment makes one order paid.
func TestOnePaymentIsOneOrder(t *testing.T) {
	back := func(w *world, query string) {
		_, err := w.Return(w.t.Context(), query)
		w.must(err)
	}
	for name, c := range map[string]struct {
		fault sandbox.Fault
		then  func(w *world, query string)
	}{
		"notify first": {sandbox.Fault{Name: sandbox.NotifyBeforeReturn}, back},
		"return first": {
			sandbox.Fault{Name: sandbox.NotifyDelay}, func(w *world, q string) { back(w, q); w.forward(time.Minute) },
		},
		"no return":             {sandbox.Fault{Name: sandbox.ReturnUTF8}, func(*world, string) {}},
		"return, and no notify": {sandbox.Fault{Name: sandbox.NotifyDrop}, back},
		"neither: a job asks": {
			sandbox.Fault{Name: sandbox.NotifyDrop}, func(w *world, _ string) { w.forward(time.Minute); w.run() },
		},
		"eight notifies at once": {sandbox.Fault{Name: sandbox.NotifyDuplicate, Value: "8"}, back},
		"a notify hours late": {sandbox.Fault{Name: sandbox.NotifyDelay, Value: "5h"},
			func(w *world, _ string) { w.runUntilQuiet(); w.forward(5 * time.Hour) }},
		"a forged one in its place": {
			sandbox.Fault{Name: sandbox.NotifyOtherKey}, func(w *world, _ string) { w.forward(time.Minute); w.run() },
		},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(w *world) {
				w.fault(c.fault)
				o := w.order()
				query := w.browse(w.start(o))
				w.delivered()
				c.then(w, query)
				w.wantPaidOnce(o)
			})
		})
	}
}

// Alipay reads nothing but the seven bytes, and comes again.
func TestNotifyThatAlipayTakesForUnheard(t *testing.T) {
	onEach(t, func(w *world) {
		w.answer.Store(`"success"`)
		o := w.order()
		w.pay(w.start(o))
		w.answer.Store("success")
		w.forward(4 * time.Minute)
		sent := w.alipay.Deliveries(o.OrderNumber)
		if len(sent) != 2 || sent[0].Accepted || !sent[1].Accepted {
			w.t.Errorf("got deliveries %+v, want one refused and one accepted", sent)
		}
		w.wantPaidOnce(o)
		if n := w.count("SELECT COUNT(*) FROM ly_payment_event WHERE verdict = 'duplicate'"); n != 1 {
			w.t.Errorf("got %d duplicates in the log, want 1", n)
		}
	})
}

// Even if no notify ever comes, the job that asks makes the order of every payment paid, at whatever
// moment the payment was made.
func TestNoNotifyAtAll(t *testing.T) {
	onEach(t, func(w *world) {
		w.fault(sandbox.Fault{Name: sandbox.NotifyDrop})
		var orders []models.Order
		links := map[string]time.Duration{}
		w.must(w.db.PutInCart(w.t.Context(), models.CartItem{UserID: w.ann.ID, CourseID: w.stock.Plain.ID, Selected: true}))
		for i := range 14 {
			o := modelstest.PlaceOrder(w.t, w.db, w.ann, models.Choice{})
			orders = append(orders, o)
			links[w.start(o)] = time.Duration(i)*time.Minute + 30*time.Second
		}
		for now := time.Duration(0); len(links) > 0; now += 30 * time.Second {
			for link, at := range links {
				if at == now {
					w.must(w.alipay.Pay(link, ""))
					delete(links, link)
				}
			}
			w.must(w.AskDue(w.t.Context()))
			w.forward(30 * time.Second)
		}
		for range 4 {
			w.forward(time.Minute)
			w.must(w.AskDue(w.t.Context()))
		}
		for _, o := range orders {
			w.wantStatus(o, models.OrderPaid)
		}
		w.wantSound()
	})
}

func TestPayAgain(t *testing.T) {
	onEach(t, func(w *world) {
		o := w.order()
		first := w.start(o)
		w.must(w.alipay.OpenTrade(first, ""))
		w.pay(w.start(o)) // the same attempt, opened again
		w.wantPaidOnce(o)
		if err := w.alipay.Pay(first, ""); err == nil || !strings.Contains(err.Error(), "TRADE_HAS_SUCCESS") {
			w.t.Errorf("paid through the first link: got %v, want TRADE_HAS_SUCCESS", err)
		}
	})
}

// After Alipay has closed an attempt, the next has another out_trade_no. If both are paid, one goes back.
func TestPayAgainByAnotherAttempt(t *testing.T) {
	onEach(t, func(w *world) {
		o := w.order()
		first := w.start(o)
		w.must(w.db.ClosePayment(w.t.Context(), w.view(o).Payments[0].ID, "TRADE_CLOSED")) // the shop is wrong about it
		second := w.start(o)
		w.pay(second)
		w.pay(first)
		w.runUntilQuiet()
		w.wantPaidOnce(o)
		trade, _ := w.alipay.Trade(o.OrderNumber)
		if trade.Refunded != trade.Total || len(trade.Refunds) != 1 || trade.Refunds[0].OutRequestNo != o.OrderNumber+"R1" {
			w.t.Errorf("got refunds %+v of the second payment, want all of it as %sR1", trade.Refunds, o.OrderNumber)
		}
	})
}

// Another buyer pays a cancelled order whose link is still valid. The order is granted if that is still
// possible, otherwise the money goes back.
func TestLatePayment(t *testing.T) {
	for name, c := range map[string]struct {
		meanwhile func(w *world, coupon int64)
		want      models.OrderStatus
	}{
		"granted": {func(*world, int64) {}, models.OrderPaid},
		"given back": {func(w *world, coupon int64) {
			modelstest.PlaceOrder(w.t, w.db, w.ann, models.Choice{Coupon: coupon})
		}, models.OrderCancelled},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(w *world) {
				coupon, err := w.db.GiveCoupon(w.t.Context(), w.ann.ID, modelstest.CouponOff)
				w.must(err)
				modelstest.FillCart(w.t, w.db, w.ann, w.stock.Plain.For(0))
				o := modelstest.PlaceOrder(w.t, w.db, w.ann, models.Choice{Coupon: coupon.ID, Points: 100})
				link := w.start(o)
				if ended, err := w.Cancel(w.t.Context(), w.ann.ID, o.OrderNumber); err != nil || ended != payment.EndedClosed {
					w.t.Fatalf("cancel: got %q, %v; want closed", ended, err)
				}
				c.meanwhile(w, coupon.ID)
				w.forward(2 * time.Minute)
				w.pay(link)
				w.runUntilQuiet()
				w.wantStatus(o, c.want)
				trade, _ := w.alipay.Trade(o.OrderNumber)
				if gone, want := trade.Refunded == trade.Total, c.want != models.OrderPaid; gone != want {
					w.t.Errorf("got %d of %d fen back, want all of it: %v", trade.Refunded, trade.Total, want)
				}
				w.wantSound()
			})
		})
	}
}

// A notify of a sum that was not asked for pays no order. Its money is held for staff.
func TestWrongSumIsHeld(t *testing.T) {
	onEach(t, func(w *world) {
		w.fault(sandbox.Fault{Name: sandbox.NotifyForge, Value: "total_amount"})
		o := w.order()
		w.pay(w.start(o))
		w.wantStatus(o, models.OrderUnpaid)
		if n := w.count("SELECT COUNT(*) FROM ly_payment WHERE state = 'held' AND amount = 1"); n != 1 {
			w.t.Errorf("got %d held payments of 0.01, want 1", n)
		}
		if ended, err := w.Cancel(w.t.Context(), w.ann.ID, o.OrderNumber); err != nil || ended != payment.EndedClosed {
			w.t.Errorf("cancel: got %q, %v; want closed, a held sum pays no order", ended, err)
		}
	})
}

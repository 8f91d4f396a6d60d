package payment_test

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"luffy/models"
	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest"
	"luffy/models/modelstest/logwatch"
	"luffy/models/payment"
)

// However late the message comes, the order's time of payment is Alipay's, and the term counts from it.
func TestNotifyPayTime(t *testing.T) {
	onEachUntold(t, func(w *world) {
		attempt := w.attempt()
		paidAt := noon.Add(-30 * time.Second)
		w.advance(time.Hour)
		if !w.Notify(w.t.Context(), notifyOf(attempt).signed()) {
			w.t.Error("got fail, want success")
		}
		order := w.orderOf(attempt)
		if order.PayTime == nil || !order.PayTime.Equal(paidAt) || order.PayType != models.PayAlipay {
			w.t.Errorf("got pay time %v by %d, want %v", order.PayTime, order.PayType, paidAt)
		}
		if end := order.Lines[0].OutTime; end == nil || !end.Equal(paidAt.AddDate(0, 0, 30)) {
			w.t.Errorf("got end %v, want 30 days after %v", end, paidAt)
		}
	})
}

// If a genuine message lacks the time of payment, the time when it came counts.
func TestNotifyWithoutPayTime(t *testing.T) {
	w := untold(t, modelstest.SQLite)
	attempt := w.attempt()
	w.Notify(t.Context(), notifyOf(attempt).signed("gmt_payment", "-"))
	if got := w.orderOf(attempt).PayTime; got == nil || !got.Equal(w.alipay.Now()) {
		t.Errorf("got pay time %v, want %v", got, w.alipay.Now())
	}
}

// Money that an order cannot take goes back or is kept in sight. It is never lost or booked twice.
func TestNotifyOfMoneyOutOfPlace(t *testing.T) {
	const cancelled, brought = "UPDATE ly_order SET order_status = 2", "DELETE FROM ly_payment"
	const paidByAnother = `
		INSERT INTO ly_payment (order_id, out_trade_no, app_id, amount, subject, state, trade_no, expires_at, created_at)
		SELECT order_id, CONCAT(out_trade_no, '_2'), app_id, amount, subject, 'paid', 'another', expires_at, created_at
		FROM ly_payment`
	for name, c := range map[string]struct {
		prepare []string
		changes []string
		success bool
		event   string
		state   models.PaymentState
	}{
		"cancelled": {[]string{cancelled}, nil, true, "notify accepted fulfilled_late", models.PaymentPaid},
		"timed out": {
			[]string{"UPDATE ly_order SET order_status = 3"}, nil, true,
			"notify accepted fulfilled_late", models.PaymentPaid,
		},
		"withdrawn": {
			[]string{cancelled, "UPDATE ly_course SET published = 0"}, nil, true,
			"notify held order_closed", models.PaymentSurplus,
		},
		"refunded": {
			[]string{paidByAnother, "UPDATE ly_order SET order_status = 4"}, nil,
			true, "notify held second_trade", models.PaymentSurplus,
		},
		"paid already": {
			[]string{paidByAnother, "UPDATE ly_order SET order_status = 1"}, nil,
			true, "notify held second_trade", models.PaymentSurplus,
		},
		"too little": {nil, []string{"total_amount", "98.99"}, false, "notify held wrong_amount", models.PaymentHeld},
		"too much":   {nil, []string{"total_amount", "990.00"}, false, "notify held wrong_amount", models.PaymentHeld},
		"old order":  {[]string{brought}, nil, true, "notify accepted fulfilled", models.PaymentPaid},
		"old, amount": {
			[]string{brought}, []string{"total_amount", "0.01"}, false, "notify held wrong_amount", models.PaymentHeld,
		},
	} {
		t.Run(name, func(t *testing.T) {
			onEachUntold(t, func(w *world) {
				attempt := w.attempt()
				for _, statement := range c.prepare {
					w.exec(statement)
				}
				body := notifyOf(attempt).signed(c.changes...)
				again := c.event
				if c.state == models.PaymentPaid {
					again = "notify duplicate already_done"
				}
				for range 2 {
					if got := w.Notify(w.t.Context(), body); got != c.success {
						w.t.Errorf("got acknowledged %v, want %v", got, c.success)
					}
				}
				w.wantEvents(c.event, again)
				order := w.orderOf(attempt)
				if first := order.Payments[0]; first.State != c.state || first.TradeNo == nil {
					w.t.Errorf("got the attempt %+v, want it %s with its trade", first, c.state)
				}
				if order.Lines[0].Granted != (c.state == models.PaymentPaid) {
					w.t.Errorf("got course granted %v in state %s", order.Lines[0].Granted, c.state)
				}
			})
		})
	}
}

// A message without the seller is acknowledged once its payment is booked. That the shop has closed the
// attempt meanwhile is not enough.
func TestNotifyWithoutSellerOfAClosedAttempt(t *testing.T) {
	for name, c := range map[string]struct {
		order  models.OrderStatus
		booked string
	}{
		"the order waits":    {models.OrderUnpaid, "query accepted fulfilled"},
		"the order is ended": {models.OrderTimedOut, "query accepted fulfilled_late"},
	} {
		t.Run(name, func(t *testing.T) {
			onEachUntold(t, func(w *world) {
				attempt := w.attempt()
				trade := w.payAttempt(attempt)
				w.exec("UPDATE ly_payment SET state = ?, ask_at = NULL", models.PaymentClosed)
				w.exec("UPDATE ly_order SET order_status = ?", c.order)
				message := notifyOf(attempt).signed("seller_id", "-", "trade_no", trade.TradeNo)
				w.fault(sandbox.Fault{Name: sandbox.APIBadGateway, Times: 1})
				if w.Notify(w.t.Context(), message) {
					w.t.Error("acknowledged without Alipay's word")
				}
				for range 2 {
					if !w.Notify(w.t.Context(), message) {
						w.t.Error("got fail, want success")
					}
				}
				if order := w.orderOf(attempt); order.OrderStatus != models.OrderPaid || !order.Lines[0].Granted {
					w.t.Errorf("got %v, granted %v; want it paid", order.OrderStatus, order.Lines[0].Granted)
				}
				w.wantEvents("notify noted no_seller_asked", "notify noted no_seller_asked", c.booked,
					"notify noted no_seller_asked")
			})
		})
	}
}

// A wrong sum, which staff must look at, is not acknowledged even if the message lacks the seller.
func TestNotifyWithoutSellerOfHeldMoney(t *testing.T) {
	onEachUntold(t, func(w *world) {
		attempt := w.attempt()
		trade := w.payAttempt(attempt)
		w.exec("UPDATE ly_order SET total_price = 9800, discount_amount = 0, real_price = 9800")
		w.exec("UPDATE ly_payment SET state = ?, trade_no = ?", models.PaymentHeld, trade.TradeNo)
		if w.Notify(w.t.Context(), notifyOf(attempt).signed("seller_id", "-", "trade_no", trade.TradeNo)) {
			w.t.Error("got held money acknowledged")
		}
	})
}

// If a message lacks the seller, only Alipay's answer counts, also for the sum.
func TestNotifyWithoutSellerOtherSum(t *testing.T) {
	w := untold(t, modelstest.SQLite)
	attempt := w.attempt()
	trade := w.payAttempt(attempt)
	w.exec("UPDATE ly_payment SET amount = 1")
	if w.Notify(t.Context(), notifyOf(attempt).signed("seller_id", "-", "trade_no", trade.TradeNo)) {
		t.Error("got a sum acknowledged that is not the attempt's")
	}
	w.wantEvents("notify noted no_seller_asked", "query held wrong_amount")
	foreign := notifyOf(models.Payment{OutTradeNo: "20190929151453000001000020", Amount: 1})
	if w.Notify(t.Context(), foreign.signed("seller_id", "")) {
		t.Error("got an order acknowledged that does not exist")
	}
}

// Strangers can send what they like to either address. All of it is counted, but only a bounded part
// is stored. What Alipay signed and sent itself is always stored.
func TestRefusedMessagesDoNotFillTheTable(t *testing.T) {
	onEachUntold(t, func(w *world) {
		attempt := w.attempt()
		metrics := prometheus.NewRegistry()
		w.Service = payment.New(payment.Config{
			DB: w.db, Alipay: w.client, AppID: modelstest.AppID, Log: logwatch.New(w.t, io.Discard), Metrics: metrics,
		})
		flood := func(each int, kept int64) {
			w.t.Helper()
			for range each {
				w.RefuseNotify(w.t.Context(), "{}")
				w.Notify(w.t.Context(), "out_trade_no="+attempt.OutTradeNo)
				if _, err := w.Return(w.t.Context(), "x=1"); !errors.Is(err, payment.ErrReturn) {
					w.t.Errorf("got %v, want %v", err, payment.ErrReturn)
				}
			}
			if got := w.count("SELECT COUNT(*) FROM ly_payment_event"); got != kept {
				w.t.Errorf("got %d messages kept, want %d", got, kept)
			}
		}
		flood(40, 100)
		w.advance(3 * time.Minute)
		flood(2, 103)
		if got := refusedMessages(w.t, metrics); got != 3*42 {
			w.t.Errorf("got %d refused messages counted, want all %d", got, 3*42)
		}
		if w.Notify(w.t.Context(), notifyOf(attempt).signed("app_id", "2021000000000009")) {
			w.t.Error("acknowledged for another app")
		}
		if !w.Notify(w.t.Context(), notifyOf(attempt).signed()) {
			w.t.Error("got fail for a genuine payment, want success")
		}
		if got := w.count("SELECT COUNT(*) FROM ly_payment_event"); got != 105 {
			w.t.Errorf("got %d messages, want the two that Alipay signed beside 103", got)
		}
	})
}

// refusedMessages reads luffy_alipay_messages_total.
func refusedMessages(t *testing.T, metrics *prometheus.Registry) int {
	t.Helper()
	families, err := metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	for _, family := range families {
		for _, m := range family.GetMetric() {
			for _, label := range m.GetLabel() {
				if label.GetName() == "verdict" && label.GetValue() == string(models.VerdictRefused) {
					refused += int(m.GetCounter().GetValue())
				}
			}
		}
	}
	return refused
}

func TestNotifyBroken(t *testing.T) {
	w := untold(t, modelstest.SQLite)
	attempt := w.attempt()
	if err := w.db.Close(); err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{
		"paid":    notifyOf(attempt).signed(),
		"waiting": notifyOf(attempt).signed("trade_status", "WAIT_BUYER_PAY"), "forged": "x=1",
	} {
		if w.Notify(t.Context(), body) {
			t.Errorf("%s: acknowledged without a database", name)
		}
	}
	w.RefuseNotify(t.Context(), "x") // has nowhere to go but the log
}

// After a genuine message with a wrong sum the payment is held. But then a job or the return asks
// Alipay, and that answer counts.
func TestNotifyOfAWrongSumIsAskedAbout(t *testing.T) {
	for name, c := range map[string]struct {
		owed   models.Fen
		paid   bool // at the cashier
		learn  func(*world, models.Payment) error
		state  models.PaymentState
		status models.OrderStatus
	}{
		"job, the sum is right":    {99_00, true, askDue, models.PaymentPaid, models.OrderPaid},
		"return, the sum is right": {99_00, true, comeBack, models.PaymentPaid, models.OrderPaid},
		"job, the sum is wrong":    {98_00, true, askDue, models.PaymentHeld, models.OrderUnpaid},
		"job, nobody has paid":     {99_00, false, askDue, models.PaymentHeld, models.OrderUnpaid},
	} {
		t.Run(name, func(t *testing.T) {
			onEachUntold(t, func(w *world) {
				attempt := w.attempt()
				tradeNo := "2026112122001439881000120282"
				if c.paid {
					tradeNo = w.payAttempt(attempt).TradeNo
				}
				w.exec("UPDATE ly_payment SET amount = ?", c.owed)
				w.exec("UPDATE ly_order SET total_price = ?, discount_amount = 0, real_price = ?", c.owed, c.owed)
				if w.Notify(w.t.Context(), notifyOf(attempt).signed("trade_no", tradeNo, "total_amount", "0.01")) {
					w.t.Error("got a wrong sum acknowledged")
				}
				w.must(c.learn(w, attempt))
				order := w.orderOf(attempt)
				if got := order.Payments[0]; got.State != c.state || order.OrderStatus != c.status || got.AskAt != nil {
					w.t.Errorf("got payment %+v of order %v, want %s of %v, and no more questions",
						got, order.OrderStatus, c.state, c.status)
				}
			})
		})
	}
}

func askDue(w *world, _ models.Payment) error { return w.AskDue(w.t.Context()) }

func comeBack(w *world, p models.Payment) error {
	_, err := w.Return(w.t.Context(), returnOf(p).signed())
	return err
}

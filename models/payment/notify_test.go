package payment_test

import (
	"testing"
	"time"

	"luffy/models"
)

// The order is paid at Alipay's time, and the term counts from there, however late the message comes.
func TestNotifyPayTime(t *testing.T) {
	eachDesk(t, func(d *desk) {
		attempt := d.attempt()
		paidAt := time.Date(2026, 11, 22, 14, 29, 30, 0, time.UTC)
		d.clock.advance(time.Hour)
		if !d.Notify(d.t.Context(), notifyOf(attempt).signed()) {
			d.t.Error("got fail, want success")
		}
		order := d.order(attempt)
		if order.PayTime == nil || !order.PayTime.Equal(paidAt) || order.PayType != models.PayAlipay {
			d.t.Errorf("got pay time %v by %d, want %v", order.PayTime, order.PayType, paidAt)
		}
		if end := order.Lines[0].OutTime; end == nil || !end.Equal(paidAt.AddDate(0, 0, 30)) {
			d.t.Errorf("got end %v, want 30 days after %v", end, paidAt)
		}
	})
}

// A genuine message without the time of payment counts from when it came.
func TestNotifyWithoutPayTime(t *testing.T) {
	d := newDesk(t)
	attempt := d.attempt()
	d.Notify(t.Context(), notifyOf(attempt).signed("gmt_payment", "-"))
	if got := d.order(attempt).PayTime; got == nil || !got.Equal(d.clock.now()) {
		t.Errorf("got pay time %v, want %v", got, d.clock.now())
	}
}

// Money that an order cannot take goes back or is kept in sight, never lost and never booked twice.
func TestNotifyOfMoneyOutOfPlace(t *testing.T) {
	const cancelled, brought = "UPDATE ly_order SET order_status = 2", "DELETE FROM ly_payment"
	for name, c := range map[string]struct {
		prepare []string
		changes []string
		success bool
		event   string
		state   models.PaymentState
	}{
		"cancelled":    {[]string{cancelled}, nil, true, "notify accepted fulfilled_late", models.PaymentPaid},
		"timed out":    {[]string{"UPDATE ly_order SET order_status = 3"}, nil, true, "notify accepted fulfilled_late", models.PaymentPaid},
		"withdrawn":    {[]string{cancelled, "UPDATE ly_course SET published = 0"}, nil, true, "notify held order_closed", models.PaymentSurplus},
		"refunded":     {[]string{"UPDATE ly_order SET order_status = 4"}, nil, true, "notify held second_trade", models.PaymentSurplus},
		"paid already": {[]string{"UPDATE ly_order SET order_status = 1"}, nil, true, "notify held second_trade", models.PaymentSurplus},
		"too little":   {nil, []string{"total_amount", "98.99"}, false, "notify held wrong_amount", models.PaymentHeld},
		"too much":     {nil, []string{"total_amount", "990.00"}, false, "notify held wrong_amount", models.PaymentHeld},
		"old order":    {[]string{brought}, nil, true, "notify accepted fulfilled", models.PaymentPaid},
		"old, amount":  {[]string{brought}, []string{"total_amount", "0.01"}, false, "notify held wrong_amount", models.PaymentHeld},
	} {
		t.Run(name, func(t *testing.T) {
			eachDesk(t, func(d *desk) {
				attempt := d.attempt()
				for _, statement := range c.prepare {
					d.exec(statement)
				}
				body := notifyOf(attempt).signed(c.changes...)
				again := c.event
				if c.state == models.PaymentPaid {
					again = "notify duplicate already_done"
				}
				for range 2 {
					if got := d.Notify(d.t.Context(), body); got != c.success {
						d.t.Errorf("got acknowledged %v, want %v", got, c.success)
					}
				}
				d.wantEvents(c.event, again)
				order := d.order(attempt)
				if len(order.Payments) != 1 || order.Payments[0].State != c.state || order.Payments[0].TradeNo == nil {
					d.t.Errorf("got attempts %+v, want one %s with its trade", order.Payments, c.state)
				}
				if order.Lines[0].Granted != (c.state == models.PaymentPaid) {
					d.t.Errorf("got course granted %v in state %s", order.Lines[0].Granted, c.state)
				}
			})
		})
	}
}

// Without the seller's name a payment is acknowledged once it is booked, and not because the shop has closed its attempt meanwhile.
func TestNotifyWithoutSellerOfAClosedAttempt(t *testing.T) {
	for name, c := range map[string]struct {
		order  models.OrderStatus
		booked string
	}{
		"the order waits":    {models.OrderUnpaid, "query accepted fulfilled"},
		"the order is ended": {models.OrderTimedOut, "query accepted fulfilled_late"},
	} {
		t.Run(name, func(t *testing.T) {
			eachDesk(t, func(d *desk) {
				attempt := d.attempt()
				trade := d.pay(attempt)
				d.exec("UPDATE ly_payment SET state = ?, ask_at = NULL", models.PaymentClosed)
				d.exec("UPDATE ly_order SET order_status = ?", c.order)
				message := notifyOf(attempt).signed("seller_id", "-", "trade_no", trade.TradeNo)
				d.silence(1)
				if d.Notify(d.t.Context(), message) {
					d.t.Error("acknowledged without Alipay's word")
				}
				for range 2 {
					if !d.Notify(d.t.Context(), message) {
						d.t.Error("got fail, want success")
					}
				}
				if order := d.order(attempt); order.OrderStatus != models.OrderPaid || !order.Lines[0].Granted {
					d.t.Errorf("got %v, granted %v; want it paid", order.OrderStatus, order.Lines[0].Granted)
				}
				d.wantEvents("notify noted no_seller_asked", "notify noted no_seller_asked", c.booked, "notify noted no_seller_asked")
			})
		})
	}
}

// A sum that staff must look at stays in sight also without the seller's name.
func TestNotifyWithoutSellerOfHeldMoney(t *testing.T) {
	eachDesk(t, func(d *desk) {
		attempt := d.attempt()
		trade := d.pay(attempt)
		d.exec("UPDATE ly_payment SET state = ?, trade_no = ?", models.PaymentHeld, trade.TradeNo)
		if d.Notify(d.t.Context(), notifyOf(attempt).signed("seller_id", "-", "trade_no", trade.TradeNo)) {
			d.t.Error("got held money acknowledged")
		}
	})
}

// Without the seller's name the message is worth what Alipay's answer is worth, its sum included.
func TestNotifyWithoutSellerOtherSum(t *testing.T) {
	d := newDesk(t)
	attempt := d.attempt()
	trade := d.pay(attempt)
	d.exec("UPDATE ly_payment SET amount = 1")
	if d.Notify(t.Context(), notifyOf(attempt).signed("seller_id", "-", "trade_no", trade.TradeNo)) {
		t.Error("got a sum acknowledged that is not the attempt's")
	}
	d.wantEvents("notify noted no_seller_asked", "query held wrong_amount")
	if d.Notify(t.Context(), notifyOf(models.Payment{OutTradeNo: "20190929151453000001000020", Amount: 1}).signed("seller_id", "")) {
		t.Error("got an order acknowledged that does not exist")
	}
}

func TestNotifyBroken(t *testing.T) {
	d := newDesk(t)
	attempt := d.attempt()
	if err := d.db.Close(); err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{
		"paid": notifyOf(attempt).signed(), "waiting": notifyOf(attempt).signed("trade_status", "WAIT_BUYER_PAY"), "forged": "x=1",
	} {
		if d.Notify(t.Context(), body) {
			t.Errorf("%s: acknowledged without a database", name)
		}
	}
	d.RefuseNotify(t.Context(), "x") // has nowhere to go but the log
}

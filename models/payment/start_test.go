package payment_test

import (
	"encoding/json"
	"errors"
	"net/url"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
	"luffy/models/payment"
)

// link is what Start gives, taken apart.
func (d *desk) link(s *payment.Service, number string, device payment.Device) (params url.Values, biz map[string]string) {
	d.t.Helper()
	address, err := s.Start(d.t.Context(), d.ann.ID, number, device)
	if err != nil {
		d.t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil {
		d.t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(u.Query().Get("biz_content")), &biz); err != nil {
		d.t.Fatal(err)
	}
	return u.Query(), biz
}

func TestStart(t *testing.T) {
	for name, c := range map[string]struct {
		device               payment.Device
		method, product, way string // way = the field with the way back of a buyer who gives up
	}{
		"desktop": {payment.Desktop, "alipay.trade.page.pay", "FAST_INSTANT_TRADE_PAY", "request_from_url"},
		"phone":   {payment.Phone, "alipay.trade.wap.pay", "QUICK_WAP_WAY", "quit_url"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			order := modelstest.Order(t, d.db, d.ann, d.stock.Plain.For(30))
			params, biz := d.link(d.Service, order.OrderNumber, c.device)
			for field, want := range map[string]string{
				"method": c.method, "charset": "utf-8", "timestamp": "2026-11-22 22:30:00",
				"return_url": "https://shop.example/payments/result", "notify_url": "https://shop.example/payments/notify",
			} {
				if got := params.Get(field); got != want {
					t.Errorf("%s: got %q, want %q", field, got, want)
				}
			}
			for field, want := range map[string]string{
				"product_code": c.product, "out_trade_no": order.OrderNumber, "total_amount": "99.00", "time_expire": "2026-11-22 22:45:00",
				"subject": "路飞学城-Go 语言实战", c.way: "https://shop.example/orders/" + order.OrderNumber + "/result",
			} {
				if got := biz[field]; got != want {
					t.Errorf("%s: got %q, want %q", field, got, want)
				}
			}
		})
	}
}

// Paying again is the same attempt, with the words it began with; under another app, or once it is closed, it is a new one.
func TestStartAgain(t *testing.T) {
	eachDesk(t, func(d *desk) {
		order := modelstest.Order(d.t, d.db, d.ann, d.stock.Plain.For(30))
		d.link(d.Service, order.OrderNumber, payment.Desktop)
		d.exec("UPDATE ly_order SET order_title = 'renamed'")
		d.clock.advance(time.Minute)
		if _, biz := d.link(d.Service, order.OrderNumber, payment.Phone); biz["out_trade_no"] != order.OrderNumber || biz["subject"] != "路飞学城-Go 语言实战" {
			d.t.Errorf("got %v, want the first attempt unchanged", biz)
		}
		if _, biz := d.link(d.service("2021000000000002"), order.OrderNumber, payment.Desktop); biz["out_trade_no"] != order.OrderNumber+"_2" {
			d.t.Errorf("under another app: got %v, want attempt 2", biz)
		}
		d.exec("UPDATE ly_payment SET state = ?", models.PaymentClosed)
		if _, biz := d.link(d.Service, order.OrderNumber, payment.Desktop); biz["out_trade_no"] != order.OrderNumber+"_3" {
			d.t.Errorf("after closing: got %v, want attempt 3", biz)
		}
	})
}

func TestStartRefused(t *testing.T) {
	d := newDesk(t)
	eve := modelstest.Student(t, d.db, "eve")
	order := modelstest.Order(t, d.db, d.ann, d.stock.Plain.For(30))
	paid, _ := modelstest.Paid(t, d.db, d.ann, d.stock.Step.For(30))
	for name, c := range map[string]struct {
		user   int64
		number string
		want   error
	}{
		"another's": {eve.ID, order.OrderNumber, models.ErrNotFound},
		"unknown":   {d.ann.ID, "20190929151453000001000020", models.ErrNotFound},
		"no number": {d.ann.ID, "../..", models.ErrNotFound},
		"paid":      {d.ann.ID, paid.OrderNumber, models.ErrNotPayable},
	} {
		if address, err := d.Start(t.Context(), c.user, c.number, payment.Desktop); !errors.Is(err, c.want) || address != "" {
			t.Errorf("%s: got %q, %v; want %v", name, address, err, c.want)
		}
	}
	d.clock.advance(modelstest.TTL)
	if _, err := d.Start(t.Context(), d.ann.ID, order.OrderNumber, payment.Desktop); !errors.Is(err, models.ErrPastDeadline) {
		t.Errorf("at the deadline: got %v, want %v", err, models.ErrPastDeadline)
	}
}

// The time may run out between the database's answer and the link: the order is past its deadline, and nothing is broken.
func TestStartAsTimeRunsOut(t *testing.T) {
	clock := newClock()
	d := openDesk(t, modelstest.SQLite(t, modelstest.At(func() time.Time { return clock.now().Add(-modelstest.TTL) })), clock)
	order := modelstest.Order(t, d.db, d.ann, d.stock.Plain.For(30))
	if address, err := d.Start(t.Context(), d.ann.ID, order.OrderNumber, payment.Desktop); !errors.Is(err, models.ErrPastDeadline) {
		t.Errorf("got %q, %v; want %v", address, err, models.ErrPastDeadline)
	}
}

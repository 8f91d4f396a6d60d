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

// link returns the parameters and the biz_content of the address that Start returns.
func (w *world) link(
	s *payment.Service, number string, device payment.Device,
) (params url.Values, biz map[string]string) {
	w.t.Helper()
	address, err := s.Start(w.t.Context(), w.ann.ID, number, device)
	if err != nil {
		w.t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(u.Query().Get("biz_content")), &biz); err != nil {
		w.t.Fatal(err)
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
			w := untold(t, modelstest.SQLite)
			order := modelstest.Order(t, w.db, w.ann, w.stock.Plain.For(30))
			params, biz := w.link(w.Service, order.OrderNumber, c.device)
			for field, want := range map[string]string{
				"method": c.method, "charset": "utf-8", "timestamp": "2026-11-21 12:00:00",
				"return_url": "https://shop.example/payments/result", "notify_url": "https://shop.example/payments/notify",
			} {
				if got := params.Get(field); got != want {
					t.Errorf("%s: got %q, want %q", field, got, want)
				}
			}
			for field, want := range map[string]string{
				"product_code": c.product, "out_trade_no": order.OrderNumber,
				"total_amount": "99.00", "time_expire": "2026-11-21 12:15:00",
				"subject": "路飞学城-Go 语言实战", c.way: "https://shop.example/orders/" + order.OrderNumber + "/result",
			} {
				if got := biz[field]; got != want {
					t.Errorf("%s: got %q, want %q", field, got, want)
				}
			}
		})
	}
}

// What Alipay's bill does with a comma in a subject is not known, and it must not make the row unreadable.
func TestStartWithoutComma(t *testing.T) {
	w := untold(t, modelstest.SQLite)
	order := modelstest.Order(t, w.db, w.ann, w.stock.Plain.For(30))
	w.exec("UPDATE ly_order SET order_title = 'Go, 从零开始'")
	_, biz := w.link(w.Service, order.OrderNumber, payment.Desktop)
	if want := "路飞学城-Go， 从零开始"; biz["subject"] != want {
		t.Errorf("got subject %q, want %q", biz["subject"], want)
	}
}

// Paying again continues the same attempt, with the subject that it began with. Under another app, or
// once the attempt is closed, it begins a new one.
func TestStartAgain(t *testing.T) {
	onEachUntold(t, func(w *world) {
		order := modelstest.Order(w.t, w.db, w.ann, w.stock.Plain.For(30))
		w.link(w.Service, order.OrderNumber, payment.Desktop)
		w.exec("UPDATE ly_order SET order_title = 'renamed'")
		w.advance(time.Minute)
		_, biz := w.link(w.Service, order.OrderNumber, payment.Phone)
		if biz["out_trade_no"] != order.OrderNumber || biz["subject"] != "路飞学城-Go 语言实战" {
			w.t.Errorf("got %v, want the first attempt unchanged", biz)
		}
		other := w.service("2021000000000002", "https://shop.example/")
		if _, biz := w.link(other, order.OrderNumber, payment.Desktop); biz["out_trade_no"] != order.OrderNumber+"_2" {
			w.t.Errorf("under another app: got %v, want attempt 2", biz)
		}
		w.exec("UPDATE ly_payment SET state = ?", models.PaymentClosed)
		if _, biz := w.link(w.Service, order.OrderNumber, payment.Desktop); biz["out_trade_no"] != order.OrderNumber+"_3" {
			w.t.Errorf("after closing: got %v, want attempt 3", biz)
		}
	})
}

func TestStartRefused(t *testing.T) {
	w := untold(t, modelstest.SQLite)
	eve := w.student("eve")
	order := modelstest.Order(t, w.db, w.ann, w.stock.Plain.For(30))
	paid, _ := modelstest.Paid(t, w.db, w.ann, w.stock.Step.For(30))
	for name, c := range map[string]struct {
		user   int64
		number string
		want   error
	}{
		"another's": {eve.ID, order.OrderNumber, models.ErrNotFound},
		"unknown":   {w.ann.ID, "20190929151453000001000020", models.ErrNotFound},
		"no number": {w.ann.ID, "../..", models.ErrNotFound},
		"paid":      {w.ann.ID, paid.OrderNumber, models.ErrNotPayable},
	} {
		if address, err := w.Start(t.Context(), c.user, c.number, payment.Desktop); !errors.Is(err, c.want) || address != "" {
			t.Errorf("%s: got %q, %v; want %v", name, address, err, c.want)
		}
	}
	w.advance(modelstest.TTL)
	_, err := w.Start(t.Context(), w.ann.ID, order.OrderNumber, payment.Desktop)
	if !errors.Is(err, models.ErrPastDeadline) {
		t.Errorf("at the deadline: got %v, want %v", err, models.ErrPastDeadline)
	}
}

// If the time runs out between the database's answer and the link, the error is that the order is past
// its deadline.
func TestStartAsTimeRunsOut(t *testing.T) {
	late := func() time.Time { return noon.Add(-modelstest.TTL) }
	w := untold(t, modelstest.SQLite, modelstest.At(late))
	order := modelstest.Order(t, w.db, w.ann, w.stock.Plain.For(30))
	address, err := w.Start(t.Context(), w.ann.ID, order.OrderNumber, payment.Desktop)
	if !errors.Is(err, models.ErrPastDeadline) {
		t.Errorf("got %q, %v; want %v", address, err, models.ErrPastDeadline)
	}
}

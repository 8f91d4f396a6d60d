package handlers_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest"
)

func orderPath(number string) string { return "/orders/" + number }

func cancelPath(number string) string { return "/orders/" + number + "/cancel" }

// cancel presses 取消订单 and confirms it.
func (b *browser) cancel(number string) *page {
	b.t.Helper()
	return b.submit(b.open(cancelPath(number)), cancelPath(number))
}

// run is one pass of a job.
func (w *world) run(job func(context.Context) error) {
	w.t.Helper()
	if err := job(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// wantNoActions checks that an order is nowhere offered to be paid or cancelled.
func (b *browser) wantNoActions(number string) {
	b.t.Helper()
	for _, path := range []string{"/myorder/", orderPath(number), resultPath(number)} {
		p := b.open(path)
		if n := p.Find(`form[action$="/pay"], a[href$="/cancel"]`).Length(); n != 0 {
			b.t.Errorf("%s: got %d buttons to pay or cancel, want none", path, n)
		}
	}
}

// O12: What the page promises to give back is back on the next page, whether or not the student has been
// at the cashier.
func TestCancel(t *testing.T) {
	for name, atCashier := range map[string]bool{"nobody at the cashier": false, "a buyer at the cashier": true} {
		t.Run(name, func(t *testing.T) {
			eachWorld(t, func(w *world) {
				b, ann := w.student("ann")
				number := w.orderWithAll(ann).OrderNumber
				if atCashier {
					cashier := b.follow(b.get(b.submit(b.open("/myorder/"), orderPath(number)+"/pay").payLink().address))
					b.submit(cashier, cashier.url.Path+"/login", "buyer", sandbox.BuyerRich)
				}
				for _, path := range []string{"/myorder/", orderPath(number)} {
					if b.open(path).Find(`a[href="`+cancelPath(number)+`"]`).Length() != 1 {
						w.t.Errorf("%s: 取消订单 is not offered", path)
					}
				}
				b.open(cancelPath(number)).wantText("main", "要取消这个订单吗", "新人立减", "100 积分", "付款就有效")
				b.cancel(number).wantTo(orderPath(number))

				detail := b.open(orderPath(number))
				detail.wantText(".flash", "订单已取消，优惠券（新人立减）和 100 积分已退还。")
				detail.wantText("#state-title", "已取消")
				detail.wantText(".timeline", "提交订单，优惠券（新人立减）和 100 积分已抵扣", "您取消了订单，优惠券（新人立减）和 100 积分已退还")
				b.wantNoActions(number)
				b.open("/myorder/?status=closed").wantText(".tabs", "待付款 0", "已取消 1")
				b.open(resultPath(number)).wantText("h1", "订单已关闭")
				b.open("/checkout").wantText("main", "新人立减", "您有 1000 积分")
				if trade, exists := w.alipay.Trade(number); exists != atCashier || exists && trade.Status != "TRADE_CLOSED" {
					w.t.Errorf("got trade %v %q at Alipay, want it closed where a buyer had come", exists, trade.Status)
				}
			})
		})
	}
}

// The payment wins: a student who cancels a moment after paying has bought the courses.
func TestCancelPaidMeanwhile(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.fault(sandbox.Fault{Name: sandbox.NotifyDrop})
		b, ann := w.student("ann")
		number := w.orderWithAll(ann).OrderNumber
		question := b.open(cancelPath(number))
		b.pay(b.submit(b.open("/myorder/"), orderPath(number)+"/pay").payLink())
		b.submit(question, cancelPath(number)).wantTo(resultPath(number))
		result := b.open(resultPath(number))
		result.wantText(".flash", "取消之前付款已经完成：付款有效，课程已开通。")
		result.wantText("h1", "支付成功")
		w.wantOnce(ann, number)
	})
}

// Without an answer from Alipay the order stays 取消中 until a job ends it.
func TestCancelWithAlipayDown(t *testing.T) {
	eachTimedWorld(t, func(w *world, now *handClock) {
		b, ann := w.student("ann")
		number := w.orderWithAll(ann).OrderNumber
		b.submit(b.open("/myorder/"), orderPath(number)+"/pay").payLink()
		pay := b.open("/myorder/")
		w.fault(sandbox.Fault{Name: sandbox.APIBadGateway})
		b.cancel(number).wantTo(orderPath(number))

		detail := b.open(orderPath(number))
		detail.wantText(".flash", "订单取消中：支付宝还没有答复。取消会自动继续")
		detail.wantText("#state-title", "取消中")
		b.open("/myorder/").wantText("#order-"+number, "取消中")
		b.open(resultPath(number)).wantText(".result-head", "支付确认中", "订单取消中")
		b.wantNoActions(number)
		b.get(cancelPath(number)).wantTo(orderPath(number))
		b.submit(pay, orderPath(number)+"/pay").wantTo(resultPath(number))
		w.asked()

		w.alipay.ClearFaults()
		now.advance(2 * time.Minute)
		w.run(w.service.CloseDue)
		b.open(orderPath(number)).wantText("main", "已取消", "您取消了订单，优惠券（新人立减）和 100 积分已退还")
	})
}

// However often the button is pressed, the coupon and the points come back once and nobody sees an
// error.
func TestCancelTwice(t *testing.T) {
	eachWorld(t, func(w *world) {
		b, ann := w.student("ann")
		number := w.orderWithAll(ann).OrderNumber
		modelstest.Attempt(w.t, w.db, models.Order{OrderNumber: number, UserID: ann.ID})
		question := b.open(cancelPath(number))
		press := func() { b.submit(question, cancelPath(number)).wantTo(orderPath(number)) }
		atOnce(press, press, press, press)
		press()
		b.open(orderPath(number)).wantText(".flash", "订单已取消")
		if got := w.count("SELECT credit * 1000 + credit_held FROM ly_user WHERE id = ?", ann.ID); got != 1000_000 {
			w.t.Errorf("got points and held points %d, want 1000 and 0", got)
		}
		if got := w.count("SELECT COUNT(*) FROM ly_user_coupon WHERE order_id IS NULL AND used_at IS NULL"); got != 1 {
			w.t.Errorf("got %d free coupons, want 1", got)
		}
	})
}

func TestCancelWhatIsNotUnpaid(t *testing.T) {
	for status, want := range map[models.OrderStatus]string{
		models.OrderPaid: "订单已支付，不能取消。", models.OrderRefunded: "订单已退款，不能取消。",
		models.OrderCancelled: "订单已取消。", models.OrderTimedOut: "订单超过付款时间，已自动取消。",
	} {
		t.Run(want, func(t *testing.T) {
			w := newWorld(t, modelstest.SQLite(t))
			b, ann := w.student("ann")
			number := w.attempt(ann).OutTradeNo
			question := b.open(cancelPath(number))
			w.exec("UPDATE ly_order SET order_status = ?", status)
			b.get(cancelPath(number)).wantTo(orderPath(number))
			b.open(orderPath(number)).wantText(".flash", want)
			b.submit(question, cancelPath(number)).wantTo(orderPath(number))
			shown := b.open(orderPath(number))
			shown.wantText(".flash", want)
			if got, want := shown.Find(".flash-error").Length() == 1, strings.Contains(want, "不能"); got != want {
				t.Errorf("got the message as a refusal: %v, want %v", got, want)
			}
			if got := w.orderStatus(number); got != int64(status) {
				t.Errorf("got order status %d, want %d unchanged", got, status)
			}
		})
	}
}

func TestCancelOfOthers(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	number := w.attempt(modelstest.Student(t, w.db, "ann")).OutTradeNo
	eve, _ := w.student("eve")
	form := eve.open("/").form("/logout")
	for _, path := range []string{cancelPath(number), cancelPath("20190929151453000001000020"), cancelPath("x")} {
		eve.get(path).want(http.StatusNotFound)
		eve.post(path, form).want(http.StatusNotFound)
		w.browser().get(path).wantTo("/login?next=" + url.QueryEscape(path))
	}
	eve.post(cancelPath(number), nil).want(http.StatusForbidden)
	if got := w.orderStatus(number); got != int64(models.OrderUnpaid) {
		t.Errorf("got order status %d, want it unpaid", got)
	}
}

// O10.
func TestTimedOut(t *testing.T) {
	eachTimedWorld(t, func(w *world, now *handClock) {
		b, ann := w.student("ann")
		number := modelstest.Attempt(w.t, w.db, w.orderWithAll(ann)).OutTradeNo
		now.advance(modelstest.TTL)
		w.run(w.service.CloseDue)
		b.open(orderPath(number)).wantText(".timeline", "2026-11-22 22:45超过付款时间，订单自动取消，优惠券（新人立减）和 100 积分已退还")
		b.open(resultPath(number)).wantText(".result-head", "订单已关闭", "超过付款时间", "课程仍可开通时会为您开通，否则款项会全额原路退回")
		b.wantNoActions(number)
	})
}

package handlers_test

import (
	"slices"
	"strings"
	"testing"

	"luffy/models"
	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest"
)

// steps are the texts of an order's time line.
func (b *browser) steps(number string) []string {
	b.t.Helper()
	var steps []string
	for _, step := range b.open(orderPath(number)).Find(".timeline li span").EachIter() {
		steps = append(steps, step.Text())
	}
	return steps
}

func (b *browser) wantSteps(number string, want ...string) {
	b.t.Helper()
	if got := b.steps(number); !slices.Equal(got, want) {
		b.t.Errorf("got time line\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A student who cancels and then pays on an old page of the cashier gets the courses, as long as
// they can still be had as ordered.
func TestLatePaymentGranted(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.fault(sandbox.Fault{Name: sandbox.NotifyDrop})
		b, ann := w.student("ann")
		number := w.orderWithAll(ann).OrderNumber
		link := b.submit(b.open("/myorder/"), orderPath(number)+"/pay").payLink()
		b.cancel(number).wantTo(orderPath(number))
		returned := b.get(b.payAt(link))
		b.follow(returned).wantText("h1", "支付确认中")
		w.asked()

		result := b.open(resultPath(number))
		result.wantText("h1", "支付成功")
		result.wantText(".result-head .note", "订单关闭后收到付款，课程已开通。")
		if text := result.text(".facts"); strings.Contains(text, "已支付时间") {
			t.Errorf("the time of closing is shown as that of the payment: %s", text)
		}
		w.wantOnce(ann, number)
		b.wantSteps(number, "提交订单，优惠券（新人立减）和 100 积分已抵扣", "前往支付宝付款",
			"您取消了订单，优惠券（新人立减）和 100 积分已退还", "从支付宝返回", "订单关闭后收到付款，课程已开通")
	})
}

// If the courses cannot be had any more, the money goes back in full without staff, and the student sees
// the progress.
func TestLatePaymentGivenBack(t *testing.T) {
	eachWorld(t, func(w *world) {
		b, _ := w.student("ann")
		b.addToCart(w.stock.Plain.For(30))
		link := b.order().payLink()
		b.cancel(link.number).wantTo(orderPath(link.number))
		w.exec("UPDATE ly_course SET published = 0 WHERE id = ?", w.stock.Plain.ID)
		b.pay(link)
		w.delivery(link.number, 1)

		result := b.open(resultPath(link.number))
		result.wantText("h1", "订单已关闭")
		const came = "订单关闭后收到付款 ¥99.00，没有再开通课程"
		result.wantText(".note", came+"，退款处理中，款项会原路退回。")
		w.run(w.service.RefundDue)
		b.open(resultPath(link.number)).wantText(".note", came+"，已原路退回。")
		w.wantReturned(link.number, 99_00)
		b.wantSteps(link.number, "提交订单", "前往支付宝付款", "您取消了订单", came, "退款 ¥99.00 已原路退回")
	})
}

// wantReturned checks at Alipay what a buyer got back.
func (w *world) wantReturned(outTradeNo string, want models.Fen) {
	w.t.Helper()
	trade, _ := w.alipay.Trade(outTradeNo)
	var back models.Fen
	for _, r := range trade.Refunds {
		back += models.Fen(r.Amount)
	}
	if back != want {
		w.t.Errorf("got %s back for %s, want %s", back, outTradeNo, want)
	}
}

// Two attempts that are both paid give one order and one refund.
func TestSecondTrade(t *testing.T) {
	eachWorld(t, func(w *world) {
		b, _ := w.student("ann")
		b.addToCart(w.stock.Plain.For(30))
		first := b.order().payLink()
		w.exec("UPDATE ly_payment SET state = 'closed'")
		second := b.submit(b.open("/myorder/"), orderPath(first.number)+"/pay").payLink()
		b.pay(second)
		w.delivery(second.number, 1)
		b.pay(first)
		w.delivery(first.number, 1)

		result := b.open(resultPath(first.number))
		result.wantText("h1", "支付成功")
		result.wantText(".note", "收到重复的付款 ¥99.00，退款处理中")
		w.run(w.service.RefundDue)
		b.open(resultPath(first.number)).wantText(".note", "收到重复的付款 ¥99.00，已原路退回。")
		w.wantPaid(first.number, true)
		w.wantReturned(first.number, 99_00)
		w.wantReturned(second.number, 0)
		b.wantSteps(first.number, "提交订单", "前往支付宝付款", "前往支付宝付款", "支付成功，课程已开通",
			"收到重复的付款 ¥99.00", "退款 ¥99.00 已原路退回")
		b.open("/myorder/?status=paid").wantText("#order-"+first.number, "已支付")
	})
}

// The pages do not promise a refund that Alipay refuses for good.
func TestRefundRefused(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, ann := w.student("ann")
	payment := w.attempt(ann)
	w.exec("UPDATE ly_order SET order_status = 3, closed_at = created_at")
	w.exec("UPDATE ly_course SET published = 0")
	w.notify(notifyOf(payment).signed()).wantAnswer(t, true)
	w.exec("UPDATE ly_refund SET state = 'failed', try_at = NULL")
	b.open(resultPath(payment.OutTradeNo)).wantText(".note", "支付宝没有接受这笔退款，客服会与您联系。")
	if got := b.steps(payment.OutTradeNo); !strings.HasSuffix(got[len(got)-1], "支付宝没有接受这笔退款，客服会与您联系") {
		t.Errorf("got %q as the last step, want the refusal", got[len(got)-1])
	}
}

// A payment of a wrong sum is left to staff: the page neither calls the order paid nor unpaid, and
// asks for no second payment.
func TestHeldPayment(t *testing.T) {
	eachWorld(t, func(w *world) {
		b, ann := w.student("ann")
		payment := w.attempt(ann)
		body := notifyOf(payment).with("total_amount", "0.01")
		for range 2 {
			w.notify(body.signed()).wantAnswer(w.t, false)
		}
		result := b.open(resultPath(payment.OutTradeNo))
		result.wantText(".result-head", "支付确认中", "请不要重复付款", "收到一笔与订单金额不符的付款 ¥0.01，客服正在核对，钱是安全的。")
		if n := result.Find("#pay, [data-refresh], [http-equiv=refresh]").Length(); n != 0 {
			w.t.Errorf("got %d ways to pay again or to wait, want none", n)
		}
		order := b.open(orderPath(payment.OutTradeNo))
		order.wantText("main", "有一笔付款正在核对，请不要重复付款", "取消订单")
		if n := order.Find("#pay, #other-cashier").Length(); n != 0 {
			w.t.Errorf("got %d ways to pay on the order's page, want none", n)
		}
		listed := b.open("/myorder/")
		listed.wantText("#order-"+payment.OutTradeNo, "未支付", "有一笔付款正在核对，请不要重复付款", "取消订单")
		if n := listed.Find("form[action$='/pay']").Length(); n != 0 {
			w.t.Errorf("got %d ways to pay in My Orders, want none", n)
		}
		b.wantSteps(payment.OutTradeNo, "提交订单", "前往支付宝付款", "收到一笔与订单金额不符的付款 ¥0.01，客服正在核对，钱是安全的")
		// Staff give it back in Alipay's console.
		back := body.with("notify_id", "n2", "refund_fee", "0.01", "gmt_refund", "2026-11-22 22:40:00.123")
		w.notify(back.signed()).wantAnswer(w.t, true)
		b.open(resultPath(payment.OutTradeNo)).wantText(".note", "退款 ¥0.01，已原路退回。")
	})
}

package handlers_test

import (
	"testing"

	"luffy/models"
	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest"
)

// refund refunds as luffy refund does.
func (w *world) refund(r models.NewRefund) {
	w.t.Helper()
	r.By = "staff"
	if _, err := w.service.Refund(w.t.Context(), r); err != nil {
		w.t.Fatal(err)
	}
}

// A partly refunded order is under 已完成 and under 退款; a wholly refunded one is under 退款 only.
func TestRefundsOnPages(t *testing.T) {
	eachWorld(t, func(w *world) {
		b, user := w.student("ann")
		if _, err := w.db.GiveCoupon(w.t.Context(), user.ID, modelstest.CouponOff); err != nil {
			w.t.Fatal(err)
		}
		b.addToCart(w.stock.Plain.For(30), w.stock.Rate.For(0))
		link, returnURL := b.buy("coupon", "1", "points", "500") // 99.00 + 351.99 - 50.00 - 50.00
		b.get(returnURL)
		b.open("/myorder/").wantText(".tabs", "已完成 1", "退款 0")

		w.fault(sandbox.Fault{Name: sandbox.APIBadGateway})
		w.refund(models.NewRefund{OrderNumber: link.number, Line: 1, Reason: "买错了"})
		b.open(resultPath(link.number)).wantText(".note", "退款 ¥273.95，退款处理中")
		w.alipay.ClearFaults()
		w.exec("UPDATE ly_refund SET try_at = created_at")
		w.exec("UPDATE ly_payment SET refund_at = NULL") // the pause between two refunds of a trade
		w.run(w.service.RefundDue)
		w.exec("UPDATE ly_payment SET refund_at = NULL")

		orders := b.open("/myorder/?status=refund")
		orders.wantText("#order-"+link.number, "部分退款", "已退款 ¥273.95", "已收回")
		orders.wantText(".tabs", "已完成 1", "退款 1")
		b.open("/myorder/?status=paid").wantText("#order-"+link.number, "部分退款")
		b.open(resultPath(link.number)).wantText(".lead", "其中 ¥273.95 已退款")

		w.refund(models.NewRefund{OrderNumber: link.number, Reason: "停课"})
		b.open("/myorder/?status=refund").wantText("#order-"+link.number, "已退款", "已退款 ¥350.99")
		b.open("/myorder/?status=paid").wantText(".tabs", "全部 1", "已完成 0", "退款 1")
		b.open(resultPath(link.number)).wantText("h1", "已退款")
		b.wantSteps(link.number, "提交订单，优惠券（新人立减）和 500 积分已抵扣", "前往支付宝付款", "支付成功，课程已开通", "从支付宝返回",
			"客服发起退款 ¥273.95《Django 项目实战》：买错了",
			"退款 ¥273.95 已原路退回，《Django 项目实战》已收回，390 积分已退还",
			"客服发起退款 ¥77.04：停课", "退款 ¥77.04 已原路退回，110 积分已退还",
			"订单已全部退款，课程已收回，优惠券（新人立减）已退还")
	})
}

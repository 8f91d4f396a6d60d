package handlers_test

import (
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest"
)

func refundPath(number string) string { return orderPath(number) + "/refund" }

// requestRefund sends the form for the lines.
func (b *browser) requestRefund(number string, lines ...string) *page {
	b.t.Helper()
	p := b.open(refundPath(number))
	form := p.form(refundPath(number))
	form["line"] = lines
	form.Set("reason", "mistake")
	return b.post(refundPath(number), form)
}

// approve is what staff do from the command line.
func (w *world) approve(line int) models.Refund {
	w.t.Helper()
	refund, err := w.service.ApproveRefund(w.t.Context(), w.requestOf(line), models.RefundDecision{By: "staff"})
	if err != nil {
		w.t.Fatal(err)
	}
	return refund
}

func (w *world) requestOf(line int) int64 {
	w.t.Helper()
	return w.count(`
		SELECT q.id FROM ly_refund_request q JOIN ly_order_detail d ON d.id = q.order_detail_id
		WHERE d.position = ?`, line)
}

// boughtTwo is a paid order of 99.00 + 351.99 - 50.00 - 50.00, with a coupon and 500 points.
func (w *world) boughtTwo(b *browser, ann models.User) string {
	w.t.Helper()
	if _, err := w.db.GiveCoupon(w.t.Context(), ann.ID, modelstest.CouponOff); err != nil {
		w.t.Fatal(err)
	}
	b.addToCart(w.stock.Plain.For(30), w.stock.Rate.For(0))
	link, returnURL := b.buy("coupon", "1", "points", "500")
	b.get(returnURL)
	return link.number
}

// O14: From the link to the money every page says the same at every step.
func TestRefundRequest(t *testing.T) {
	eachTimedWorld(t, func(w *world, now *handClock) {
		b, ann := w.student("ann")
		number := w.boughtTwo(b, ann)
		for _, path := range []string{"/myorder/", orderPath(number), resultPath(number)} {
			p := b.open(path)
			if p.Find(`a[href="`+refundPath(number)+`"]`).Length() != 1 {
				w.t.Errorf("%s: 申请退款 is not offered", path)
			}
			p.wantText("main", "2026-11-29")
		}
		form := b.open(refundPath(number))
		form.wantText("#refund-rule", "付款后 7 天内（最后一天 2026-11-29），打开过的课时不到课程的 50% 时，可以申请退款。")
		form.wantText("main", "课程收回，不能再学习", "不能打开新的课时", "积分随课程按比例退还", "优惠券（新人立减）在订单全部退款时退还")
		form.wantText("#refund-form", "Go 语言实战", "已打开 0 / 3 课时", "退 ¥77.05 和 109 积分", "Django 项目实战", "退 ¥273.94 和 390 积分")

		b.requestRefund(number, "2").wantTo(orderPath(number))
		detail := b.open(orderPath(number))
		detail.wantText(".flash", "退款申请已提交，共 ¥273.94。")
		b.wantRequest(number, "申请中")
		detail.wantText(".timeline", "您申请退款《Django 项目实战》：买错了课程")

		w.fault(sandbox.Fault{Name: sandbox.APIBadGateway})
		now.advance(time.Second)
		w.approve(2)
		b.wantRequest(number, "退款中")
		b.open(resultPath(number)).wantText(".note", "退款 ¥273.94，退款处理中")
		w.alipay.ClearFaults()
		now.advance(time.Hour)
		w.run(w.service.RefundDue)
		b.wantRequest(number, "已退款")
		b.open(orderPath(number)).wantText(".timeline", "客服同意退款 ¥273.94《Django 项目实战》",
			"退款 ¥273.94 已原路退回，《Django 项目实战》已收回，390 积分已退还")
		b.get("/learn/3").want(http.StatusForbidden)

		b.requestRefund(number, "1").wantTo(orderPath(number))
		decision := models.RefundDecision{By: "staff", Reason: "课程已下载资料"}
		if err := w.db.RejectRefund(w.t.Context(), w.requestOf(1), decision); err != nil {
			w.t.Fatal(err)
		}
		b.wantRequest(number, "已拒绝 客服回复：课程已下载资料")
		b.open(orderPath(number)).wantText(".timeline", "客服拒绝了退款申请《Go 语言实战》：课程已下载资料")
		p := b.open(refundPath(number))
		p.wantText("#refund-standings", "退款申请已拒绝：课程已下载资料", "退款申请：已退款")
		if p.Find("#refund-form").Length() != 0 {
			w.t.Error("nothing is left to ask for, and the form is there")
		}
	})
}

// wantRequest expects that state of the request on My Orders, the order's page and the result page.
func (b *browser) wantRequest(number, state string) {
	b.t.Helper()
	for _, path := range []string{"/myorder/", orderPath(number), resultPath(number)} {
		b.open(path).wantText("main", "退款申请", state)
	}
}

func TestRefundOfOthers(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	order, _ := modelstest.Paid(t, w.db, modelstest.Student(t, w.db, "ann"), w.stock.Plain.For(30))
	eve, _ := w.student("eve")
	form := eve.open("/").form("/logout")
	form.Set("line", "1")
	form.Set("reason", "time")
	for _, number := range []string{order.OrderNumber, "20190929151453000001000020", "x", strconv.Itoa(1)} {
		path := refundPath(number)
		eve.get(path).want(http.StatusNotFound)
		eve.post(path, form).want(http.StatusNotFound)
		eve.post(path, eve.open("/").form("/logout")).want(http.StatusNotFound)
		eve.post(path+"/withdraw", form).want(http.StatusNotFound)
		w.browser().get(path).wantTo("/login?next=" + url.QueryEscape(path))
	}
	eve.post(refundPath(order.OrderNumber), nil).want(http.StatusForbidden)
	if n := w.count("SELECT COUNT(*) FROM ly_refund_request"); n != 0 {
		t.Errorf("got %d requests, want none", n)
	}
}

// However often the button is pressed, there is one request, and nobody sees an error.
func TestRefundRequestedTwice(t *testing.T) {
	eachWorld(t, func(w *world) {
		b, ann := w.student("ann")
		order, _ := modelstest.Paid(w.t, w.db, ann, w.stock.Plain.For(30), w.stock.Rate.For(0))
		path := refundPath(order.OrderNumber)
		form := b.open(path).form(path)
		form["line"] = []string{"1", "2"}
		form.Set("reason", "double")
		press := func() { b.post(path, form).wantTo(orderPath(order.OrderNumber)) }
		atOnce(press, press, press, press)
		press()
		if n := w.count("SELECT COUNT(*) FROM ly_refund_request"); n != 2 {
			w.t.Errorf("got %d requests, want one for each line", n)
		}
	})
}

// A shop that offers no refunds says so and nowhere links to the form. Free courses cannot be refunded.
func TestRefundsNotOffered(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t), func(s *setup) { s.refunds.Days = 0 })
	b, ann := w.student("ann")
	order, _ := modelstest.Paid(t, w.db, ann, w.stock.Plain.For(30))
	for _, path := range []string{"/myorder/", orderPath(order.OrderNumber), resultPath(order.OrderNumber)} {
		if b.open(path).Find(`a[href$="/refund"]`).Length() != 0 {
			t.Errorf("%s: leads to the form", path)
		}
	}
	p := b.open(refundPath(order.OrderNumber))
	p.wantText("#refund-rule", "本店目前不提供在线申请退款，请联系客服。")
	form := b.open("/").form("/logout")
	form.Set("line", "1")
	form.Set("reason", "time")
	b.post(refundPath(order.OrderNumber), form).want(http.StatusUnprocessableEntity)
}

package handlers_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest"
	"luffy/models/payment"
)

// Whatever an order is called leads to it; the name of a student leads to their orders.
func TestStaffSearch(t *testing.T) {
	eachWorld(t, func(w *world) {
		ann := modelstest.Student(w.t, w.db, "ann")
		order, trade := modelstest.Paid(w.t, w.db, ann, w.stock.Plain.For(30))
		boss := w.shopkeeper("boss")
		find := func(words string) *page { return boss.get("/staff/orders?" + url.Values{"q": {words}}.Encode()) }
		for _, name := range []string{
			order.OrderNumber, " " + order.OrderNumber + "\n", trade.TradeNo, "订单号：" + order.OrderNumber + "，¥99.00",
			"订单号 " + order.OrderNumber[:8] + " " + order.OrderNumber[8:] + "。", "订单 " + order.OrderNumber + " 99.00",
		} {
			find(name).wantTo(staffPath(order.OrderNumber))
		}
		boss.get(staffPath(trade.TradeNo)).wantTo(staffPath(order.OrderNumber))
		list := find("Ann")
		list.want(http.StatusOK)
		list.wantText(".found", order.OrderNumber, "Go 语言实战", "¥99.00", "已支付")
		find("boss").wantText("main", "学员 boss 还没有订单。")
		for _, words := range []string{"nobody", "%", "<b>x</b>", order.OrderNumber[:25], "x" + order.OrderNumber, strings.Repeat("长", 300)} {
			none := find(words)
			none.want(http.StatusOK)
			none.wantText("#not-found", "没有找到")
			if kept := none.Find("#staff-q").AttrOr("value", ""); kept == "" || !strings.HasPrefix(words, kept) {
				w.t.Errorf("%q: got %q in the search field, want the words kept", words, kept)
			}
			if none.Find("#not-found b").Length() != 0 {
				w.t.Errorf("%q became markup", words)
			}
		}
		boss.open("/staff/orders").wantText("main", "输入订单号")
		boss.get(staffPath("20190929151453000001000020")).want(http.StatusNotFound)
	})
}

// The page of an order has all that luffy order prints.
func TestStaffOrder(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, ann := w.student("ann")
	number := w.boughtTwo(b, ann)
	b.requestRefund(number, "2").wantTo(orderPath(number))
	w.refund(models.NewRefund{OrderNumber: number, Amount: 10_00, Reason: "补差价"})
	forged := url.Values{"out_trade_no": {number}, "trade_status": {"TRADE_SUCCESS"}, "sign": {"x"}, "sign_type": {"RSA2"}}
	b.post("/payments/notify", forged)
	boss := w.shopkeeper("boss")
	boss.open(staffPath(number)).wantText("main", "学员的手机号没有填写")
	b.submit(b.open("/account/profile"), "/account/profile", "mobile", "138 0013 8000")
	p := boss.open(staffPath(number))
	p.wantText("main", "学员的手机号13800138000")
	trade, _ := w.alipay.Trade(number)
	p.wantText("main", "部分退款", number, trade.TradeNo, "ann", "优惠券（新人立减）", "¥350.99",
		"Go 语言实战", "Django 项目实战", "申请中", "买错了课程", // the lines
		number+"R1", "补差价", "客服退款，staff", "已原路退回", // the refund
		"已付款", "还可以退 ¥340.99", // the attempt, and what is left of it
		"支付宝通知", "已入账", "付款成功，课程已开通 fulfilled", // the messages
		"不可信，未采用", "签名")
	p.wantText("#waiting", "已打开 0 / 3 课时", "同意退款 ¥77.04")
	if n := p.Find(`#give-back a[href^="` + staffPath(number) + `/refund"]`).Length(); n != 3 {
		t.Errorf("got %d ways to refund, want one for each line and one for all", n)
	}
	b.open(orderPath(number)).wantNoText("main", "staff")
}

// A payment that nobody told of is booked by asking, and the page says what Alipay said.
func TestStaffAsk(t *testing.T) {
	eachWorld(t, func(w *world) {
		b, _ := w.student("ann")
		boss := w.shopkeeper("boss")
		b.addToCart(w.stock.Plain.For(30))
		number := b.order().payLink().number
		ask := func(class string, texts ...string) {
			w.t.Helper()
			got := boss.submit(boss.open(staffPath(number)), staffPath(number)+"/ask")
			got.wantTo(staffPath(number))
			boss.follow(got).wantText(class, texts...)
		}
		ask(".flash:not(.flash-error)", "支付宝对 "+number+" 的答复：没有这笔交易，买家还没有在支付宝登录。")
		w.fault(sandbox.Fault{Name: sandbox.NotifyDrop})
		w.fault(sandbox.Fault{Name: sandbox.ReturnNone})
		link, err := w.service.Start(w.t.Context(), w.count("SELECT user_id FROM ly_order"), number, payment.Desktop)
		if err == nil {
			err = w.alipay.Pay(link, "")
		}
		if err != nil {
			w.t.Fatal(err)
		}
		w.fault(sandbox.Fault{Name: sandbox.APIBadGateway, Times: 1})
		ask(".flash-error", "没有得到支付宝的答复，请稍后再查询")
		w.alipay.ClearFaults()
		if got := w.orderStatus(number); got != int64(models.OrderUnpaid) {
			w.t.Errorf("got state %d before Alipay's word, want unpaid", got)
		}
		ask(".flash:not(.flash-error)", "答复：已付款，现在已入账，课程已开通。")
		ask(".flash:not(.flash-error)", "答复：已付款，这笔付款早已入账。")
		if got := w.orderStatus(number); got != int64(models.OrderPaid) || w.accepted() != 1 {
			w.t.Errorf("got state %d and %d bookings, want paid once", got, w.accepted())
		}
	})
}

// giveBack opens the page that asks once more.
func (b *browser) giveBack(number, query string) *page {
	b.t.Helper()
	return b.open(staffPath(number) + "/refund" + query)
}

// The page before a refund says what it does; sent twice, at once or from the browser's history, it is one refund.
func TestStaffRefundOnce(t *testing.T) {
	eachWorld(t, func(w *world) {
		b, ann := w.student("ann")
		number := w.boughtTwo(b, ann)
		boss := w.shopkeeper("boss")
		path := staffPath(number) + "/refund"
		form := boss.giveBack(number, "?line=1") // the course that went into the cart last
		form.wantText("main", "要退款 ¥273.95 吗？", "《Django 项目实战》", "学员 ann，原路退回", number)
		form.wantText("#ends", "这些课程不能再学习", "Django 项目实战", "积分随之退还")
		form.wantNoText("#ends", "Go 语言实战")
		press := func() { boss.submit(form, path, "reason", "换课").wantTo(staffPath(number)) }
		atOnce(press, press)
		press()
		boss.open(staffPath(number)).wantText(".flash:not(.flash-error)", "退款 ¥273.95 已原路退回。")
		if n := w.count("SELECT COUNT(*) FROM ly_refund WHERE requested_by = 'boss' AND reason = '换课'"); n != 1 {
			w.t.Errorf("got %d refunds, want one", n)
		}
		if trade, _ := w.alipay.Trade(number); trade.Refunded != 273_95 {
			w.t.Errorf("got %d fen back at Alipay, want 27395", trade.Refunded)
		}
		b.open(orderPath(number)).wantText(".timeline", "客服发起退款 ¥273.95《Django 项目实战》：换课")
		b.open(orderPath(number)).wantNoText("main", "boss")
		again := boss.submit(form, path, "reason", "换课", "line", "2")
		boss.follow(again).wantText(".flash-error", "这张表单已经用过")

		w.exec("UPDATE ly_payment SET refund_at = NULL") // the pause between two refunds of a trade
		rest := boss.giveBack(number, "")
		rest.wantText("main", "要退款 ¥77.04 吗？", "订单的全部余款")
		rest.wantText("#ends", "Go 语言实战", "优惠券（新人立减）和积分随之退还")
		boss.submit(rest, path, "reason", "停课").wantTo(staffPath(number))
		boss.open(staffPath(number)).wantText("main", "已退款", "已收回")
		boss.follow(boss.get(path)).wantText(".flash-error", "这个订单没有可以退的款项。")
	})
}

// A sum leaves the courses open.
func TestStaffRefundOfASum(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, ann := w.student("ann")
	number := w.boughtTwo(b, ann)
	boss := w.shopkeeper("boss")
	form := boss.giveBack(number, "?amount=10")
	form.wantText("main", "要退款 ¥10.00 吗？", "一笔款项")
	form.wantText("#ends", "课程不受影响")
	w.fault(sandbox.Fault{Name: sandbox.SellerBalance})
	boss.follow(boss.submit(form, staffPath(number)+"/refund", "reason", "补偿")).
		wantText(".flash:not(.flash-error)", "退款 ¥10.00 已经保存", "会自动继续，请不要再退一次")
	boss.open("/staff").wantText("#refunding", "另有 1 笔退款正在退回")
	w.exec("UPDATE ly_refund SET created_at = ?", w.db.Now().Add(-time.Hour))
	late := boss.open("/staff")
	late.wantText("#overdue", "¥10.00", "SELLER_BALANCE_NOT_ENOUGH", "请给商户账户充值", "不要用其他方式再退一次")
	late.wantText("title", "1 项待处理")
	late.wantNoText("main", "正在退回")
	boss.open(staffPath(number)).wantText("main", "还可以退 ¥340.99", "还没有完成，会自动再试")
	if n := w.count("SELECT COUNT(*) FROM ly_user_course WHERE revoked_at IS NOT NULL"); n != 0 {
		t.Errorf("got %d rights revoked, want none", n)
	}
}

// Two tabs that were opened for the same refund are one: the second is told that there was one meanwhile.
func TestStaffRefundInTwoTabs(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, ann := w.student("ann")
	number := w.boughtTwo(b, ann)
	boss := w.shopkeeper("boss")
	path := staffPath(number) + "/refund"
	one, two := boss.giveBack(number, "?amount=10"), boss.giveBack(number, "?amount=10")
	boss.submit(one, path, "reason", "补偿").wantTo(staffPath(number))
	boss.open(staffPath(number)).wantText(".flash:not(.flash-error)", "退款 ¥10.00 已原路退回。")
	boss.follow(boss.submit(two, path, "reason", "补偿")).wantText(".flash-error", "没有退款：打开表单以后，这个订单有过别的退款。")
	boss.giveBack(number, "?amount=10").wantText("main", "还可以退¥340.99")
	if n := w.count("SELECT COUNT(*) FROM ly_refund"); n != 1 {
		t.Errorf("got %d refunds, want one", n)
	}
}

// What Alipay refused and gave back later is no work any more, on the order's page as on the desk: who
// read there that it is would pay it a second time.
func TestStaffRefundMadeUpFor(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, ann := w.student("ann")
	number := w.boughtTwo(b, ann)
	boss := w.shopkeeper("boss")
	w.fault(sandbox.Fault{Name: sandbox.TradeFrozen})
	w.refund(models.NewRefund{OrderNumber: number, Amount: 10_00, Reason: "补偿"})
	boss.open(staffPath(number)).wantText("#waiting", "请用其他方式（如银行转账）退给学员，附言写上面的退款号", number+"R1")
	w.alipay.ClearFaults()
	w.exec("UPDATE ly_payment SET refund_at = NULL") // the pause between two refunds of a trade
	w.refund(models.NewRefund{OrderNumber: number, Amount: 10_00, Reason: "补偿"})
	boss.open("/staff").wantText("#quiet", "没有要处理的事")
	if page := boss.open(staffPath(number)); page.Find("#waiting").Length() != 0 {
		t.Errorf("got work %q, want none", page.text("#waiting"))
	}
}

// Where Alipay gives no answer, the page still says that the refund is stored, before the time for it is over.
func TestStaffRefundWithoutAnswer(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, ann := w.student("ann")
	number := w.boughtTwo(b, ann)
	boss := w.shopkeeper("boss")
	path := staffPath(number) + "/refund"
	form := boss.giveBack(number, "?amount=10").form(path)
	form.Set("reason", "补偿")
	w.fault(sandbox.Fault{Name: sandbox.APITimeoutAfter, Value: "3s"})
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second) // in the place of the 15 of a page
	defer cancel()
	boss.hurried(ctx, path, form).wantTo(staffPath(number))
	boss.open(staffPath(number)).wantText(".flash:not(.flash-error)", "退款 ¥10.00 已经保存", "请不要再退一次")
}

// hurried sends a form for whose answer there is only that much time.
func (b *browser) hurried(ctx context.Context, path string, form url.Values) *page {
	b.t.Helper()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, b.w.shop.URL+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", formType)
	for _, cookie := range b.client.Jar.Cookies(r.URL) {
		r.AddCookie(cookie)
	}
	answer := httptest.NewRecorder()
	b.w.routes.ServeHTTP(answer, r)
	return &page{t: b.t, url: r.URL, status: answer.Code, header: answer.Header(), body: answer.Body.String()}
}

// What cannot be refunded is refused with a word, before the page that asks and after it.
func TestStaffRefundIsChecked(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, ann := w.student("ann")
	number := w.boughtTwo(b, ann)
	unpaid := modelstest.Order(t, w.db, ann, w.stock.Step.For(30)).OrderNumber
	boss := w.shopkeeper("boss")
	for query, want := range map[string]string{
		"?line=3":              "请选择还能退款的课程",
		"?line=0":              "请选择还能退款的课程",
		"?line=x":              "请选择还能退款的课程",
		"?amount=0":            "请选择还能退款的课程，或写明金额",
		"?amount=-1":           "写明金额，例如 10.00",
		"?amount=1.005":        "写明金额，例如 10.00",
		"?amount=1e3":          "写明金额，例如 10.00",
		"?amount=1&line=1":     "请选择还能退款的课程",
		"?amount=351.00":       "最多还能退 ¥350.99。",
		"?amount=100000000.00": "最多还能退 ¥350.99。",
	} {
		got := boss.get(staffPath(number) + "/refund" + query)
		got.wantTo(staffPath(number))
		boss.follow(got).wantText(".flash-error", want)
	}
	boss.follow(boss.get(staffPath(unpaid)+"/refund")).wantText(".flash-error", "这个订单没有可以退的款项。")
	boss.get(staffPath("20190929151453000001000020") + "/refund").want(http.StatusNotFound)

	path := staffPath(number) + "/refund"
	form := boss.giveBack(number, "?amount=300.00")
	for _, reason := range []string{"", "  ", strings.Repeat("长", 201)} {
		refused := boss.submit(form, path, "reason", reason)
		refused.want(http.StatusUnprocessableEntity)
		refused.wantText(".problems", "请写明退款原因，最多 200 个字。")
		if got, want := refused.form(path).Get("key"), form.form(path).Get("key"); got != want {
			t.Errorf("got key %q, want it kept as %q", got, want)
		}
		if !strings.HasPrefix(refused.title(), "有错误") {
			t.Errorf("got title %q, want it to say that there is an error", refused.title())
		}
	}
	for _, fields := range [][]string{
		{"key", ""}, {"key", strings.Repeat("k", 65)}, {"key", " k"}, {"amount", ""}, {"amount", "x"}, {"line", "1"},
		{"left", ""}, {"left", "0.00"}, {"left", "-1"},
	} {
		boss.submit(form, path, append(fields, "reason", "x")...).want(http.StatusBadRequest)
	}
	w.refund(models.NewRefund{OrderNumber: number, Line: 2, Reason: "换课"}) // meanwhile, by somebody else
	boss.follow(boss.submit(form, path, "reason", "x")).wantText(".flash-error", "没有退款：剩下的款项不够，可能已经退过或正在退。")
	if n := w.count("SELECT COUNT(*) FROM ly_refund"); n != 1 {
		t.Errorf("got %d refunds, want only the one from elsewhere", n)
	}
}

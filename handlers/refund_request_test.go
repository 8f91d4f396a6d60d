package handlers_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
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
		b.wantRequest(number, "已拒绝：课程已下载资料")
		b.open(orderPath(number)).wantText(".timeline", "客服拒绝了退款申请《Go 语言实战》：课程已下载资料")
		p := b.open(refundPath(number))
		p.wantText("#refund-standings", "退款申请已拒绝：课程已下载资料", "退款申请：已退款")
		if p.Find("#refund-form").Length() != 0 {
			w.t.Error("nothing is left to ask for, and the form is there")
		}
	})
}

// wantRequest wants a state of a request on My Orders, the order's page and the result page.
func (b *browser) wantRequest(number, state string) {
	b.t.Helper()
	for _, path := range []string{"/myorder/", orderPath(number), resultPath(number)} {
		b.open(path).wantText("main", "退款申请", state)
	}
}

// A request that is taken back leaves everything as it was, and learning goes on.
func TestWithdrawRefund(t *testing.T) {
	now := newHandClock() // stands still, so that the cart's order is that of the lines
	w := newWorld(t, modelstest.SQLite(t, modelstest.At(now.now)), func(s *setup) { s.now = now.now })
	b, ann := w.student("ann")
	order, _ := modelstest.Paid(t, w.db, ann, w.stock.Plain.For(30), w.stock.Rate.For(0))
	number := order.OrderNumber
	b.requestRefund(number, "1", "2").wantTo(orderPath(number))
	lesson := b.open("/learn/1")
	lesson.wantText(".note", "不能打开新的课时")
	if lesson.Find("#open-lesson").Length() != 0 {
		t.Error("a lesson can be opened while a refund is asked for")
	}
	asked := b.open(refundPath(number))
	withdraw := asked.form(refundPath(number) + "/withdraw")
	for _, line := range []string{"", "x", "0", "9", "-1", "99999999999999999999"} {
		withdraw.Set("line", line)
		b.post(refundPath(number)+"/withdraw", withdraw).wantTo(orderPath(number))
		b.open(orderPath(number)).wantText(".flash", "没有可以撤回的退款申请。")
	}
	withdraw.Set("line", "1")
	for range 2 {
		b.post(refundPath(number)+"/withdraw", withdraw).wantTo(orderPath(number))
		b.open(orderPath(number)).wantText(".flash", "退款申请已撤回")
	}
	b.open(orderPath(number)).wantText(".timeline", "您撤回了退款申请《Go 语言实战》")
	b.submit(b.open("/learn/1"), "/learn/1", "lesson", "1").wantTo("/learn/1?lesson=1")
	w.approve(2)
	withdraw.Set("line", "2")
	b.post(refundPath(number)+"/withdraw", withdraw).wantTo(orderPath(number))
	b.open(orderPath(number)).wantText(".flash", "客服已经处理了这个申请")
}

func TestRefundFormIsChecked(t *testing.T) {
	const html, emoji = `<script>alert(1)</script>`, "😀买错了😀"
	for name, c := range map[string]struct {
		change func(url.Values)
		fault  string // of the form, or empty
		reason string // stored
	}{
		"no line":                {func(v url.Values) { v.Del("line") }, "请选择要退款的课程。", ""},
		"a foreign line":         {func(v url.Values) { v.Set("line", "9") }, "所选课程中有不能申请退款的", ""},
		"one foreign of two":     {func(v url.Values) { v.Add("line", "1000000") }, "所选课程中有不能申请退款的", ""},
		"a line of no number":    {func(v url.Values) { v.Set("line", "x") }, "所选课程中有不能申请退款的", ""},
		"a negative line":        {func(v url.Values) { v.Set("line", "-1") }, "所选课程中有不能申请退款的", ""},
		"a line past all":        {func(v url.Values) { v.Set("line", "99999999999999999999") }, "所选课程中有不能申请退款的", ""},
		"HTML for a line":        {func(v url.Values) { v.Set("line", html) }, "所选课程中有不能申请退款的", ""},
		"no reason":              {func(v url.Values) { v.Del("reason") }, "请选择退款原因。", ""},
		"an unknown reason":      {func(v url.Values) { v.Set("reason", html) }, "请选择退款原因。", ""},
		"other, without words":   {func(v url.Values) { v.Set("reason", "other"); v.Set("detail", " \t\n\u3000") }, "选择“其他”时，请写明退款原因。", ""},
		"too many words":         {func(v url.Values) { v.Set("detail", strings.Repeat("长", 201)) }, "补充说明最多 200 个字，现在有 201 个。", ""},
		"as many words as go":    {func(v url.Values) { v.Set("detail", strings.Repeat("😀", 200)) }, "", "买错了课程：" + strings.Repeat("😀", 200)},
		"HTML":                   {func(v url.Values) { v.Set("reason", "other"); v.Set("detail", html) }, "", "其他：" + html},
		"emoji":                  {func(v url.Values) { v.Set("detail", emoji) }, "", "买错了课程：" + emoji},
		"lines and control":      {func(v url.Values) { v.Set("detail", "a\r\n\x1b[31mb\x00c") }, "", "买错了课程：a [31mb c"},
		"bytes that are no text": {func(v url.Values) { v.Set("detail", "a\xff\xfeb") }, "", "买错了课程：ab"},
		"the same line twice":    {func(v url.Values) { v.Add("line", "1") }, "", "买错了课程"},
		"fields of nobody":       {func(v url.Values) { v.Set("amount", "0.01"); v.Set("state", "approved") }, "", "买错了课程"},
	} {
		t.Run(name, func(t *testing.T) {
			modelstest.OnEach(t, func(t *testing.T, db *models.DB) {
				w := newWorld(t, db)
				b, ann := w.student("ann")
				order, _ := modelstest.Paid(t, w.db, ann, w.stock.Plain.For(30), w.stock.Rate.For(0))
				path := refundPath(order.OrderNumber)
				form := b.open(path).form(path)
				form.Set("line", "1")
				form.Set("reason", "mistake")
				c.change(form)
				got := b.post(path, form)
				if c.fault != "" {
					got.want(http.StatusUnprocessableEntity)
					got.wantText(".problems", c.fault)
					if n := w.count("SELECT COUNT(*) FROM ly_refund_request"); n != 0 {
						t.Errorf("got %d requests, want none", n)
					}
					return
				}
				got.wantTo(orderPath(order.OrderNumber))
				requests, err := w.db.RefundRequestsOf(t.Context(), order.OrderNumber)
				if err != nil || len(requests) != 1 || requests[0].Reason != c.reason {
					t.Errorf("got %+v, %v; want one for %q", requests, err, c.reason)
				}
				shown := b.open(orderPath(order.OrderNumber))
				shown.wantText(".timeline", c.reason)
				if shown.Find(".timeline script").Length() != 0 {
					t.Error("a reason became markup")
				}
			})
		})
	}
}

// A form that was refused comes back as it was sent.
func TestRefusedRefundFormKeepsWhatWasSent(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, ann := w.student("ann")
	order, _ := modelstest.Paid(t, w.db, ann, w.stock.Plain.For(30), w.stock.Rate.For(0))
	path := refundPath(order.OrderNumber)
	form := b.open(path).form(path)
	form.Set("line", "2")
	form.Set("reason", "time")
	form.Set("detail", strings.Repeat("长", 201))
	p := b.post(path, form)
	p.want(http.StatusUnprocessableEntity)
	if p.Find(`input[name=line][value="2"][checked], input[name=reason][value=time][checked]`).Length() != 2 ||
		p.Find(`input[name=line][checked]`).Length() != 1 || p.Find("textarea").Text() != form.Get("detail") {
		t.Errorf("the form has lost what was sent: %s", p.text("#refund-form"))
	}
	if !strings.HasPrefix(p.title(), "有错误") {
		t.Errorf("got title %q, want it to say that there is an error", p.title())
	}
}

// Between the form and its sending the world moves on.
func TestStaleRefundForm(t *testing.T) {
	for name, c := range map[string]struct {
		meanwhile func(*world, *handClock, string)
		status    int
		text      string
	}{
		"asked in another tab": {func(w *world, _ *handClock, number string) {
			w.exec(`
				INSERT INTO ly_refund_request (order_detail_id, state, reason, created_at)
				SELECT id, 'open', 'x', ? FROM ly_order_detail WHERE position = 1`, w.db.Now())
		}, http.StatusSeeOther, "退款申请已提交，共 ¥99.00。"},
		"refunded by staff": {func(w *world, _ *handClock, number string) {
			w.exec("UPDATE ly_user_course SET revoked_at = ? WHERE course_id = 1", w.db.Now())
		}, http.StatusUnprocessableEntity, "已经退款，或正在退款"},
		"too late": {func(_ *world, now *handClock, _ string) {
			now.advance(9*time.Hour + 30*time.Minute + 6*24*time.Hour + 24*time.Hour)
		}, http.StatusUnprocessableEntity, "已超过可以申请退款的日期"},
		"too much watched": {func(w *world, now *handClock, _ string) {
			w.exec("INSERT INTO ly_lesson_seen (user_id, lesson_id, seen_at) VALUES (1, 1, ?), (1, 2, ?)", now.now(), now.now())
		}, http.StatusUnprocessableEntity, "已打开 2 / 3 课时"},
		"cancelled as a whole": {func(w *world, _ *handClock, number string) {
			w.exec("UPDATE ly_order SET order_status = 4 WHERE order_number = ?", number)
		}, http.StatusSeeOther, "这个订单现在没有可以申请退款的课程。"},
	} {
		t.Run(name, func(t *testing.T) {
			now := newHandClock()
			w := newWorld(t, modelstest.SQLite(t, modelstest.At(now.now)), func(s *setup) { s.now = now.now })
			b, ann := w.student("ann")
			order, _ := modelstest.Paid(t, w.db, ann, w.stock.Plain.For(30), w.stock.Rate.For(0))
			path := refundPath(order.OrderNumber)
			form := b.open(path).form(path)
			form.Set("line", "1")
			form.Set("reason", "time")
			c.meanwhile(w, now, order.OrderNumber)
			got := b.post(path, form)
			got.want(c.status)
			if c.status == http.StatusSeeOther {
				got = b.follow(got)
			}
			got.wantText("main, .flash", c.text)
			if n := w.count("SELECT COUNT(*) FROM ly_refund_request WHERE reason <> 'x'"); n != 0 {
				t.Errorf("got %d requests more, want none", n)
			}
		})
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

// However often the button is pressed, it is asked once and nobody sees an error.
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

// A shop that offers no refunds says so, and nowhere leads to the form; free courses have nothing to give back.
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

package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

func TestRefundFormIsChecked(t *testing.T) {
	const html, emoji = `<script>alert(1)</script>`, "😀买错了😀"
	for name, c := range map[string]struct {
		change func(url.Values)
		fault  string // of the form, or empty
		reason string // stored
	}{
		"no line":             {func(v url.Values) { v.Del("line") }, "请选择要退款的课程。", ""},
		"a foreign line":      {func(v url.Values) { v.Set("line", "9") }, "所选课程中有不能申请退款的", ""},
		"one foreign of two":  {func(v url.Values) { v.Add("line", "1000000") }, "所选课程中有不能申请退款的", ""},
		"a line of no number": {func(v url.Values) { v.Set("line", "x") }, "所选课程中有不能申请退款的", ""},
		"a negative line":     {func(v url.Values) { v.Set("line", "-1") }, "所选课程中有不能申请退款的", ""},
		"a line past all":     {func(v url.Values) { v.Set("line", "99999999999999999999") }, "所选课程中有不能申请退款的", ""},
		"HTML for a line":     {func(v url.Values) { v.Set("line", html) }, "所选课程中有不能申请退款的", ""},
		"no reason":           {func(v url.Values) { v.Del("reason") }, "请选择退款原因。", ""},
		"an unknown reason":   {func(v url.Values) { v.Set("reason", html) }, "请选择退款原因。", ""},
		"other, without words": {
			func(v url.Values) { v.Set("reason", "other"); v.Set("detail", " \t\n\u3000") }, "选择“其他”时，请写明退款原因。", "",
		},
		"too many words": {
			func(v url.Values) { v.Set("detail", strings.Repeat("长", 201)) }, "补充说明最多 200 个字，现在有 201 个。", "",
		},
		"as many words as go": {
			func(v url.Values) { v.Set("detail", strings.Repeat("😀", 200)) }, "", "买错了课程：" + strings.Repeat("😀", 200),
		},
		"HTML":                   {func(v url.Values) { v.Set("reason", "other"); v.Set("detail", html) }, "", "其他：" + html},
		"emoji":                  {func(v url.Values) { v.Set("detail", emoji) }, "", "买错了课程：" + emoji},
		"lines and control":      {func(v url.Values) { v.Set("detail", "a\r\n\x1b[31mb\x00c") }, "", "买错了课程：a [31mb c"},
		"text turned around":     {func(v url.Values) { v.Set("detail", "a\u202eb\u2066c") }, "", "买错了课程：a b c"},
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

// The form is sent after something has changed that it did not show.
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

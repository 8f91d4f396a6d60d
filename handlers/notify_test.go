package handlers_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"luffy/models"
	"luffy/models/modelstest"
)

func gbk(s string) string {
	text, err := simplifiedchinese.GBK.NewEncoder().String(s)
	if err != nil {
		panic(err)
	}
	return text
}

var notifyCases = map[string]struct {
	body    func(fields) string
	success bool
	event   string
	paid    bool
}{
	"paid":     {fields.signed, true, "notify accepted fulfilled", true},
	"finished": {changed("trade_status", "TRADE_FINISHED"), true, "notify accepted fulfilled", true},
	"unknown fields": {
		changed("x_of_tomorrow", "新", "send_back_fee", "0.00"), true, "notify accepted fulfilled", true,
	},
	"empty signed field": {changed("body", ""), true, "notify accepted fulfilled", true},
	"hard characters":    {changed("subject", `C++ %41 & "Go" 'n' =1 `), true, "notify accepted fulfilled", true},
	"GBK":                {changed("charset", "GBK", "subject", gbk("路飞学城")), true, "notify accepted fulfilled", true},
	"invalid UTF-8":      {changed("subject", "\xff\xfe\x00"), true, "notify accepted fulfilled", true},
	"one decimal":        {changed("total_amount", "99.0"), true, "notify accepted fulfilled", true},
	"no time of payment": {changed("gmt_payment", "-"), true, "notify accepted fulfilled", true},
	"waiting":            {changed("trade_status", "WAIT_BUYER_PAY"), true, "notify noted not_paid", false},
	"unknown status":     {changed("trade_status", "TRADE_PENDING"), true, "notify noted not_paid", false},
	"closed":             {changed("trade_status", "TRADE_CLOSED"), true, "notify noted closed", false},
	"unknown order": {
		changed("out_trade_no", "20190929151453000001000020"), false, "notify refused unknown_order", false,
	},
	"number of no order": {changed("out_trade_no", "x"), false, "notify refused unknown_order", false},
	"another app":        {changed("app_id", "2021000000000002"), false, "notify refused app_id", false},
	"another seller":     {changed("seller_id", "2088000000000000"), false, "notify refused seller_id", false},
	"amount unreadable":  {changed("total_amount", "99.00元"), false, "notify refused fields", false},
	"amount missing":     {changed("total_amount", "-"), false, "notify refused fields", false},
	"notify_id missing":  {changed("notify_id", "-"), false, "notify refused fields", false},
	"sign_type RSA":      {changed("sign_type", "RSA"), false, "notify refused sign_type", false},
	"sign missing":       {spoilt(`&sign=[^&]*`, ""), false, "notify refused no_sign", false},
	"sign empty":         {spoilt(`&sign=[^&]*`, "&sign="), false, "notify refused no_sign", false},
	"sign garbled":       {spoilt(`&sign=..`, "&sign=**"), false, "notify refused sign_encoding", false},
	"sign of another":    {spoilt(`&sign=.`, "&sign=%2F"), false, "notify refused signature", false},
	"stranger's key": {
		func(f fields) string { return f.signedWith(appKey()) }, false, "notify refused signature", false,
	},
	"amount tampered":     {spoilt(`total_amount=99.00`, "total_amount=0.01"), false, "notify refused signature", false},
	"name repeated":       {spoilt(`$`, "&total_amount=99.00"), false, "notify refused repeated_name", false},
	"name repeated empty": {spoilt(`$`, "&trade_status="), false, "notify refused repeated_name", false},
	"broken escape":       {spoilt(`$`, "&x=%zz"), false, "notify refused malformed", false},
	"empty":               {func(fields) string { return "" }, false, "notify refused no_sign", false},
	"1 MB":                {spoilt(`$`, "&x="+strings.Repeat("x", 1<<20)), false, "notify refused too_large", false},
}

// Each message is about another unpaid order of 99.00.
func TestNotify(t *testing.T) {
	modelstest.OnEach(t, func(t *testing.T, db *models.DB) {
		w := newWorld(t, db)
		ann := modelstest.Student(t, db, "ann")
		for name, c := range notifyCases {
			t.Run(name, func(t *testing.T) {
				w := w.in(t)
				payment, before := w.attempt(ann), len(w.events())
				w.notify(c.body(notifyOf(payment))).wantAnswer(t, c.success)
				if got := w.events()[before:]; !slices.Equal(got, []string{c.event}) {
					t.Errorf("got events %q, want %q", got, c.event)
				}
				w.wantPaid(payment.OutTradeNo, c.paid)
			})
		}
	})
}

// changed signs the message with other values.
func changed(changes ...string) func(fields) string {
	return func(f fields) string { return f.with(changes...).signed() }
}

// spoilt alters the signed message.
func spoilt(pattern, replacement string) func(fields) string {
	return func(f fields) string { return replaceFirst(f.signed(), pattern, replacement) }
}

// wantPaid checks that an order is paid and opens its course, or neither.
func (w *world) wantPaid(number string, paid bool) {
	w.t.Helper()
	status, records := models.OrderUnpaid, int64(0)
	if paid {
		status, records = models.OrderPaid, 1
	}
	if got := w.orderStatus(number); got != int64(status) {
		w.t.Errorf("got order status %d, want %d", got, status)
	}
	got := w.count(`SELECT COUNT(*) FROM ly_user_course r JOIN ly_order_detail d ON d.id = r.order_detail_id
		JOIN ly_order o ON o.id = d.order_id WHERE o.order_number = ?`, number)
	if got != records {
		w.t.Errorf("got %d purchase records, want %d", got, records)
	}
}

// A genuine payment of a wrong sum stays visible to staff until somebody has dealt with it.
func TestNotifyWrongAmount(t *testing.T) {
	eachWorld(t, func(w *world) {
		payment := w.attempt(modelstest.Student(w.t, w.db, "ann"))
		body := notifyOf(payment).with("total_amount", "0.01").signed()
		for range 2 {
			w.notify(body).wantAnswer(w.t, false)
			if got, want := w.lastEvent(), "notify held wrong_amount"; got != want {
				w.t.Errorf("got event %q, want %q", got, want)
			}
		}
		w.wantPaid(payment.OutTradeNo, false)
	})
}

func TestNotifyAgain(t *testing.T) {
	eachWorld(t, func(w *world) {
		payment := w.attempt(modelstest.Student(w.t, w.db, "ann"))
		body := notifyOf(payment)
		w.notify(body.signed()).wantAnswer(w.t, true)
		for name, c := range map[string]struct {
			body  fields
			event string
		}{
			"the same": {body, "notify duplicate already_done"},
			"finished, months": {
				body.with("notify_id", "n2", "trade_status", "TRADE_FINISHED"), "notify duplicate already_done",
			},
			"closed, out of order": {body.with("notify_id", "n4", "trade_status", "TRADE_CLOSED"), "notify noted closed"},
			"another trade": {
				body.with("notify_id", "n5", "trade_no", "2026112222001439889999999999"), "notify held another_trade",
			},
		} {
			w.notify(c.body.signed()).wantAnswer(w.t, true)
			if got := w.lastEvent(); got != c.event {
				w.t.Errorf("%s: got event %q, want %q", name, got, c.event)
			}
			w.wantPaid(payment.OutTradeNo, true)
		}
	})
}

// A refund made in Alipay's own console is booked when its notify comes, once.
func TestNotifyOfRefund(t *testing.T) {
	eachWorld(t, func(w *world) {
		b, ann := w.student("ann")
		payment := w.attempt(ann)
		body := notifyOf(payment)
		w.notify(body.signed()).wantAnswer(w.t, true)
		part := body.with("notify_id", "n2", "refund_fee", "9.00", "gmt_refund", "2026-11-22 22:40:00.123")
		full := body.with("notify_id", "n3", "trade_status", "TRADE_CLOSED",
			"refund_fee", "99.00", "gmt_refund", "2026-11-22 22:50:00.123")
		for _, c := range []struct {
			body  fields
			state string
		}{
			{part, "部分退款"}, {part, "部分退款"}, {full, "已退款"}, {part, "已退款"}, {full, "已退款"},
		} {
			w.notify(c.body.signed()).wantAnswer(w.t, true)
			if got := w.lastEvent(); got != "notify noted refund" {
				w.t.Errorf("got event %q, want notify noted refund", got)
			}
			b.open("/orders/"+payment.OutTradeNo).wantText("#state-title", c.state)
		}
		if got := w.count("SELECT COUNT(*) * 100 + SUM(amount) FROM ly_refund WHERE state = 'done'"); got != 200+99_00 {
			w.t.Errorf("got refunds and their sum %d, want two of 99.00", got)
		}
		b.open("/orders/"+payment.OutTradeNo).wantText(".timeline", "退款 ¥9.00 已原路退回", "退款 ¥90.00 已原路退回", "订单已全部退款，课程已收回")
	})
}

// A refund of a payment that the shop does not know: it asks Alipay, and answers fail until the
// payment is known, so that the notify comes again.
func TestNotifyOfRefundWithoutPayment(t *testing.T) {
	eachWorld(t, func(w *world) {
		payment := w.attempt(modelstest.Student(w.t, w.db, "ann"))
		for _, body := range []fields{
			notifyOf(payment).with("refund_fee", "9.00"),
			notifyOf(payment).with("trade_status", "TRADE_CLOSED", "refund_fee", "99.00"),
		} {
			w.notify(body.signed()).wantAnswer(w.t, false)
			if got, want := w.lastEvent(), "notify failed refund"; got != want {
				w.t.Errorf("got event %q, want %q", got, want)
			}
		}
		w.wantPaid(payment.OutTradeNo, false)
		if n := w.count("SELECT COUNT(*) FROM ly_refund"); n != 0 {
			w.t.Errorf("got %d refunds, want none", n)
		}
	})
}

// The route answers success or fail, whatever the method and the form of the request.
func TestNotifyForm(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	payment := w.attempt(modelstest.Student(t, w.db, "ann"))
	body := notifyOf(payment).signed()
	for name, c := range map[string]struct{ method, contentType, address, body string }{
		"GET":            {http.MethodGet, "", "/payments/notify?" + body, ""},
		"HEAD":           {http.MethodHead, "", "/payments/notify?" + body, ""},
		"PUT":            {http.MethodPut, formType, "/payments/notify", body},
		"JSON":           {http.MethodPost, "application/json", "/payments/notify", body},
		"multipart":      {http.MethodPost, "multipart/form-data; boundary=x", "/payments/notify", body},
		"no type":        {http.MethodPost, "", "/payments/notify", body},
		"in the address": {http.MethodPost, formType, "/payments/notify?" + body, ""},
		"in both": {http.MethodPost, formType, "/payments/notify?total_amount=99.00",
			replaceFirst(body, "total_amount=99.00", "total_amount=0.01")},
	} {
		t.Run(name, func(t *testing.T) {
			got := w.browser().do(c.method, c.address, c.contentType, strings.NewReader(c.body))
			if c.method == http.MethodHead {
				got.body = "fail" // an answer to HEAD has no body
			}
			got.wantAnswer(t, false)
			if event := w.lastEvent(); !strings.HasPrefix(event, "notify refused ") {
				t.Errorf("got event %q, want a refusal", event)
			}
			w.wantPaid(payment.OutTradeNo, false)
		})
	}
	// A genuine notify is taken with a session, from a foreign page, and with a query in its
	// address, too.
	b, _ := w.student("bob")
	b.header.Set("Sec-Fetch-Site", "cross-site")
	b.do(http.MethodPost, "/payments/notify?x=1", formType, strings.NewReader(body)).wantAnswer(t, true)
	w.wantPaid(payment.OutTradeNo, true)
}

// What follows the kind in the Content-Type is no reason to refuse a notify: Alipay's is malformed.
func TestNotifyContentType(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	ann := modelstest.Student(t, w.db, "ann")
	for _, contentType := range []string{
		"application/x-www-form-urlencoded; text/html; charset=utf-8",
		"application/x-www-form-urlencoded;charset=utf-8;charset=utf-8",
		"Application/X-WWW-Form-Urlencoded ; Charset=UTF-8",
	} {
		t.Run(contentType, func(t *testing.T) {
			payment := w.attempt(ann)
			body := notifyOf(payment).signed()
			w.browser().do(http.MethodPost, "/payments/notify", contentType, strings.NewReader(body)).wantAnswer(t, true)
			w.wantPaid(payment.OutTradeNo, true)
		})
	}
}

// Only a bounded part of a message that anybody may have sent is stored, and it can be found again.
func TestNotifyKept(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	payment := w.attempt(modelstest.Student(t, w.db, "ann"))
	long := notifyOf(payment).with("subject", strings.Repeat("长", 3000), "notify_id", strings.Repeat("n", 300))
	w.notify(long.signedWith(appKey())).wantAnswer(t, false)
	if n := w.count("SELECT LENGTH(raw) FROM ly_payment_event"); n < 4<<10 || n > 8<<10 {
		t.Errorf("got %d bytes kept, want at most 8 KiB", n)
	}
	n := w.count("SELECT COUNT(*) FROM ly_payment_event WHERE out_trade_no = ? AND trade_status = 'TRADE_SUCCESS'",
		payment.OutTradeNo)
	if n != 1 {
		t.Errorf("got %d events found by out_trade_no, want 1", n)
	}
	genuine := notifyOf(payment).signed()
	w.notify(genuine).wantAnswer(t, true)
	var raw string
	err := w.db.SQL().QueryRowContext(t.Context(),
		"SELECT raw FROM ly_payment_event WHERE verdict = 'accepted'").Scan(&raw)
	if err != nil || raw != genuine {
		t.Errorf("got %q, %v; want the body as it came", raw, err)
	}
	logged := w.log.String()
	if strings.Contains(logged, url.QueryEscape(`[{"amount"`)) || !strings.Contains(logged, payment.OutTradeNo) {
		t.Errorf("the log should name the order and hold no raw message: %s", logged)
	}
}

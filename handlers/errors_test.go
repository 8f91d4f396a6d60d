package handlers_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest"
)

// wantFrame checks that an answer is a whole page of the shop.
func (p *page) wantFrame(title string) {
	p.t.Helper()
	if p.h1() != title || !strings.HasPrefix(p.title(), title) {
		p.t.Errorf("%s: got heading %q, title %q; want %q", p.url.Path, p.h1(), p.title(), title)
	}
	for _, part := range []string{"header.top", "nav", "main#main", "footer", "main a.button"} {
		if p.Find(part).Length() == 0 {
			p.t.Errorf("%s: no %s", p.url.Path, part)
		}
	}
	if foot := p.Find("body > footer").Text(); !strings.Contains(foot, contact) {
		p.t.Errorf("%s: got %q at its foot, want %s in it", p.url.Path, foot, contact)
	}
}

func TestErrorPages(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, _ := w.student("ann")
	token := b.open("/").form("/logout")
	large := url.Values{"_csrf": token["_csrf"], "x": {strings.Repeat("x", 70_000)}}.Encode()
	const number = "20190929151453000001000020"
	for name, c := range map[string]struct {
		method, address, body string
		status                int
		title                 string
	}{
		"no such page":       {"GET", "/nowhere", "", 404, "页面不存在"},
		"no such folder":     {"GET", "/courses/", "", 404, "页面不存在"},
		"no such course":     {"GET", "/courses/99", "", 404, "页面不存在"},
		"course no number":   {"GET", "/courses/x", "", 404, "页面不存在"},
		"course huge":        {"GET", "/courses/99999999999999999999", "", 404, "页面不存在"},
		"course max":         {"GET", "/courses/9223372036854775807", "", 404, "页面不存在"},
		"course negative":    {"GET", "/courses/-1", "", 404, "页面不存在"},
		"course invalid":     {"GET", "/courses/%ff%00", "", 404, "页面不存在"},
		"lessons of none":    {"GET", "/learn/99", "", 404, "页面不存在"},
		"no such order":      {"GET", "/orders/" + number, "", 404, "页面不存在"},
		"order no number":    {"GET", "/orders/<b>", "", 404, "页面不存在"},
		"result of none":     {"GET", "/orders/" + number + "/result", "", 404, "页面不存在"},
		"pay none":           {"POST", "/orders/" + number + "/pay", token.Encode(), 404, "页面不存在"},
		"buy none":           {"POST", "/cart/items", token.Encode() + "&course=99&expire=0", 404, "页面不存在"},
		"buy huge":           {"POST", "/cart/items", token.Encode() + "&course=99999999999999999999&expire=0", 404, "页面不存在"},
		"change none":        {"POST", "/cart/items/99", token.Encode() + "&expire=0", 404, "页面不存在"},
		"get an action":      {"GET", "/orders/" + number + "/again", "", 405, "不支持的操作"},
		"get the logout":     {"GET", "/logout", "", 405, "不支持的操作"},
		"post a page":        {"POST", "/myorder/", token.Encode(), 405, "不支持的操作"},
		"post to the return": {"POST", "/payments/result", token.Encode(), 405, "不支持的操作"},
		"delete":             {"DELETE", "/cart", "", 403, "页面已过期"},
		"too large":          {"POST", "/cart/items", large, 413, "提交的内容太大"},
		"return of nobody":   {"GET", "/payments/result", "", 400, "支付宝响应数据校验失败"},
	} {
		t.Run(name, func(t *testing.T) {
			contentType := ""
			if c.body != "" {
				contentType = formType
			}
			got := b.in(w.in(t)).do(c.method, c.address, contentType, strings.NewReader(c.body))
			got.want(c.status)
			got.wantFrame(c.title)
			if c.status == http.StatusMethodNotAllowed && got.header.Get("Allow") == "" {
				t.Error("got no Allow header")
			}
		})
	}
	if page := b.get("/orders/" + number); !strings.Contains(page.text("main"), number) {
		t.Error("the page does not name the order that was asked for")
	}
	if n := w.count("SELECT COUNT(*) FROM ly_cart_item"); n != 0 {
		t.Errorf("got %d cart lines, want none", n)
	}
}

// If the database is down, the page says so; the error's text is only in the log.
func TestDatabaseDown(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, _ := w.student("ann")
	token := b.open("/").form("/logout").Encode()
	if err := w.db.Close(); err != nil {
		t.Fatal(err)
	}
	returned := "/payments/result?" + returnOf(paymentOf("20190929151453000001000020")).signed()
	for _, c := range []struct {
		visitor         *browser
		method, address string
	}{
		{b, "GET", "/"}, {b, "GET", "/courses/1"}, {b, "GET", "/myorder/"},
		{b, "GET", "/orders/1/result"}, {b, "GET", "/cart"},
		{b, "GET", "/nowhere"}, {b, "GET", returned}, {b, "POST", "/login"}, {b, "POST", "/orders"}, {b, "POST", "/logout"},
		{w.browser(), "GET", "/"}, {w.browser(), "GET", "/courses/1"}, {w.browser(), "GET", returned},
	} {
		got := c.visitor.do(c.method, c.address, formType, strings.NewReader(token))
		if got.status != http.StatusInternalServerError && got.status != http.StatusServiceUnavailable {
			t.Errorf("%s %.40s: got status %d, want 500 or 503", c.method, c.address, got.status)
		}
		for _, word := range []string{"sql", "SQL", "database", "closed", "SELECT", "ly_"} {
			if strings.Contains(got.text("body"), word) {
				t.Errorf("%s %.40s: the page says %q: %s", c.method, c.address, word, got.text("main"))
			}
		}
	}
	b.get("/").wantFrame("服务器出错了")
	if !strings.Contains(w.log.String(), "closed") {
		t.Error("the log does not say what was wrong")
	}
}

// The log names orders and reasons, and holds no signature, password, cookie or token.
func TestLog(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, _ := w.student("ann")
	b.addToCart(w.stock.Plain.For(30))
	link, returnURL := b.buy()
	b.get(returnURL)
	b.get(returnURL + "x")
	w.delivery(link.number, 1)
	w.fault(sandbox.Fault{Name: sandbox.APIBadGateway})
	payment := paymentOf(link.number)
	w.notify(notifyOf(payment).signedWith(appKey()))
	returned, err := url.Parse(returnURL)
	if err != nil {
		t.Fatal(err)
	}
	logged := w.log.String()
	for what, secret := range map[string]string{
		"return's sign": returned.Query().Get("sign"), "its escaped form": url.QueryEscape(returned.Query().Get("sign")),
		"link's sign": link.params.Get("sign"), "session": b.cookie("luffy_session"), "token": b.cookie("luffy_csrf"),
		"password": modelstest.Password, "query": "sign=",
	} {
		if secret != "" && strings.Contains(logged, secret) {
			t.Errorf("the log holds the %s", what)
		}
	}
	for _, text := range []string{"path=/payments/result", link.number, "reason=signature", "outcome=fulfilled"} {
		if !strings.Contains(logged, text) {
			t.Errorf("the log does not hold %q", text)
		}
	}
}

// A visitor who leaves before the page is there is not logged as an error of the shop.
func TestClientLeft(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	ctx, leave := context.WithCancel(t.Context())
	leave()
	w.shop.Config.Handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil))
	got := w.log.String()
	if !strings.Contains(got, "status=499") || strings.Contains(got, "level=ERROR") {
		t.Errorf("got %s; want a request with status 499 and no error", got)
	}
}

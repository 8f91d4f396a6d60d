package handlers_test

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"luffy/models"
	"luffy/models/modelstest"
	"luffy/models/modelstest/logwatch"
)

// Whatever visitors send, they cannot write a line of their own into the log.
func TestLogLinesCannotBeForged(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	const forged = "x\r\ntime=2026-01-01T00:00:00Z level=INFO msg=payment outcome=fulfilled\x1b[2J"
	b, _ := w.student("ann")
	b.header = http.Header{"User-Agent": {"a\tb"}, "X-Request-Id": {"a\tlevel=INFO"}}
	form := url.Values{}
	for _, name := range []string{
		"next", "username", "password", "password2", "old", "course", "expire",
		"coupon", "points", "token", "quote", "line", "reason",
		"detail", "lesson", "mobile", "anyway", "cashier",
	} {
		form.Set(name, forged)
	}
	for name := range routes {
		method, path, _ := strings.Cut(name, " ")
		path = strings.NewReplacer(":number", url.PathEscape(forged),
			":course", url.PathEscape(forged), ":id", url.PathEscape(forged),
			"*", url.PathEscape(forged)).Replace(path)
		b.header.Set("Sec-Fetch-Site", "same-origin")
		b.send(method, path+"?"+form.Encode(), form)
	}
	for _, path := range []string{"/nowhere/", "/orders/1/"} {
		b.get(path + url.PathEscape(forged))
	}
	query := url.Values{"out_trade_no": {forged}, "trade_no": {forged}, "sign": {"AAAA"}, "sign_type": {"RSA2"}}
	b.get("/payments/result?" + query.Encode())
	for _, name := range []string{"out_trade_no", "trade_no", "notify_id", "trade_status", "passback_params"} {
		w.notify(url.Values{name: {forged}, "sign": {"AAAA"}, "sign_type": {"RSA2"}}.Encode())
	}
	text := w.log.String()
	if !strings.Contains(text, "outcome=fulfilled") {
		t.Fatal("nothing of what was sent came into the log: this test looks at nothing")
	}
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "time=") || strings.HasPrefix(line, "time=2026-01-01") ||
			strings.ContainsAny(line[:len(line)-1], "\r\n\x1b") {
			t.Errorf("not a line of the log's own: %q", line)
		}
	}
}

// No line of the log holds a secret that would open an account or move money, during a whole
// purchase and the faults around it.
func TestLogTellsNoSecret(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, ann := w.student("ann")
	b.submit(b.open("/account/security"), "/account/logout").want(http.StatusSeeOther)
	wrong := "a horse of hers"
	b.submit(b.open("/login"), "/login", "username", "ann", "password", wrong)
	b.login("ann")
	b.addToCart(w.stock.Plain.For(30))
	link := b.order().redirect()
	cashier := b.get(link).redirect()
	if err := w.alipay.Pay(cashier, ""); err != nil {
		t.Fatal(err)
	}
	back := b.get(cashier + "/return").redirect()
	b.get(back).want(http.StatusSeeOther)
	until(t, "the notify", func() bool { return w.count("SELECT COUNT(*) FROM ly_payment WHERE state = 'paid'") == 1 })
	w.notify("a=1&sign=bm90IGEgc2lnbmF0dXJl&sign_type=RSA2")
	w.exec("DROP TABLE ly_lesson_seen")
	b.get("/learn/1")

	secrets := []string{modelstest.Password, wrong, "argon2", "PRIVATE KEY", "bm90IGEgc2lnbmF0dXJl", ann.Password}
	at, err := url.Parse(w.shop.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, cookie := range b.client.Jar.Cookies(at) {
		secrets = append(secrets, cookie.Value)
	}
	for _, address := range []string{link, back} {
		signed, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		sign := signed.Query().Get("sign")
		secrets = append(secrets, sign, url.QueryEscape(sign))
	}
	for _, delivery := range w.alipay.Deliveries("") {
		form, err := url.ParseQuery(delivery.RequestBody)
		if err != nil {
			t.Fatal(err)
		}
		secrets = append(secrets, form.Get("sign"))
	}
	text := w.log.String()
	if !strings.Contains(text, slog.LevelInfo.String()) {
		t.Fatal("there is no log: this test looks at nothing")
	}
	for _, secret := range secrets {
		if len(secret) < 6 || strings.Contains(text, secret) {
			t.Errorf("the log tells %q, or that is too short to look for", secret)
		}
	}
}

// When every try of a transaction meets a conflict, the log has one line for the page or message that
// failed, whichever statement it was, and the line holds neither the statement nor its values.
func TestConflictIsOneErrorAtLast(t *testing.T) {
	log := &logwatch.Buffer{}
	db := modelstest.MariaDB(t, func(o *models.Options) { o.Log = logwatch.New(t, log) })
	w := newWorld(t, db)
	b, _ := w.student("ann")
	b.addToCart(w.stock.Plain.For(30))
	link := b.order().payLink()
	for name, c := range map[string]struct {
		statement string // is in conflict
		run       func(*testing.T)
	}{
		"register": {"INSERT ON ly_user", func(t *testing.T) {
			visitor := w.in(t).browser()
			form := []string{"username", "wangxiaoming", "password", modelstest.Password, "password2", modelstest.Password}
			visitor.submit(visitor.open("/register"), "/register", form...).want(http.StatusServiceUnavailable)
		}},
		"notify": {"INSERT ON ly_user_course", func(t *testing.T) {
			w := w.in(t)
			b.in(w).pay(link)
			if first := w.delivery(link.number, 1); first.Accepted {
				t.Error("the notify was acknowledged")
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w.exec("CREATE TRIGGER conflict BEFORE " + c.statement +
				" FOR EACH ROW SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213")
			defer w.exec("DROP TRIGGER conflict")
			shown, below := len(w.log.String()), len(log.String())
			c.run(t)
			text := w.log.String()[shown:] + log.String()[below:]
			got := strings.Count(text, "level=ERROR ")
			if got != 1 || !strings.Contains(text, "level=INFO msg=\"transaction is run again\" try=5 ") {
				t.Errorf("got %d errors, want one, and five tries that are none:\n%s", got, text)
			}
			for _, data := range []string{"INSERT", "UPDATE", "wangxiaoming"} {
				if strings.Contains(text, data) {
					t.Errorf("the log tells %q:\n%s", data, text)
				}
			}
		})
	}
}

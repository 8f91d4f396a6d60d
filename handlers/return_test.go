package handlers_test

import (
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/alipay"
	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest"
)

const returnPath = "/payments/result"

// wantRefused checks the page for a return that is not believed.
func (p *page) wantRefused(number string) {
	p.t.Helper()
	p.want(http.StatusBadRequest)
	if p.h1() != "支付宝响应数据校验失败" {
		p.t.Errorf("got heading %q, want 支付宝响应数据校验失败", p.h1())
	}
	if number != "" && p.Find(`a[href="`+resultPath(number)+`"]`).Length() == 0 {
		p.t.Errorf("no link to the real state of order %s", number)
	}
}

// R1, R17: Each return is about another unpaid order of 99.00, and comes without a login.
func TestReturn(t *testing.T) {
	cases := map[string]struct {
		query func(fields) string
		event string // of a refusal; empty = believed
	}{
		"genuine":          {fields.signed, ""},
		"unknown field":    {changed("x", "1"), ""},
		"charset utf8":     {changed("charset", "utf8"), ""},
		"phone":            {changed("method", "alipay.trade.wap.pay.return"), ""},
		"tampered amount":  {spoilt("total_amount=99.00", "total_amount=0.01"), "return refused signature"},
		"tampered number":  {spoilt("out_trade_no=..", "out_trade_no=19"), "return refused signature"},
		"tampered charset": {spoilt("charset=utf-8", "charset=utf8"), "return refused signature"},
		"own query":        {spoilt("$", "&from=mail"), "return refused signature"},
		"repeated":         {spoilt("$", "&out_trade_no=1"), "return refused repeated_name"},
		"no sign":          {spoilt("&sign=[^&]*", ""), "return refused no_sign"},
		"sign garbled":     {spoilt("&sign=..", "&sign=%00%01"), "return refused sign_encoding"},
		"sign_type RSA":    {changed("sign_type", "RSA"), "return refused sign_type"},
		"stranger's key":   {func(f fields) string { return f.signedWith(appKey()) }, "return refused signature"},
		"unknown order":    {changed("out_trade_no", "20190929151453000001000020"), "return refused unknown_order"},
		"wrong amount":     {changed("total_amount", "310.00"), "return refused wrong_amount"},
		"another app":      {changed("app_id", "2021000000000002"), "return refused app_id"},
		"another seller":   {changed("seller_id", "2088000000000000"), "return refused seller_id"},
		"no seller":        {changed("seller_id", "-"), "return refused fields"},
		"a notify":         {changed("trade_status", "TRADE_SUCCESS"), "return refused fields"},
		"empty":            {func(fields) string { return "" }, "return refused no_sign"},
		"invalid UTF-8":    {spoilt("$", "&x=%ff%00"), "return refused signature"},
		"HTML in a field":  {spoilt("$", "&x=<script>alert(1)</script>"), "return refused signature"},
		"too many":         {spoilt("$", strings.Repeat("&x=1", 200)), "return refused too_large"},
	}
	modelstest.OnEach(t, func(t *testing.T, db *models.DB) {
		w := newWorld(t, db)
		ann := modelstest.Student(t, db, "ann")
		for name, c := range cases {
			t.Run(name, func(t *testing.T) {
				w := w.in(t)
				payment, before := w.attempt(ann), len(w.events())
				got := w.browser().get(returnPath + "?" + c.query(returnOf(payment)))
				if c.event == "" {
					got.wantTo(resultPath(payment.OutTradeNo))
				} else {
					got.wantRefused("")
					if events := w.events()[before:]; !slices.Equal(events, []string{c.event}) {
						t.Errorf("got events %q, want %q", events, c.event)
					}
				}
				if strings.Contains(got.body, "alert(1)") {
					t.Error("the page repeats what the address says")
				}
				// Alipay knows no such trade, so whatever the return says the order is unpaid.
				w.wantPaid(payment.OutTradeNo, false)
			})
		}
	})
}

// R3: A student whose session has ended comes back from Alipay, logs in and sees the result.
func TestReturnWithoutLogin(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.fault(sandbox.Fault{Name: sandbox.NotifyDrop})
		b, _ := w.student("ann")
		b.addToCart(w.stock.Plain.For(30))
		link, returnURL := b.buy()
		w.exec("UPDATE ly_session SET expires_at = '2020-01-01 00:00:00'")

		returned := b.get(returnURL)
		returned.wantTo(resultPath(link.number))
		w.wantPaid(link.number, true) // even without a session
		login := b.follow(b.follow(returned))
		result := b.follow(b.submit(login, "/login", "username", "ann", "password", modelstest.Password))
		if result.url.Path != resultPath(link.number) || result.h1() != "支付成功" {
			w.t.Errorf("got %s with heading %q after the login, want the result of %s",
				result.url.Path, result.h1(), link.number)
		}
	})
}

// R15: An old return can be sent again for ever. It leads to the order's present state and changes
// nothing.
func TestReturnReplayed(t *testing.T) {
	eachWorld(t, func(w *world) {
		b, _ := w.student("ann")
		b.addToCart(w.stock.Plain.For(30))
		link, returnURL := b.buy()
		b.get(returnURL)
		until(w.t, "the order to be paid", func() bool { return w.orderStatus(link.number) == int64(models.OrderPaid) })
		questions := w.queries(link.number)
		for range 3 {
			if h1 := b.follow(b.get(returnURL)).h1(); h1 != "支付成功" {
				w.t.Errorf("got heading %q, want 支付成功", h1)
			}
		}
		stranger, _ := w.student("eve")
		stranger.follow(stranger.get(returnURL)).want(http.StatusNotFound)
		if got := w.queries(link.number); got != questions || w.accepted() != 1 {
			w.t.Errorf("got %d questions more and %d fulfilments, want none and 1", got-questions, w.accepted())
		}
		b.get(returnURL + "&x=1").wantRefused(link.number)
		w.wantPaid(link.number, true)
	})
}

// Nobody can make the shop ask Alipay again and again with one genuine return.
func TestReturnReplayedWhileUnpaid(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	payment := w.attempt(modelstest.Student(t, w.db, "ann"))
	for range 5 {
		w.browser().get(returnPath + "?" + returnOf(payment).signed()).wantTo(resultPath(payment.OutTradeNo))
	}
	if got := w.queries(payment.OutTradeNo); got != 1 {
		t.Errorf("got %d questions to Alipay, want 1", got)
	}
}

// The browser does not wait for an Alipay that does not answer.
func TestReturnWithAlipaySilent(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	w.fault(sandbox.Fault{Name: sandbox.NotifyDrop})
	b, _ := w.student("ann")
	b.addToCart(w.stock.Plain.For(30))
	link, returnURL := b.buy()
	w.fault(sandbox.Fault{Name: sandbox.APITimeoutBefore, Value: "6s", Times: 1})
	start := time.Now()
	returned := b.get(returnURL)
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("the return took %v, want an answer after 2 s", took)
	}
	w.wantPaid(link.number, false)
	if h1 := b.follow(returned).h1(); h1 != "支付确认中" {
		t.Errorf("got heading %q, want 支付确认中", h1)
	}
}

// The tutorial's own address: as Alipay signed it, it opens the order; as it was printed, with
// another charset, it does not.
func TestSeedReturn(t *testing.T) {
	const number = "20190929151453000001000020"
	signed, printed := realMessage(t, "ret-seed-as-signed"), realMessage(t, "ret-seed-as-printed")
	key, err := alipay.ParsePublicKey([]byte(signed.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	modelstest.OnEach(t, func(t *testing.T, db *models.DB) {
		w := newWorld(t, db, func(s *setup) {
			s.appID, s.sellerID, s.alipayKeys = "2016091600523592", "2088102175868026", []*rsa.PublicKey{key}
		})
		ann := modelstest.Student(t, db, "ann")
		order := modelstest.Order(t, db, ann, w.stock.Plain.For(0))
		if order.RealPrice != 310_00 {
			t.Fatalf("got an order of %v, want 310.00", order.RealPrice)
		}
		for _, started := range []bool{false, true} {
			w.exec("UPDATE ly_order SET order_number = ? WHERE id = ?", number, order.ID)
			if started {
				order.OrderNumber = number
				modelstest.Attempt(t, db, order)
			}
			w.browser().get(returnPath + "?" + signed.Raw).wantTo(resultPath(number))
			w.browser().get(returnPath + "?" + printed.Raw).wantRefused(number)
		}
		b := w.browser()
		b.login("ann")
		b.follow(b.get(returnPath+"?"+signed.Raw)).wantText("main", number, "¥310.00")
		w.wantPaid(number, false)
	})
}

type message struct {
	ID        string `json:"id"`
	Raw       string `json:"raw"`
	PublicKey string `json:"public_key_pem"`
}

func realMessage(t *testing.T, id string) message {
	t.Helper()
	text, err := os.ReadFile("../models/alipay/testdata/alipay_real.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []message
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(m message) bool { return m.ID == id })
	if i < 0 {
		t.Fatalf("no message %s", id)
	}
	return all[i]
}

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

// R1, R2, R8, C3: The state comes from what is stored: nothing in the address changes it.
func TestResultStates(t *testing.T) {
	const claims = "?state=paid&trade_status=TRADE_SUCCESS&round=3"
	for name, c := range map[string]struct {
		status  models.OrderStatus
		started bool
		held    bool
		asked   string // Alipay's answer a moment ago
		returns bool
		h1      string
		text    string
	}{
		"paid":                 {status: models.OrderPaid, h1: "支付成功"},
		"never sent to Alipay": {h1: "未支付", text: "去付款"},
		"not asked yet":        {started: true, h1: "支付确认中", text: "钱是安全的"},
		"Alipay says no trade": {started: true, asked: "TRADE_NOT_EXIST", h1: "未支付", text: "去付款"},
		"Alipay says waiting":  {started: true, asked: "WAIT_BUYER_PAY", h1: "未支付", text: "去付款"},
		"came back":            {started: true, asked: "TRADE_NOT_EXIST", returns: true, h1: "支付确认中", text: "不要重复付款"},
		"money of another sum": {started: true, held: true, asked: "WAIT_BUYER_PAY", h1: "支付确认中", text: "不要重复付款"},
		"cancelled":            {status: models.OrderCancelled, h1: "订单已关闭", text: "全额原路退回"},
		"timed out":            {status: models.OrderTimedOut, h1: "订单已关闭", text: "全额原路退回"},
		"refunded":             {status: models.OrderRefunded, h1: "已退款", text: "原路退回"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, modelstest.SQLite(t))
			b, ann := w.student("ann")
			order := modelstest.Order(t, w.db, ann, w.stock.Plain.For(30))
			if c.started {
				payment := modelstest.Attempt(t, w.db, order)
				if c.returns {
					w.browser().get(returnPath + "?" + returnOf(payment).signed())
				}
				if c.held {
					w.notify(notifyOf(payment).with("total_amount", "1.00").signed())
				}
				if c.asked != "" {
					w.exec("UPDATE ly_payment SET trade_status = ?, queried_at = ?", c.asked, w.db.Now())
				}
			}
			w.exec("UPDATE ly_order SET order_status = ?", c.status)
			p := b.open(resultPath(order.OrderNumber) + claims)
			if p.h1() != c.h1 || !strings.HasPrefix(p.title(), c.h1+" – 订单 "+order.OrderNumber) {
				t.Errorf("got heading %q, title %q; want %q", p.h1(), p.title(), c.h1)
			}
			p.wantText("main", c.text, order.OrderNumber)
			if again := strings.Contains(p.text("main"), "去付款"); again != (c.h1 == "未支付") {
				t.Errorf("got 去付款 offered %v in state %s", again, c.h1)
			}
		})
	}
}

// R3.
func TestResultOthers(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	number := w.attempt(modelstest.Student(t, w.db, "ann")).OutTradeNo
	eve, _ := w.student("eve")
	for _, path := range []string{
		resultPath(number), "/orders/" + number, resultPath("20190929151453000001000020"), resultPath("x"),
	} {
		eve.get(path).want(http.StatusNotFound)
		w.browser().get(path).wantTo("/login?next=" + url.QueryEscape(path))
	}
	w.browser().post("/orders/"+number+"/pay", nil).want(http.StatusForbidden)
	form := eve.open("/").form("/logout")
	eve.post("/orders/"+number+"/pay", form).want(http.StatusNotFound)
	if n := w.count("SELECT COUNT(*) FROM ly_payment"); n != 1 {
		t.Errorf("got %d attempts, want only the owner's", n)
	}
}

// R5, R7: While the result is not known the page refreshes itself, more and more slowly, and in the end
// leaves that to the student.
func TestResultRefresh(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, ann := w.student("ann")
	payment := w.attempt(ann)
	w.browser().get(returnPath + "?" + returnOf(payment).signed())

	path, total := resultPath(payment.OutTradeNo), 0
	var pauses []string
	for address := path; address != ""; {
		p := b.open(address)
		content, refreshes := p.Find(`meta[http-equiv="refresh"]`).Attr("content")
		if !refreshes {
			p.wantText("#recheck", "重新查询")
			break
		}
		p.wantText("#recheck", "刷新")
		pause, next, _ := strings.Cut(content, ";url=")
		want := path + "?round=" + strconv.Itoa(len(pauses)+1)
		if next != want || p.Find("#result").AttrOr("data-next", "") != want {
			t.Fatalf("got next address %q, want %q for browsers with and without scripts", next, want)
		}
		if got := p.Find("#result").AttrOr("data-refresh", ""); got != pause {
			t.Errorf("got %s s with scripts, %s s without; want the same", got, pause)
		}
		pauses = append(pauses, pause)
		seconds, err := strconv.Atoi(pause)
		if err != nil || len(pauses) > 50 {
			t.Fatalf("got pauses %v", pauses)
		}
		total += seconds
		address = next
	}
	if got := strings.Join(pauses[:5], " "); got != "2 3 5 10 20" {
		t.Errorf("got first pauses %s, want 2 3 5 10 20", got)
	}
	if total < 90 || total > 150 {
		t.Errorf("got %d s of refreshes in all, want about two minutes", total)
	}
	for _, round := range []string{"-1", "x", "99999999999999999999", "9", "1e9"} {
		if h1 := b.open(path + "?round=" + round).h1(); h1 != "支付确认中" {
			t.Errorf("round %s: got heading %q, want 支付确认中", round, h1)
		}
	}
}

// R6: However many pages are open, Alipay is asked at most once in two seconds.
func TestResultFloor(t *testing.T) {
	now := newHandClock()
	w := newWorld(t, modelstest.SQLite(t, modelstest.At(now.now)), func(s *setup) { s.now = now.now })
	b, ann := w.student("ann")
	payment := w.attempt(ann)
	look := func() { b.open(resultPath(payment.OutTradeNo)) }
	for round := range 3 {
		atOnce(look, look, look, look)
		w.asked()
		if got := w.queries(payment.OutTradeNo); got != round+1 {
			t.Fatalf("got %d questions after %d seconds of loading, want %d", got, 2*round, round+1)
		}
		now.advance(2 * time.Second)
	}
	w.exec("UPDATE ly_order SET order_status = 1")
	look()
	w.asked()
	if got := w.queries(payment.OutTradeNo); got != 3 {
		t.Errorf("got %d questions, want none about a paid order", got-3)
	}
}

// A student who waits on the page sees the payment even if neither notify nor return came.
func TestResultAsks(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.fault(sandbox.Fault{Name: sandbox.NotifyDrop})
		b, _ := w.student("ann")
		b.addToCart(w.stock.Plain.For(30))
		link := b.order().payLink()
		b.pay(link)
		b.open(resultPath(link.number)).wantText("h1", "支付确认中")
		w.asked()
		b.open(resultPath(link.number)).wantText("h1", "支付成功")
	})
}

// R20: If Alipay is down, or its answer is forged, the page comes all the same and nothing changes.
func TestResultWithAlipayDown(t *testing.T) {
	for _, fault := range []string{
		sandbox.APIBadGateway, sandbox.APIUnavailable, sandbox.APIUnsigned, sandbox.APIWrongSign, sandbox.APITimeoutBefore,
	} {
		t.Run(fault, func(t *testing.T) {
			w := newWorld(t, modelstest.SQLite(t))
			w.fault(sandbox.Fault{Name: sandbox.NotifyDrop})
			b, _ := w.student("ann")
			b.addToCart(w.stock.Plain.For(30))
			link := b.order().payLink()
			b.pay(link)
			w.fault(sandbox.Fault{Name: fault, Times: 1, Value: map[string]string{sandbox.APITimeoutBefore: "3s"}[fault]})
			start := time.Now()
			p := b.open(resultPath(link.number))
			if took := time.Since(start); took > 2*time.Second {
				t.Errorf("the page took %v, want it not to wait for Alipay", took)
			}
			p.wantText("h1", "支付确认中")
			w.asked()
			w.wantPaid(link.number, false)
		})
	}
}

// O10: After its deadline an order cannot be paid any more, and every page with a button says so.
func TestPastDeadline(t *testing.T) {
	now := newHandClock()
	w := newWorld(t, modelstest.SQLite(t, modelstest.At(now.now)), func(s *setup) { s.now = now.now })
	b, _ := w.student("ann")
	b.addToCart(w.stock.Plain.For(30))
	link := b.order().payLink()
	orders := b.open("/myorder/")
	orders.wantText("#order-"+link.number, "请在 22:45 前付款")
	now.advance(modelstest.TTL)
	late := b.submit(orders, "/orders/"+link.number+"/pay")
	late.wantTo("/orders/" + link.number)
	b.follow(late).wantText(".flash", "付款时间已过")
	if fresh := b.open("/myorder/"); fresh.Find("form[action$='/pay']").Length() != 0 {
		t.Error("去付款 is still offered after the deadline")
	}
	if got := w.queries(link.number); got != 0 {
		t.Errorf("got %d questions to Alipay, want none", got)
	}
}

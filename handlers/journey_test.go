package handlers_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest"
)

// The main job: what the student is promised on each page is what was paid and what opens.
func TestJourney(t *testing.T) {
	eachWorld(t, func(w *world) {
		b, user := w.student("ann")
		coupon, err := w.db.GiveCoupon(w.t.Context(), user.ID, modelstest.CouponOff)
		if err != nil {
			w.t.Fatal(err)
		}
		b.addToCart(w.stock.Plain.For(30), w.stock.Rate.For(0))
		b.open("/cart").wantText("#cart-sums", "已选 2 门课程", "¥450.99")

		// 99.00 + 351.99 - 50.00 - 50.00
		choice := []string{"coupon", strconv.FormatInt(coupon.ID, 10), "points", "500"}
		b.open(fmt.Sprintf("/checkout?coupon=%d&points=500", coupon.ID)).wantText(".checkout-total", "应付金额¥350.99")
		link, returnURL := b.buy(choice...)
		if got := link.biz["total_amount"]; got != "350.99" {
			w.t.Errorf("got total_amount %s at the cashier, want 350.99", got)
		}

		returned := b.get(returnURL)
		returned.wantTo(resultPath(link.number))
		result := b.follow(returned)
		paidAt := w.tradePaidAt(link.number)
		if result.h1() != "支付成功" {
			w.t.Errorf("got heading %q, want 支付成功", result.h1())
		}
		result.wantText("main", "¥350.99", link.number, paidAt, "Go 语言实战", "Django 项目实战", "一个月有效", "永久有效", "支付宝")

		orders := b.open("/myorder/")
		orders.wantText("#order-"+link.number, "已支付", "¥350.99", "优惠券（新人立减）−¥50.00",
			"积分（500）−¥50.00", "一个月有效", "永久有效", "¥99.00", "¥399.99", paidAt)
		orders.wantText(".tabs", "全部 1", "待付款 0", "已完成 1")
		for _, course := range []modelstest.Course{w.stock.Plain, w.stock.Rate} {
			learn := fmt.Sprintf("/learn/%d", course.ID)
			if result.Find(`a[href="`+learn+`"]`).Length() == 0 || orders.Find(`a[href="`+learn+`"]`).Length() == 0 {
				w.t.Errorf("%s is not linked from result and My Orders", learn)
			}
			b.open(learn).wantText("main", course.Name)
		}
		b.open("/cart").wantText("main", "购物车是空的")
		w.wantBooked(link.number)
	})
}

// wantBooked checks the rows that the journey leaves behind, which no page shows.
func (w *world) wantBooked(number string) {
	w.t.Helper()
	trade, _ := w.alipay.Trade(number)
	for what, c := range map[string]struct {
		query string
		want  int64
	}{
		"purchase records": {
			"SELECT COUNT(*) FROM ly_user_course WHERE buy_type = 1 AND trade_no = '" + trade.TradeNo + "'", 2,
		},
		"records that end": {"SELECT COUNT(*) FROM ly_user_course WHERE out_time IS NOT NULL", 1},
		"used coupons":     {"SELECT COUNT(*) FROM ly_user_coupon WHERE used_at IS NOT NULL", 1},
		"new students":     {"SELECT SUM(delta) FROM ly_student_delta", 2},
		"ledger rows":      {"SELECT COUNT(*) FROM ly_credit", 2}, // the welcome and the order
		"ledger's sum":     {"SELECT SUM(number) FROM ly_credit", 500},
		"points":           {"SELECT credit FROM ly_user", 500},
		"held points":      {"SELECT credit_held FROM ly_user", 0},
	} {
		if got := w.count(c.query); got != c.want {
			w.t.Errorf("%s: got %d, want %d", what, got, c.want)
		}
	}
}

// tradePaidAt is Alipay's time of payment as pages show it.
func (w *world) tradePaidAt(outTradeNo string) string {
	w.t.Helper()
	trade, exists := w.alipay.Trade(outTradeNo)
	if !exists {
		w.t.Fatalf("no trade %s", outTradeNo)
	}
	return trade.PaidAt.In(models.Beijing).Format("2006-01-02 15:04")
}

func TestFreeOrder(t *testing.T) {
	eachWorld(t, func(w *world) {
		b, _ := w.student("ann")
		b.addToCart(w.stock.Free.For(60))
		ordered := b.order()
		if !strings.HasPrefix(ordered.header.Get("Location"), "/orders/") {
			w.t.Fatalf("got %s, want the order's result without a visit to Alipay", ordered.header.Get("Location"))
		}
		result := b.follow(ordered)
		if result.h1() != "支付成功" {
			w.t.Errorf("got heading %q, want 支付成功", result.h1())
		}
		result.wantText("main", "¥0.00", "免费领取", "两个月有效")
		b.open(fmt.Sprintf("/learn/%d", w.stock.Free.ID))
		if got := w.count("SELECT COUNT(*) FROM ly_user_course WHERE buy_type = 2 AND trade_no IS NULL"); got != 1 {
			w.t.Errorf("got %d purchase records of buy_type 2, want 1", got)
		}
		if calls := w.alipay.Calls(); len(calls) != 0 {
			w.t.Errorf("got %d calls of Alipay, want none", len(calls))
		}
	})
}

// However notify and return come, or stay away, the order ends paid once.
func TestPaidBy(t *testing.T) {
	for name, c := range map[string]struct {
		faults     []sandbox.Fault
		comesBack  bool
		acceptedBy string
	}{
		"notify first": {[]sandbox.Fault{{Name: sandbox.NotifyBeforeReturn}}, true, "notify accepted fulfilled"},
		"return first": {[]sandbox.Fault{{Name: sandbox.NotifyAfterReturn}}, true, "query accepted fulfilled"},
		"no notify":    {[]sandbox.Fault{{Name: sandbox.NotifyDrop}}, true, "query accepted fulfilled"},
		"no return":    {[]sandbox.Fault{{Name: sandbox.ReturnNone}}, false, "notify accepted fulfilled"},
		"another browser": {[]sandbox.Fault{{Name: sandbox.NotifyDrop}, {Name: sandbox.ReturnOtherBrowser}},
			false, "query accepted fulfilled"},
		"return spells utf8": {
			[]sandbox.Fault{{Name: sandbox.NotifyDrop}, {Name: sandbox.ReturnUTF8}}, true, "query accepted fulfilled",
		},
		"return opened twice": {
			[]sandbox.Fault{{Name: sandbox.NotifyDrop}, {Name: sandbox.ReturnTwice}}, true, "query accepted fulfilled",
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachWorld(t, func(w *world) {
				b, _ := w.student("ann")
				for _, f := range c.faults {
					w.fault(f)
				}
				b.addToCart(w.stock.Plain.For(30))
				link := b.order().payLink()
				if c.comesBack {
					b.get(b.payAt(link)).wantTo(resultPath(link.number))
				} else {
					b.back(b.pay(link))
				}
				until(w.t, "the order to be paid", func() bool { return w.orderStatus(link.number) == int64(models.OrderPaid) })
				if h1 := b.open(resultPath(link.number)).h1(); h1 != "支付成功" {
					w.t.Errorf("got heading %q, want 支付成功", h1)
				}
				if got := w.acceptedBy(); got != c.acceptedBy || w.accepted() != 1 {
					w.t.Errorf("got %q and %d fulfilments, want %q once", got, w.accepted(), c.acceptedBy)
				}
			})
		})
	}
}

func (w *world) acceptedBy() string {
	w.t.Helper()
	for _, event := range w.events() {
		if strings.Contains(event, "accepted") {
			return event
		}
	}
	return ""
}

func TestPayAgain(t *testing.T) {
	eachWorld(t, func(w *world) {
		b, _ := w.student("ann")
		b.addToCart(w.stock.Plain.For(30))
		first := b.order().payLink()

		orders := b.open("/myorder/?status=unpaid")
		orders.wantText("#order-"+first.number, "未支付", "请在", "前付款")
		again := b.submit(orders, "/orders/"+first.number+"/pay").payLink()
		if again.number != first.number || again.biz["subject"] != first.biz["subject"] ||
			again.biz["total_amount"] != first.biz["total_amount"] {
			w.t.Errorf("got %v the second time, want the attempt %v", again.biz, first.biz)
		}
		if n := w.count("SELECT COUNT(*) FROM ly_payment"); n != 1 {
			w.t.Errorf("got %d attempts, want 1", n)
		}
		// Alipay takes it for the same trade: the first page logs in, the second pays.
		b.follow(b.get(first.address))
		b.get(b.payAt(again)).wantTo(resultPath(first.number))
		if h1 := b.open(resultPath(first.number)).h1(); h1 != "支付成功" {
			w.t.Errorf("got heading %q, want 支付成功", h1)
		}
		// A button pressed on an old page does not send a student who has paid to pay again.
		b.submit(orders, "/orders/"+first.number+"/pay").wantTo(resultPath(first.number))
	})
}

func TestPhone(t *testing.T) {
	eachWorld(t, func(w *world) {
		b, _ := w.student("ann")
		b.header.Set("User-Agent", phone)
		b.addToCart(w.stock.Plain.For(30))
		link, returnURL := b.buy()
		if got := link.params.Get("method"); got != "alipay.trade.wap.pay" || link.biz["product_code"] != "QUICK_WAP_WAY" {
			w.t.Errorf("got %s, %s; want the phone's cashier", got, link.biz["product_code"])
		}
		if want := w.shop.URL + resultPath(link.number); link.biz["quit_url"] != want {
			w.t.Errorf("got quit_url %s, want %s", link.biz["quit_url"], want)
		}
		b.follow(b.get(returnURL)).wantText("h1", "支付成功")
	})
}

// The link is what Alipay shows the buyer; the simulator has verified its signature in every journey.
func TestPayLink(t *testing.T) {
	now := time.Date(2026, 11, 22, 20, 30, 0, 0, time.UTC) // the day after in Beijing
	db := modelstest.SQLite(t, modelstest.At(func() time.Time { return now }))
	w := newWorld(t, db, func(s *setup) { s.now = func() time.Time { return now } })
	w.exec("UPDATE ly_course SET name = ? WHERE id = ?", "C++/Go & <b>Vue</b>\t=🙂入门", w.stock.Plain.ID)
	b, _ := w.student("ann")
	b.addToCart(w.stock.Plain.For(0), w.stock.Step.For(0))
	link := b.order().payLink()
	for name, want := range map[string]string{
		"app_id": appID, "method": "alipay.trade.page.pay", "charset": "utf-8", "sign_type": "RSA2", "version": "1.0",
		"timestamp": "2026-11-23 04:30:00", "return_url": w.shop.URL + "/payments/result",
		"notify_url": w.shop.URL + "/payments/notify",
	} {
		if got := link.params.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	for name, want := range map[string]string{
		"total_amount": "565.00", "time_expire": "2026-11-23 04:45:00", "product_code": "FAST_INSTANT_TRADE_PAY",
		"subject": "路飞学城-C++ Go <b>Vue< b> 入门 等2门课程",
	} {
		if got := link.biz[name]; got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if !strings.HasPrefix(link.number, "20261123043000") || len(link.number) != models.OrderNumberLength {
		t.Errorf("got out_trade_no %s, want 26 digits that begin with Beijing's time", link.number)
	}
	if got := b.get(link.address); got.status != http.StatusFound {
		t.Errorf("got status %d at the gateway, want 302 to the cashier: %s", got.status, got.text("main"))
	}
}

package handlers_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

// wantNoOrder checks that a refused checkout left nothing behind.
func (w *world) wantNoOrder() {
	w.t.Helper()
	for _, query := range []string{
		"SELECT COUNT(*) FROM ly_order", "SELECT COUNT(*) FROM ly_order_detail", "SELECT SUM(credit_held) FROM ly_user",
		"SELECT COUNT(*) FROM ly_user_coupon WHERE order_id IS NOT NULL",
	} {
		if n := w.count(query); n != 0 {
			w.t.Errorf("%s: got %d, want 0", query, n)
		}
	}
}

// If something changed after the page was made, it comes back with the new sum, and the next press
// orders at that sum.
func TestCheckoutChanged(t *testing.T) {
	for name, c := range map[string]struct {
		change, text, pays string
	}{
		"dearer":         {"UPDATE ly_course_expire SET price = 12000 WHERE price = 9900", "已从 ¥284.00 变为 ¥305.00", "305.00"},
		"cheaper":        {"UPDATE ly_course_expire SET price = 9000 WHERE price = 9900", "已从 ¥284.00 变为 ¥275.00", "275.00"},
		"discount ended": {"UPDATE ly_activity SET end_time = '2001-01-01 00:00:00'", "已从 ¥284.00 变为 ¥309.00", "309.00"},
		"term changed":   {"UPDATE ly_cart_item SET expire = 0 WHERE course_id = 1", "已从 ¥284.00 变为 ¥495.00", "495.00"},
		"term withdrawn": {"DELETE FROM ly_course_expire WHERE price = 9900", "已从 ¥284.00 变为 ¥185.00", "185.00"},
		"withdrawn":      {"UPDATE ly_course SET published = 0 WHERE id = 1", "已从 ¥284.00 变为 ¥185.00", "185.00"},
		"one unticked":   {"UPDATE ly_cart_item SET selected = 0 WHERE course_id = 1", "已从 ¥284.00 变为 ¥185.00", "185.00"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, modelstest.SQLite(t))
			b, _ := w.student("ann")
			b.addToCart(w.stock.Plain.For(30), w.stock.Step.For(90))
			checkout := b.open("/checkout")
			w.exec(c.change)
			again := b.submit(checkout, "/orders")
			again.want(http.StatusUnprocessableEntity)
			again.wantText("[role=alert]", "订单内容有变化", "订单还没有提交")
			w.wantNoOrder()
			link := b.submit(again, "/orders").payLink()
			again.wantText("[role=alert]", c.text)
			if got, want := again.Find("#checkout-lines .note").Length() == 1, strings.Contains(name, "withdrawn"); got != want {
				t.Errorf("the page names a course that is no longer sold: got %v, want %v", got, want)
			}
			if got := link.biz["total_amount"]; got != c.pays {
				t.Errorf("got %s to pay, want %s", got, c.pays)
			}
		})
	}
}

// The same holds if the chosen coupon now takes off another sum.
func TestCheckoutCouponChanged(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, ann := w.student("ann")
	coupon, err := w.db.GiveCoupon(t.Context(), ann.ID, modelstest.CouponRate)
	if err != nil {
		t.Fatal(err)
	}
	b.addToCart(w.stock.Plain.For(30))
	checkout := b.open("/checkout?coupon=" + strconv.FormatInt(coupon.ID, 10))
	checkout.wantText(".checkout-total", "应付金额¥89.10")
	w.exec("UPDATE ly_coupon SET sale = '*0.99'")
	again := b.submit(checkout, "/orders")
	again.want(http.StatusUnprocessableEntity)
	again.wantText("[role=alert]", "订单内容有变化", "优惠券的优惠已变化")
	again.wantText(".checkout-total", "应付金额¥98.01")
	w.wantNoOrder()
	if link := b.submit(again, "/orders").payLink(); link.biz["total_amount"] != "98.01" {
		t.Errorf("got %s to pay, want 98.01", link.biz["total_amount"])
	}
}

// When a price changes, the chosen coupon and points are kept.
func TestCheckoutChangedKeepsTheChoice(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, ann := w.student("ann")
	coupon, err := w.db.GiveCoupon(t.Context(), ann.ID, modelstest.CouponRate)
	if err != nil {
		t.Fatal(err)
	}
	b.addToCart(w.stock.Plain.For(30))
	checkout := b.open("/checkout")
	w.exec("UPDATE ly_course_expire SET price = 12000 WHERE price = 9900")
	again := b.submit(checkout, "/orders", "coupon", strconv.FormatInt(coupon.ID, 10), "points", "80")
	again.want(http.StatusUnprocessableEntity)
	again.wantText("[role=alert]", "已从 ¥99.00 变为 ¥120.00")
	again.wantText(".checkout-total", "优惠券−¥12.00", "积分−¥8.00", "应付金额¥100.00")
	if link := b.submit(again, "/orders").payLink(); link.biz["total_amount"] != "100.00" {
		t.Errorf("got %s to pay, want 100.00", link.biz["total_amount"])
	}
}

// Each coupon that cannot be used says why, and one that another order holds links to that order.
func TestUnusableCoupons(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, ann := w.student("ann")
	give := func() models.UserCoupon {
		c, err := w.db.GiveCoupon(t.Context(), ann.ID, modelstest.CouponOff)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	held, ended, early, small := give(), give(), give(), give()
	b.addToCart(w.stock.Plain.For(60))
	order := b.order("coupon", strconv.FormatInt(held.ID, 10)).payLink().number
	w.exec("UPDATE ly_user_coupon SET end_time = ? WHERE id = ?", w.db.Now().Add(-time.Hour), ended.ID)
	w.exec("UPDATE ly_user_coupon SET start_time = '2099-01-01 00:00:00', end_time = '2099-02-01 00:00:00' WHERE id = ?",
		early.ID)
	b.addToCart(w.stock.Plain.For(30))
	checkout := b.open("/checkout")
	checkout.wantText("details", "不可用的优惠券（4）", "已用于待付款的订单", "过期", "2099-01-01 08:00 起可用", "满 ¥100.00 可用")
	if checkout.Find(`details a[href="/orders/`+order+`"]`).Length() != 1 {
		t.Error("no link to the order that holds the coupon")
	}
	refused := b.submit(checkout, "/orders", "coupon", strconv.FormatInt(small.ID, 10))
	refused.want(http.StatusUnprocessableEntity)
	refused.wantText("[role=alert]", "现在不能用于这个订单（新人立减：满 ¥100.00 可用）")
}

func TestCheckoutNothingLeft(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, _ := w.student("ann")
	b.get("/checkout").wantTo("/cart")
	b.addToCart(w.stock.Plain.For(30))
	checkout := b.open("/checkout")
	w.exec("UPDATE ly_course SET published = 0")
	refused := b.submit(checkout, "/orders")
	refused.wantTo("/cart")
	b.follow(refused).wantText("main", "已下架")
	w.wantNoOrder()
}

// Coupons and points that cannot be used are refused beside their field, and the sum without them is
// shown.
func TestCheckoutRefused(t *testing.T) {
	modelstest.OnEach(t, func(t *testing.T, db *models.DB) {
		w := newWorld(t, db)
		b, ann := w.student("ann")
		eve := modelstest.Student(t, db, "eve")
		others, err := db.GiveCoupon(t.Context(), eve.ID, modelstest.CouponOff)
		if err != nil {
			t.Fatal(err)
		}
		used, err := db.GiveCoupon(t.Context(), ann.ID, modelstest.CouponRate)
		if err != nil {
			t.Fatal(err)
		}
		w.exec("UPDATE ly_user_coupon SET used_at = ?, order_id = 99 WHERE id = ?", db.Now(), used.ID)
		w.exec("UPDATE ly_user_coupon SET order_id = NULL WHERE id = ?", used.ID)
		b.addToCart(w.stock.Plain.For(30))
		checkout := b.open("/checkout")
		for name, c := range map[string]struct{ field, value, text string }{
			"coupon of another":  {"coupon", strconv.FormatInt(others.ID, 10), "这张优惠券现在不能用于这个订单"},
			"coupon used":        {"coupon", strconv.FormatInt(used.ID, 10), "这张优惠券现在不能用于这个订单"},
			"coupon unknown":     {"coupon", "99", "这张优惠券现在不能用于这个订单"},
			"coupon negative":    {"coupon", "-1", "没有这张优惠券"},
			"coupon no number":   {"coupon", "x'--", "没有这张优惠券"},
			"coupon huge":        {"coupon", "99999999999999999999", "没有这张优惠券"},
			"coupon HTML":        {"coupon", "<b>7</b>", "没有这张优惠券"},
			"coupon overlong":    {"coupon", strings.Repeat("7", 5000), "没有这张优惠券"},
			"points HTML":        {"points", `"><script>alert(1)</script>`, "积分请填写 0 或正整数"},
			"points emoji":       {"points", "🍊", "积分请填写 0 或正整数"},
			"points wide digits": {"points", "１００", "积分请填写 0 或正整数"},
			"points overlong":    {"points", strings.Repeat("9", 5000), "积分请填写 0 或正整数"},
			"points negative":    {"points", "-1", "积分请填写 0 或正整数"},
			"points no number":   {"points", "1e3", "积分请填写 0 或正整数"},
			"points fraction":    {"points", "1.5", "积分请填写 0 或正整数"},
			"points huge":        {"points", "9223372036854775808", "积分请填写 0 或正整数"},
			"points overflowing": {"points", "9223372036854775807", "最多可以使用 990 积分"},
			"points, order":      {"points", "991", "最多可以使用 990 积分"},
			"points, owned":      {"points", "1001", "最多可以使用 990 积分"},
			"token missing":      {"token", "", "页面已过期"},
			"token long":         {"token", strings.Repeat("t", 33), "页面已过期"},
			"quote missing":      {"quote", "", ""},
			"quote forged":       {"quote", "0.01-0123456789abcdef", "订单内容有变化"},
		} {
			t.Run(name, func(t *testing.T) {
				b := b.in(w.in(t))
				got := b.submit(checkout, "/orders", c.field, c.value)
				got.want(http.StatusUnprocessableEntity)
				got.wantText("main", c.text, "应付金额¥99.00")
				if c.field == "points" && got.Find("#points").AttrOr("value", "") != c.value {
					t.Errorf("got %q in the field, want what was typed", got.Find("#points").AttrOr("value", ""))
				}
				w.in(t).wantNoOrder()
			})
		}
	})
}

// 更新金额 prices a choice without ordering, and keeps the token and the seal out of the address.
func TestUpdateQuote(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, _ := w.student("ann")
	b.addToCart(w.stock.Plain.For(30))
	form := b.open("/checkout").form("/orders")
	form.Set("points", "100")
	updated := b.get("/checkout?" + form.Encode())
	updated.wantTo("/checkout?coupon=0&points=100")
	b.follow(updated).wantText(".checkout-total", "积分−¥10.00", "应付金额¥89.00")
	impossible := url.Values{"coupon": {"x"}, "points": {"-5"}}.Encode()
	b.open("/checkout?"+impossible).wantText("main", "没有这张优惠券", "积分请填写 0 或正整数", "应付金额¥99.00")
	w.wantNoOrder()
}

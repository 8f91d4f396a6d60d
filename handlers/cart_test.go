package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"luffy/models"
	"luffy/models/modelstest"
)

func TestCart(t *testing.T) {
	eachWorld(t, func(w *world) {
		b, _ := w.student("ann")
		b.open("/cart").wantText("main", "购物车是空的")
		b.addToCart(w.stock.Plain.For(30), w.stock.Free.For(0))
		b.open("/").wantText("#cart-count", "2")
		line := fmt.Sprintf("/cart/items/%d", w.stock.Plain.ID)
		term := strconv.FormatInt(w.stock.Plain.For(90).Expire, 10)

		b.submit(b.open("/cart"), line, "expire", term).wantTo("/cart")
		b.open("/cart").wantText("#cart-sums", "已选 2 门课程", "¥219.00")
		b.submit(b.open("/cart"), line, "selected", "").wantTo("/cart")
		b.open("/cart").wantText("#cart-sums", "已选 1 门课程", "¥0.00")
		b.submit(b.open("/cart"), line+"/delete").wantTo("/cart")
		b.submit(b.open("/"), "/logout")
		b.login("ann")
		if got := b.open("/cart").Find(".cart-line"); got.Length() != 1 || !strings.Contains(got.Text(), "Python 入门") {
			w.t.Errorf("got %d lines after the next login, want the one that was left", got.Length())
		}
	})
}

// 全选 ticks what the student has in the cart, and nobody else's.
func TestSelectCart(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	ann, _ := w.student("ann")
	bob, _ := w.student("bob")
	for _, b := range []*browser{ann, bob} {
		b.addToCart(w.stock.Plain.For(30), w.stock.Rate.For(30))
	}
	ann.submit(ann.open("/cart"), "/cart/selection", "selected", "").wantTo("/cart")
	ann.open("/cart").wantText("#cart-sums", "已选 0 门课程", "¥0.00")
	bob.open("/cart").wantText("#cart-sums", "已选 2 门课程")
	ann.submit(ann.open("/cart"), "/cart/selection", "selected", "1").wantTo("/cart")
	ann.open("/cart").wantText("#cart-sums", "已选 2 门课程")
}

// A choice that cannot be sold is refused on the page where it was made.
func TestCartRefused(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, _ := w.student("ann")
	course := b.open("/courses/1")
	for name, expire := range map[string]string{
		"none": "", "another course's": strconv.FormatInt(w.stock.Step.For(30).Expire, 10),
		"unknown": "99", "negative": "-1", "no number": "x",
		"huge": "99999999999999999999", "almost for ever": "00",
		"overlong": strings.Repeat("1", 5000), "HTML": "<b>1</b>", "emoji": "🍊",
	} {
		t.Run(name, func(t *testing.T) {
			b := b.in(w.in(t))
			got := b.submit(course, "/cart/items", "expire", expire)
			got.want(http.StatusUnprocessableEntity)
			got.wantText("h1", "Go 语言实战")
			got.wantText("[role=alert]", "有效期")
		})
	}
	if n := w.count("SELECT COUNT(*) FROM ly_cart_item"); n != 0 {
		t.Errorf("got %d cart lines, want none", n)
	}
	b.addToCart(w.stock.Plain.For(30))
	cart := b.open("/cart")
	w.exec("DELETE FROM ly_course_expire")
	changed := b.submit(cart, "/cart/items/1")
	changed.wantTo("/cart")
	gone := b.follow(changed)
	gone.wantText(".flash", "不再出售")
	gone.wantText("#line-1", "原来的有效期已不再出售，请重新选择")
	b.submit(gone, "/cart/items/1", "selected", "1").wantTo("/cart") // to what is left, for ever
	b.open("/cart").wantText("#cart-sums", "¥310.00")
	w.exec("UPDATE ly_course SET published = 0 WHERE id = 1")
	b.open("/cart").wantText("#line-1", "已下架")
	b.get("/courses/1").want(http.StatusNotFound)
	b.submit(course, "/cart/items", "expire", "0").want(http.StatusNotFound)
	b.submit(b.open("/cart"), "/cart/items/1/delete").wantTo("/cart")
}

// A change in the cart that cannot be made is refused there, and the line stays as it was.
func TestCartChangeRefused(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, ann := w.student("ann")
	b.addToCart(w.stock.Plain.For(30))
	for name, expire := range map[string]string{
		"missing": "", "another course's": strconv.FormatInt(w.stock.Step.For(30).Expire, 10),
		"unknown": "99", "negative": "-1",
		"no number": "x", "overlong": strings.Repeat("1", 5000), "HTML": "<b>1</b>", "emoji": "🍊",
	} {
		changed := b.submit(b.open("/cart"), "/cart/items/1", "expire", expire, "selected", "")
		changed.wantTo("/cart")
		got := b.follow(changed)
		got.wantText(".flash", "这门课程或这个有效期已不再出售")
		if sums := got.text("#cart-sums"); !strings.Contains(sums, "已选 1 门课程") || !strings.Contains(sums, "¥99.00") {
			t.Errorf("%s: got %q, want the line as it was", name, sums)
		}
	}
	bob, _ := w.student("bob")
	bob.submit(b.open("/cart"), "/cart/items/1/delete").want(http.StatusForbidden) // ann's token is worth nothing to him
	bob.post("/cart/items/1/delete", bob.open("/").form("/logout")).wantTo("/cart")
	if n := w.count("SELECT COUNT(*) FROM ly_cart_item WHERE user_id = ?", ann.ID); n != 1 {
		t.Errorf("got %d lines in ann's cart after bob deleted, want 1", n)
	}
}

// A cart holds 50 courses. Every page that would add another one says why it cannot.
func TestCartFull(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, ann := w.student("ann")
	for i := range 50 {
		w.exec(`
			INSERT INTO ly_course (id, category_id, teacher_id, name, price, created_at)
			SELECT ?, category_id, teacher_id, ?, price, created_at
			FROM ly_course WHERE id = 1`, 100+i, fmt.Sprint("课程", i))
		w.exec("INSERT INTO ly_cart_item (user_id, course_id, price, created_at) VALUES (?, ?, 31000, ?)",
			ann.ID, 100+i, w.db.Now())
	}
	got := b.submit(b.open("/courses/1"), "/cart/items", "expire", "0")
	got.want(http.StatusUnprocessableEntity)
	got.wantText("[role=alert]", "购物车已满")
	token := b.open("/").form("/logout")
	token.Set("expire", "0")
	changed := b.post("/cart/items/1", token)
	changed.wantTo("/cart")
	b.follow(changed).wantText(".flash", "购物车已满")
	b.post("/cart/items/100", token).wantTo("/cart") // a course in the cart can still be changed
	if n := w.count("SELECT COUNT(*) FROM ly_cart_item"); n != 50 {
		t.Errorf("got %d cart lines, want 50", n)
	}
	if link := b.order().payLink(); link.biz["subject"] == "" {
		t.Errorf("got %v, want an order of what is in the cart", link.biz)
	}
}

// HTML in names from the catalogue is shown as text on every page.
func TestHTMLInNames(t *testing.T) {
	const name = `<script>alert("x")</script><img src=x onerror=alert(1)>'&amp;`
	w := newWorld(t, modelstest.SQLite(t))
	b, ann := w.student("ann")
	w.exec("UPDATE ly_course SET name = ?, brief = ? WHERE id = 1", name, name)
	w.exec("UPDATE ly_coupon SET name = ? WHERE id = 1", name)
	w.exec("UPDATE ly_teacher SET name = ? WHERE id = 1", name)
	w.exec("UPDATE ly_course_expire SET expire_text = ?", name)
	w.exec("UPDATE ly_chapter SET name = ?", name)
	w.exec("UPDATE ly_lesson SET name = ?, content = ?", name, name)
	w.exec("UPDATE ly_category SET name = ? WHERE id = 1", name)
	w.exec("INSERT INTO ly_user_coupon (user_id, coupon_id, start_time, end_time)"+
		" VALUES (?, 1, '2020-01-01 00:00:00', '2100-01-01 00:00:00')", ann.ID)
	b.addToCart(w.stock.Plain.For(30))
	pages := []*page{
		b.open("/"), b.open("/?category=1"), b.open("/courses/1"), b.open("/cart"),
		b.open("/checkout"), b.open("/checkout?points=" + url.QueryEscape(name)),
	}
	link, returnURL := b.buy()
	b.get(returnURL)
	until(t, "the order to be paid", func() bool { return w.orderStatus(link.number) == 1 })
	pages = append(pages, b.open("/myorder/?q=alert"), b.open("/orders/"+link.number), b.open(resultPath(link.number)),
		b.open("/mycourses/"), b.open("/learn/1"), b.open("/learn/1?lesson=2"))
	for _, p := range pages {
		if p.Find("script:not([src]), [onerror]").Length() != 0 {
			t.Errorf("%s: a name became markup", p.url)
		}
		if !strings.Contains(p.text("body"), `<script>alert("x")</script>`) {
			t.Errorf("%s: the name is not shown", p.url)
		}
	}
	if strings.ContainsAny(link.biz["subject"], "/=&") {
		t.Errorf("got subject %q, want it without what Alipay forbids", link.biz["subject"])
	}
}

// A sum above what Alipay takes in one trade never becomes an order; cart and checkout say so.
func TestTooMuch(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, _ := w.student("ann")
	w.exec("UPDATE ly_course SET price = ? WHERE id = 1", models.MaxFen)
	b.addToCart(w.stock.Plain.For(0))
	checkout := b.open("/checkout")
	b.submit(checkout, "/orders").payLink() // the limit itself is taken
	b.addToCart(w.stock.Plain.For(0), w.stock.Step.For(30))
	const limit = "单笔付款的上限 ¥100,000,000.00"
	cart := b.open("/cart")
	cart.wantText("#cart-sums", limit)
	if cart.Find("#checkout").Length() != 0 {
		t.Error("the cart leads to the checkout")
	}
	dear := b.open("/checkout")
	dear.wantText("[role=alert]", limit, "分几次结算")
	if dear.Find("#submit-order").Length() != 0 {
		t.Error("the checkout has a button to order")
	}
	refused := b.submit(dear, "/orders")
	refused.want(http.StatusUnprocessableEntity)
	refused.wantText("[role=alert]", limit)
	if n := w.count("SELECT COUNT(*) FROM ly_order"); n != 1 {
		t.Errorf("got %d orders, want the first only", n)
	}
	b.submit(dear, "/orders", "points", "1000").want(http.StatusSeeOther) // which brings it to the limit
}

// The cart tells what a coupon would save, or how little is missing for one.
func TestCouponHint(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, ann := w.student("ann")
	hint := func(want string) {
		t.Helper()
		got := b.open("/cart").text("#cart-sums")
		if !strings.Contains(got, want) || want == "" && strings.Contains(got, "优惠券") {
			t.Errorf("got %q, want %q in it", got, want)
		}
	}
	b.addToCart(w.stock.Plain.For(30))
	hint("")
	if _, err := w.db.GiveCoupon(t.Context(), ann.ID, modelstest.CouponOff); err != nil {
		t.Fatal(err)
	}
	hint("再选 ¥1.00 的课程，就可以用优惠券“新人立减”。")
	b.addToCart(w.stock.Step.For(30))
	hint("结算时可用优惠券“新人立减”再减 ¥50.00。")
	w.exec("UPDATE ly_user_coupon SET order_id = 77")
	hint("")
}

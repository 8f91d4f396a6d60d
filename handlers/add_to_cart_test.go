package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"luffy/models/modelstest"
)

// A choice that was made before the login is still there on the course's page after a login or a
// registration: one press puts it into the cart.
func TestChoiceSurvivesLogin(t *testing.T) {
	for name, c := range map[string]struct {
		now, to, left string // the button, where it leads, what is there
		enter         func(b *browser, login *page) *page
	}{
		"cart": {"", "/cart", "三个月有效", func(b *browser, login *page) *page {
			return b.submit(login, "/login", "username", "ann", "password", modelstest.Password)
		}},
		"at once": {"1", "/checkout", "三个月有效", func(b *browser, login *page) *page {
			return b.submit(login, "/login", "username", "ann", "password", modelstest.Password)
		}},
		"after a wrong password": {"", "/cart", "三个月有效", func(b *browser, login *page) *page {
			again := b.submit(login, "/login", "username", "ann", "password", "wrong horse")
			return b.submit(again, "/login", "username", "ann", "password", modelstest.Password)
		}},
		"registered": {"1", "/checkout", "三个月有效", func(b *browser, login *page) *page {
			form := b.get(login.link(login.Find(`main a[href^="/register"]`).AttrOr("href", "")))
			return b.submit(form, "/register",
				"username", "bob", "password", modelstest.Password, "password2", modelstest.Password)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, modelstest.SQLite(t))
			modelstest.Student(t, w.db, "ann")
			b := w.browser()
			b.header.Set("Referer", "https://search.example/") // the way back is not taken from here
			term := w.stock.Plain.For(90)
			refused := b.submit(b.open("/courses/1"), "/cart/items", "expire", strconv.FormatInt(term.Expire, 10), "now", c.now)
			entered := c.enter(b, b.follow(refused))
			entered.wantTo(fmt.Sprintf("/courses/1?expire=%d", term.Expire))
			course := b.follow(entered)
			if n := w.count("SELECT COUNT(*) FROM ly_cart_item"); n != 0 {
				t.Errorf("got %d cart lines, want none before the button: a link changes nothing", n)
			}
			course.wantText(".course-buy .note", "所选的有效期已为您保留")
			if got := course.Find("input[name=expire][checked]").AttrOr("value", ""); got != strconv.FormatInt(term.Expire, 10) {
				t.Errorf("got term %q chosen, want %d", got, term.Expire)
			}
			pressed := b.submit(course, "/cart/items", "now", c.now)
			pressed.wantTo(c.to)
			b.follow(pressed).wantText("main", c.left)
		})
	}
}

// An impossible choice is dropped on the way through the login.
func TestStrangeChoiceAtLogin(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b := w.browser()
	course := b.open("/courses/1")
	for name, c := range map[string]struct{ course, expire, next string }{
		"no term":          {"1", "", "/courses/1"},
		"no number":        {"1", "<b>🐍", "/courses/1"},
		"overlong":         {"1", "99999999999999999999", "/courses/1"},
		"negative":         {"1", "-1", "/courses/1"},
		"no course":        {"", "1", "/"},
		"another site":     {"//evil.example", "1", "/"},
		"for ever":         {"1", "0", "/courses/1?expire=0"},
		"another's course": {"1", "99", "/courses/1?expire=99"}, // shows the first term instead
	} {
		got := b.submit(course, "/cart/items", "course", c.course, "expire", c.expire)
		if want := "/login?" + (url.Values{"next": {c.next}}).Encode(); got.header.Get("Location") != want {
			t.Errorf("%s: got sent to %q, want %q", name, got.header.Get("Location"), want)
		}
	}
	shown := b.open("/courses/1?expire=99")
	want := strconv.FormatInt(w.stock.Plain.For(30).Expire, 10)
	if got := shown.Find("input[name=expire][checked]").AttrOr("value", ""); got != want {
		t.Errorf("got term %q chosen, want the first, %s", got, want)
	}
	ann, _ := w.student("ann")
	if note := ann.open("/courses/1?expire=99").Find(".course-buy .note"); note.Length() != 0 {
		t.Errorf("got %q of a term that was not kept", note.Text())
	}
}

// 立即购买 orders one course. Other selected courses stay in the cart, and the page says so.
func TestBuyNow(t *testing.T) {
	eachWorld(t, func(w *world) {
		b, ann := w.student("ann")
		b.addToCart(w.stock.Step.For(30), w.stock.Rate.For(30))
		w.exec("UPDATE ly_cart_item SET selected = 0 WHERE course_id = ?", w.stock.Rate.ID)
		pressed := b.submit(b.open("/courses/1"), "/cart/items", "expire", "0", "now", "1")
		pressed.wantTo("/checkout")
		checkout := b.follow(pressed)
		checkout.wantText(".flash", "另外 1 门课程还在")
		checkout.wantText(".checkout-total", "应付金额¥310.00")
		if link := b.submit(checkout, "/orders").payLink(); link.biz["total_amount"] != "310.00" {
			w.t.Errorf("got %s to pay, want 310.00", link.biz["total_amount"])
		}
		if n := w.count("SELECT COUNT(*) FROM ly_cart_item WHERE user_id = ? AND selected = 0", ann.ID); n != 2 {
			w.t.Errorf("got %d courses waiting in the cart, want 2", n)
		}
		b.submit(b.open("/courses/1"), "/cart/items", "expire", "77", "now", "1").want(http.StatusUnprocessableEntity)
		w.exec("DELETE FROM ly_cart_item")
		alone := b.submit(b.open("/courses/1"), "/cart/items", "expire", "0", "now", "1")
		if b.follow(alone).Find(".flash").Length() != 0 {
			w.t.Error("got a message about others, want none: there are no others")
		}
	})
}

// The page of a course that is in the cart shows for which term, and offers to change it.
func TestCourseInCart(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, _ := w.student("ann")
	term := w.stock.Plain.For(90)
	b.addToCart(term)
	course := b.open("/courses/1")
	course.wantText(".option:has([checked])", term.ExpireText, "已在购物车")
	if got := course.Find(".option .state").Length(); got != 1 {
		t.Errorf("got %d terms marked as in the cart, want 1", got)
	}
	course.wantText("#add-to-cart", "更换有效期")
	chosen := b.open("/courses/1?expire=0")
	if got := chosen.Find("input[name=expire][checked]").AttrOr("value", ""); got != "0" {
		t.Errorf("got term %q chosen, want the one in the address, 0", got)
	}
	b.submit(course, "/cart/items", "expire", "0").wantTo("/cart")
	b.open("/courses/1").wantText(".option:has([checked])", "永久有效", "已在购物车")
}

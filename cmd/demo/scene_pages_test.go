package main

import (
	"net/http"
	"slices"

	"luffy/cmd/internal/browser"
)

// buyerInWeChat is the buyer in a browser that opens no cashier of Alipay's.
const (
	buyerInWeChat = buyer + " in WeChat"
	weChatAgent   = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) " +
		"AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.50"
)

// pages is every page in every state, by who sees it. The names are those of the pictures.
func (s *scene) pages() map[string][]pageState {
	return map[string][]pageState{
		"visitor": slices.Concat(s.coursePages(), s.loginPages(), s.errorPages()),
		newcomer:  s.emptyPages(),
		buyer:     slices.Concat(s.shoppingPages(), s.ownPages(), s.orderPages()),
		keeper:    s.staffPages(),
		buyerInWeChat: {
			{name: "order-in-wechat", path: "/orders/" + s.orders["unpaid"]},
			{name: "result-in-wechat", path: "/orders/" + s.orders["unpaid"] + "/result"},
		},
	}
}

func (s *scene) coursePages() []pageState {
	return []pageState{
		{name: "courses", path: "/"},
		{name: "courses-category", path: "/?category=1"},
		{name: "courses-popular", path: "/?sort=students"},
		{name: "courses-cheapest", path: "/?sort=price"},
		{name: "courses-dearest", path: "/?sort=-price"},
		{name: "courses-found", path: "/?q=Python"},
		{name: "courses-not-found", path: "/?q=Rust"},
		{name: "course", path: s.coursePath("Python 从零到能用")},
		{name: "course-discounted", path: s.coursePath("Go 并发编程实战")},
		{name: "course-reduced", path: s.coursePath("Django 商城项目")},
		{name: "course-stepped", path: s.coursePath("MySQL 事务与锁")},
		{name: "course-free", path: s.coursePath("爬虫与数据采集")},
		{name: "course-one-term", path: s.coursePath("算法入门四十讲")},
	}
}

func (s *scene) loginPages() []pageState {
	return []pageState{
		{name: "login", path: "/login?next=/cart"},
		{name: "login-unsent", path: "/login?next=/account/profile&unsent=1"},
		{name: "login-refused", path: "/login", steps: func(tab *browser.Tab) {
			tab.Type("#username", "nobody")
			tab.Type("#password", "wrong password")
			tab.PressRefused(http.StatusUnprocessableEntity, "#login-submit")
		}},
		{name: "register", path: "/register"},
		{name: "register-refused", path: "/register", steps: func(tab *browser.Tab) {
			tab.Type("#username", "a b")
			tab.Type("#password", "long enough")
			tab.Type("#password2", "long enough")
			tab.PressRefused(http.StatusUnprocessableEntity, "#register-submit")
		}},
		{name: "login-too-often", path: "/login?next=/cart", steps: func(tab *browser.Tab) {
			tab.Type("#username", guessed)
			tab.Type("#password", "wrong password")
			tab.PressRefused(http.StatusTooManyRequests, "#login-submit")
		}},
	}
}

func (s *scene) errorPages() []pageState {
	return []pageState{
		{name: "error-404", path: "/nowhere", status: http.StatusNotFound},
		{name: "error-405", path: "/logout", status: http.StatusMethodNotAllowed},
		{name: "error-return", path: "/payments/result?out_trade_no=1", status: http.StatusBadRequest},
		{name: "error-foreign-form", path: "/login", steps: func(tab *browser.Tab) {
			tab.Go(s.shop.simulatorURL + "/admin")
			tab.PostRefused(http.StatusForbidden, s.shop.shopURL+"/login")
		}},
		{name: "error-500", path: "/", steps: func(tab *browser.Tab) {
			tab.GoRefused(http.StatusInternalServerError, s.broken.shopURL)
		}},
	}
}

func (s *scene) emptyPages() []pageState {
	return []pageState{
		{name: "cart-empty", path: "/cart"},
		{name: "my-orders-none", path: "/myorder/"},
		{name: "my-courses-none", path: "/mycourses/"},
		{name: "learn-closed", path: "/learn/1", status: http.StatusForbidden},
		{name: "account-none", path: "/account"},
		{name: "points-none", path: "/account/points"},
		{name: "coupons-none", path: "/account/coupons"},
		{name: "error-404-order", path: "/orders/" + s.orders["paid"], status: http.StatusNotFound},
		{name: "error-other-user", path: "/account/profile", steps: s.changeUser}, // the last: it logs in as another
	}
}

// changeUser logs in as somebody else in a second tab before a form of the first is sent.
func (s *scene) changeUser(tab *browser.Tab) {
	beside := tab.Beside()
	beside.Go(s.shop.shopURL)
	beside.Press(`form[action="/logout"] button`)
	s.logIn(beside, buyer)
	tab.PressRefused(http.StatusConflict, "#profile-submit")
}

func (s *scene) shoppingPages() []pageState {
	return []pageState{
		{name: "courses-signed-in", path: "/"},
		{name: "course-owned", path: s.coursePath("Python 从零到能用")},
		{name: "cart", path: "/cart"},
		{name: "checkout", path: "/checkout"},
		{name: "checkout-too-many-points", path: "/checkout?points=99999"},
		{name: "my-courses", path: "/mycourses/"},
		{name: "learn", path: "/learn/1"},
		{name: "learn-lesson", path: "/learn/1?lesson=2"},
	}
}

func (s *scene) ownPages() []pageState {
	return []pageState{
		{name: "account", path: "/account"},
		{name: "points", path: "/account/points"},
		{name: "coupons", path: "/account/coupons"},
		{name: "coupons-used", path: "/account/coupons?status=used"},
		{name: "coupons-expired", path: "/account/coupons?status=expired"},
		{name: "profile", path: "/account/profile"},
		{name: "profile-refused", path: "/account/profile", steps: func(tab *browser.Tab) {
			tab.Type("#mobile", "12345")
			tab.PressRefused(http.StatusUnprocessableEntity, "#profile-submit")
		}},
		{name: "security", path: "/account/security"},
		{name: "security-refused", path: "/account/security", steps: func(tab *browser.Tab) {
			tab.Type("#old", "wrong password")
			tab.Type("#password", "short")
			tab.PressRefused(http.StatusUnprocessableEntity, "#password-submit")
		}},
	}
}

func (s *scene) orderPages() []pageState {
	states := []pageState{
		{name: "my-orders", path: "/myorder/"},
		{name: "my-orders-unpaid", path: "/myorder/?status=unpaid"},
		{name: "my-orders-paid", path: "/myorder/?status=paid"},
		{name: "my-orders-closed", path: "/myorder/?status=closed"},
		{name: "my-orders-refund", path: "/myorder/?status=refund"},
		{name: "my-orders-page-2", path: "/myorder/?page=2"},
		{name: "my-orders-found", path: "/myorder/?q=Django"},
		{name: "my-orders-not-found", path: "/myorder/?q=<b>Rust"},
		{name: "cancel", path: "/orders/" + s.orders["unpaid"] + "/cancel"},
		{name: "hide", path: "/orders/" + s.orders["cancelled"] + "/hide"},
		{name: "pay-twice", path: "/orders/" + s.orders["unpaid"] + "/pay"},
		{name: "pay-owned", path: "/orders/" + s.orders["owned"] + "/pay"},
	}
	for _, of := range []string{
		"unpaid", "paid", "free", "cancelled", "overdue", "late", "refunded", "partly", "refunding",
		"asked", "rejected", "confirming", "held", "ending", "ended",
	} {
		address := "/orders/" + s.orders[of]
		states = append(states, pageState{name: "order-" + of, path: address},
			pageState{name: "result-" + of, path: address + "/result"})
	}
	for _, of := range []string{"paid", "partly", "asked", "rejected", "ended"} {
		states = append(states, pageState{name: "refund-" + of, path: "/orders/" + s.orders[of] + "/refund"})
	}
	incomplete := func(tab *browser.Tab) {
		tab.Click("[name=reason][value=other]")
		tab.PressRefused(http.StatusUnprocessableEntity, "#ask-refund")
	}
	return append(states, pageState{
		name: "refund-incomplete", path: "/orders/" + s.orders["paid"] + "/refund", steps: incomplete,
	})
}

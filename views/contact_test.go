package views

import (
	"net/http"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"luffy/models"
)

// Where a page says to ask 客服 it says how; the foot of every page says so too. A shop that does not
// tell is promised nothing.
func TestContact(t *testing.T) {
	t.Parallel()
	const phone = "客服电话 400-000-0000"
	for name, of := range map[string]func(Page) templ.Component{
		"login": func(p Page) templ.Component { return LoginPage(Login{Page: p}) },
		"hide": func(p Page) templ.Component {
			return HidePage(Hide{Page: p, Order: sampleOrder(models.OrderTimedOut)})
		},
		"refund": func(p Page) templ.Component { page := sampleRefund(); page.Page = p; return RefundPage(page) },
		"unusable coupons": func(p Page) templ.Component {
			page := sampleCheckout()
			page.Page, page.Unusable = p, []UnusableCoupon{{Name: "满减券", Reason: "优惠规则有误，请联系客服"}}
			return CheckoutPage(page)
		},
		"held payment": func(p Page) templ.Component {
			page := sampleResult(ResultConfirming)
			page.Page, page.Held, page.Notices = p, true, []string{"收到一笔与订单金额不符的付款。"}
			return ResultPage(page)
		},
		"notice of an order": func(p Page) templ.Component {
			page := sampleDetail(models.OrderPaid)
			page.Page, page.Notices = p, []string{"支付宝没有接受这笔退款，客服会与您联系。"}
			return OrderDetailPage(page)
		},
		"our fault": func(p Page) templ.Component {
			return ErrorPage(Error{Page: p, Status: http.StatusInternalServerError})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			told := render(t, of(Page{User: "xiaoming", Contact: phone}))
			wantContains(t, told, "main", phone)
			wantContains(t, told, "body > footer", phone)
			untold := squeezed(render(t, of(Page{User: "xiaoming"})).Find("body").Text())
			for _, promise := range []string{"联系我们", "忘记密码"} {
				if strings.Contains(untold, promise) {
					t.Errorf("got %q without a contact", promise)
				}
			}
		})
	}
	wantCount(t, render(t, ErrorPage(Error{Page: Page{Contact: phone}, Status: http.StatusNotFound})), "main .contact", 0)
}

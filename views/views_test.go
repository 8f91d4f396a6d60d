package views

import (
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"luffy/models"
)

// render returns a page as a browser without scripts would read it.
func render(t *testing.T, page templ.Component) *goquery.Document {
	t.Helper()
	var b strings.Builder
	if err := page.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	root, err := html.ParseWithOptions(strings.NewReader(b.String()), html.ParseOptionEnableScripting(false))
	if err != nil {
		t.Fatal(err)
	}
	return goquery.NewDocumentFromNode(root)
}

// text is the text below a selector, squeezed.
func text(doc *goquery.Document, selector string) string { return squeezed(doc.Find(selector).Text()) }

// squeezed drops all white space: Chinese sentences carry no meaning in it, and templates are free
// to break lines.
func squeezed(s string) string { return strings.Join(strings.Fields(s), "") }

func wantText(t *testing.T, doc *goquery.Document, selector, want string) {
	t.Helper()
	if got := text(doc, selector); got != squeezed(want) {
		t.Errorf("%s: got %q, want %q", selector, got, want)
	}
}

func wantContains(t *testing.T, doc *goquery.Document, selector, want string) {
	t.Helper()
	if got := text(doc, selector); !strings.Contains(got, squeezed(want)) {
		t.Errorf("%s: got %q, want it to contain %q", selector, got, want)
	}
}

func wantCount(t *testing.T, doc *goquery.Document, selector string, want int) {
	t.Helper()
	if got := doc.Find(selector).Length(); got != want {
		t.Errorf("%s: got %d elements, want %d", selector, got, want)
	}
}

func wantAttr(t *testing.T, doc *goquery.Document, selector, name, want string) {
	t.Helper()
	if got := doc.Find(selector).AttrOr(name, ""); got != want {
		t.Errorf("%s: got %s=%q, want %q", selector, name, got, want)
	}
}

var signedOut = Page{CSRF: "csrf-token"}

// allPages is every page in every state that changes its markup.
func allPages() map[string]templ.Component {
	owned, refused := sampleCourse(), sampleCheckout()
	owned.Owned, owned.InCart = Ownership{Live: true, Until: sampleNow}, true
	refused.PriceChanged, refused.OldTotal, refused.NewTotal = true, 1400_00, 1500_00
	refused.Errors = FieldErrors{"points": "最多可以使用 500 积分", "": "请核对订单"}
	inWeChat := sampleDetail(models.OrderUnpaid)
	inWeChat.Pay = PayBy{OpenOutside: "https://shop.example/orders/" + sampleNumber}
	return map[string]templ.Component{
		"courses":      CourseListPage(sampleCourses()),
		"no courses":   CourseListPage(CourseList{Page: signedOut}),
		"course":       CoursePage(sampleCourse()),
		"owned course": CoursePage(owned),
		"login":        LoginPage(Login{Page: signedOut, Errors: FieldErrors{"": "用户名或密码不正确"}}),
		"register": RegisterPage(
			Register{Page: signedOut, UsernameHint: "4 到 20 个字", Errors: FieldErrors{"username": "用户名已被使用"}},
		),
		"cart":          CartPage(sampleCart()),
		"empty cart":    CartPage(Cart{Page: samplePage}),
		"checkout":      CheckoutPage(sampleCheckout()),
		"refused order": CheckoutPage(refused),
		"pay twice": PayTwicePage(
			PayTwice{Page: samplePage, Order: sampleOrder(models.OrderUnpaid), Lines: sampleCheckout().Lines},
		),
		"my orders":       MyOrdersPage(sampleMyOrders()),
		"no orders":       MyOrdersPage(MyOrders{Page: samplePage}),
		"order, paid":     OrderDetailPage(sampleDetail(models.OrderPaid)),
		"order, unpaid":   OrderDetailPage(sampleDetail(models.OrderUnpaid)),
		"result, waiting": ResultPage(sampleResult(ResultConfirming)),
		"result, paid":    ResultPage(sampleResult(ResultPaid)),
		"result, unpaid":  ResultPage(sampleResult(ResultUnpaid)),
		"result, closed":  ResultPage(sampleResult(ResultClosed)),
		"result, refund":  ResultPage(sampleResult(ResultRefunded)),
		"cancel":          CancelPage(sampleCancel()),
		"refund":          RefundPage(sampleRefund()),
		"refused refund":  RefundPage(refusedRefund()),
		"hide":            HidePage(Hide{Page: samplePage, Order: sampleOrder(models.OrderTimedOut)}),
		"in wechat":       OrderDetailPage(inWeChat),
		"my courses":      MyCoursesPage(sampleMyCourses()),
		"account":         AccountPage(sampleAccount()),
		"points":          PointsPage(samplePoints()),
		"no points":       PointsPage(PointsLedger{Page: samplePage}),
		"coupons":         CouponsPage(sampleCoupons(models.CouponsUsable)),
		"used coupons":    CouponsPage(sampleCoupons(models.CouponsUsed)),
		"expired coupons": CouponsPage(sampleCoupons(models.CouponsExpired)),
		"no coupons":      CouponsPage(Coupons{Page: samplePage, Tab: models.CouponsUsable}),
		"profile":         ProfilePage(sampleProfile()),
		"security":        SecurityPage(sampleSecurity()),
		"learn":           LearnPage(sampleLearn()),
		"closed lesson": LearnPage(Learn{Page: samplePage, CourseID: 1, Name: "Go",
			Chapters: sampleChapters(), Lesson: Lesson{ID: 11, Name: "Go"}, Lessons: 3}),
		"no access": NoAccessPage(NoAccess{Page: samplePage, CourseID: 1, Name: "Go", OnSale: true}),
		"error":     ErrorPage(sampleError()),

		"desk":        DeskPage(sampleDesk()),
		"quiet desk":  DeskPage(Desk{Page: staffPage}),
		"staff order": StaffOrderPage(sampleStaffOrder()),
		"give back":   GiveBackPage(sampleGiveBack()),
		"no reason":   GiveBackPage(GiveBack{Page: staffPage, Key: "once", Errors: FieldErrors{"reason": "请写明退款原因"}}),
		"found orders": StaffSearchPage(
			StaffSearch{Page: staffPage, Query: "ann", Student: "ann", Orders: []FoundOrder{{Number: sampleNumber}}},
		),
		"found none": StaffSearchPage(StaffSearch{Page: staffPage, Query: "nobody"}),
		"no search":  StaffSearchPage(StaffSearch{Page: staffPage}),
		"bills":      BillsPage(sampleBills()),
		"wrong period": BillsPage(
			Bills{Page: staffPage, Date: "2026-11-21", Errors: FieldErrors{"period": "请改正", "date": "请改正"}},
		),
	}
}

// C2, C9, R9.
func TestEveryPageKeepsTheHouseRules(t *testing.T) {
	t.Parallel()
	for name, page := range allPages() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := render(t, page)
			wantCount(t, doc, "h1", 1)
			wantCount(t, doc, "main#main", 1)
			wantCount(t, doc, "header, footer", 2)
			wantAttr(t, doc, "html", "lang", "zh-CN")
			wantAttr(t, doc, "body > a:first-child", "href", "#main")
			if title := text(doc, "title"); strings.HasPrefix(title, "–") {
				t.Errorf("the page has no title of its own: %q", title)
			}
			// The Content-Security-Policy allows nothing inline.
			wantCount(t, doc, "[style], style, script:not([src]), [onclick], a[href^='javascript:']", 0)
			checkForms(t, doc)
			checkPictures(t, doc)
			checkIDs(t, doc)
		})
	}
}

func checkForms(t *testing.T, doc *goquery.Document) {
	t.Helper()
	doc.Find("form[method=post]").Each(func(_ int, form *goquery.Selection) {
		if got := form.Find("input[type=hidden][name=_csrf]").AttrOr("value", ""); got != "csrf-token" {
			t.Errorf("form %s: _csrf is %q, want the page's token", form.AttrOr("action", ""), got)
		}
	})
	doc.Find("input:not([type=hidden]), select").Each(func(_ int, field *goquery.Selection) {
		id := field.AttrOr("id", "none")
		if field.Closest("label").Length() == 0 && doc.Find("label[for='"+id+"']").Length() == 0 &&
			field.AttrOr("aria-label", "") == "" {
			t.Errorf("field %s has no label", field.AttrOr("name", ""))
		}
	})
}

func checkPictures(t *testing.T, doc *goquery.Document) {
	t.Helper()
	doc.Find("img").Each(func(_ int, img *goquery.Selection) {
		for _, attr := range []string{"src", "width", "height"} {
			if img.AttrOr(attr, "") == "" {
				t.Errorf("picture %q has no %s", img.AttrOr("alt", ""), attr)
			}
		}
		if _, ok := img.Attr("alt"); !ok {
			t.Errorf("picture %q has no alt", img.AttrOr("src", ""))
		}
	})
}

func checkIDs(t *testing.T, doc *goquery.Document) {
	t.Helper()
	seen := map[string]bool{}
	doc.Find("[id]").Each(func(_ int, element *goquery.Selection) {
		id := element.AttrOr("id", "")
		if seen[id] {
			t.Errorf("id %q is used twice", id)
		}
		seen[id] = true
	})
	doc.Find("[aria-describedby], [aria-labelledby]").Each(func(_ int, element *goquery.Selection) {
		described := element.AttrOr("aria-describedby", "") + " " + element.AttrOr("aria-labelledby", "")
		for id := range strings.FieldsSeq(described) {
			if !seen[id] {
				t.Errorf("a description refers to the id %q, which the page does not have", id)
			}
		}
	})
}

func TestWordsOfOthersAreEscaped(t *testing.T) {
	t.Parallel()
	const evil = `<script src="//evil.example/x.js"></script><b id="evil">Go</b>`
	list, cart, orders, learn := sampleCourses(), sampleCart(), sampleMyOrders(), sampleLearn()
	order, search := sampleStaffOrder(), StaffSearch{Page: staffPage, Query: evil}
	order.Tasks[0].Reason, order.Messages[0].TradeNo = evil, evil
	list.Courses[0].Name, cart.Lines[0].Name, orders.Orders[0].Lines[0].Name = evil, evil, evil
	orders.Query, learn.Text = evil, evil
	for name, page := range map[string]templ.Component{
		"courses": CourseListPage(list), "cart": CartPage(cart), "my orders": MyOrdersPage(orders), "learn": LearnPage(learn),
		"staff order": StaffOrderPage(order), "staff search": StaffSearchPage(search),
	} {
		doc := render(t, page)
		wantCount(t, doc, "#evil, script[src*='evil']", 0)
		if got := text(doc, "main"); !strings.Contains(got, squeezed(evil)) {
			t.Errorf("%s: the name is not shown as it was written", name)
		}
	}
}

func TestHeader(t *testing.T) {
	t.Parallel()
	in := render(t, CourseListPage(sampleCourses()))
	wantText(t, in, ".user-name", "xiaoming")
	wantAttr(t, in, "form:has(#logout)", "action", "/logout")
	wantContains(t, in, "#cart-count", "2")
	wantText(t, in, ".top-nav a[aria-current=page]", "课程")
	wantCount(t, in, "header a[href='/login'], header a[href='/register']", 0)

	out := render(t, CourseListPage(CourseList{Page: signedOut}))
	wantCount(t, out, "header form, #cart-count", 0)
	wantCount(t, out, "header a[href='/login'], header a[href='/register']", 2)

	away := render(t, LoginPage(Login{Page: Page{Back: "/courses/1?a=b"}}))
	wantAttr(t, away, "header a[aria-current=page]", "href", "/login?next=%2Fcourses%2F1%3Fa%3Db")
	wantCount(t, away, "header a[href='/register?next=%2Fcourses%2F1%3Fa%3Db']", 1)
}

func TestFlash(t *testing.T) {
	t.Parallel()
	page := Page{Flash: Flash{Text: "已加入购物车"}}
	wantText(t, render(t, CartPage(Cart{Page: page})), "[role=status] .flash:not(.flash-error)", "已加入购物车")
	page.Flash.Error = true
	wantText(t, render(t, CartPage(Cart{Page: page})), "[role=status] .flash-error", "已加入购物车")
	wantCount(t, render(t, CartPage(Cart{})), ".flash", 0)
}

func TestErrorPage(t *testing.T) {
	t.Parallel()
	doc := render(t, ErrorPage(sampleError()))
	wantText(t, doc, "h1", "支付结果无法确认")
	wantContains(t, doc, "main", "支付宝响应数据校验失败")
	wantContains(t, doc, ".error-status", "400")
	wantText(t, doc, "main .number", sampleNumber)
	wantAttr(t, doc, "main .main", "href", "/orders/"+sampleNumber)

	plain := render(t, ErrorPage(Error{Page: signedOut, Status: 404, Title: "页面不存在"}))
	wantCount(t, plain, "main .number", 0)
	wantAttr(t, plain, "main .main", "href", "/")
}

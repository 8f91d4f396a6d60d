package views

import (
	"strings"
	"testing"
	"time"

	"luffy/models"
)

// sampleRefund is the form of an order of whose three lines the first can be asked for.
func sampleRefund() Refund {
	o := sampleOrder(models.OrderPaid)
	o.Refund = sampleTermsOfRefund()
	return Refund{
		Page: samplePage, Order: o, MaxDetail: 200,
		Reasons: []RefundReason{{"mistake", "买错了课程"}, {"other", "其他"}},
		Lines: []RefundLine{
			{Position: 1, Name: "Go 语言从入门到实战", Term: "一个月有效", Amount: 261_94, Points: 20, Seen: 1, Lessons: 10},
			{Position: 2, Name: "Python 全栈开发", Term: "永久有效", Amount: 1184_86,
				Bar: models.BarRequested, Request: LineRequest{Step: models.StepRequested}},
			{Position: 3, Name: "MySQL 索引", Term: "永久有效", Amount: 10_00, Seen: 5, Lessons: 10, Bar: models.BarWatched},
		},
	}
}

func refusedRefund() Refund {
	p := sampleRefund()
	p.Errors = FieldErrors{"line": "请选择要退款的课程。", "reason": "请选择退款原因。", "detail": "补充说明最多 200 个字，现在有 201 个。"}
	p.Detail = "<b>长</b>"
	return p
}

func sampleTermsOfRefund() RefundTerms {
	return RefundTerms{Days: 7, Watched: 30, LastDay: time.Date(2026, 11, 29, 0, 0, 0, 0, models.Beijing), Offered: true}
}

func TestRefundPage(t *testing.T) {
	t.Parallel()
	doc := render(t, RefundPage(sampleRefund()))
	wantText(t, doc, "#refund-rule", "付款后 7 天内（最后一天 2026-11-29），打开过的课时不到课程的 30% 时，可以申请退款。")
	wantContains(t, doc, "#refund-form", "Go 语言从入门到实战 一个月有效，已打开 1 / 10 课时 退 ¥261.94 和 20 积分")
	wantCount(t, doc, "#refund-form input[name=line][checked]", 1)
	wantContains(t, doc, "#refund-standings", "退款申请：申请中")
	wantContains(t, doc, "#refund-standings", "打开过的课时已达到退款规则的上限")
	wantAttr(t, doc, "form[action$='/withdraw'] button", "value", "2")

	doc = render(t, RefundPage(refusedRefund()))
	wantCount(t, doc, ".problems a[href='#line'], .problems a[href='#reason'], .problems a[href='#detail']", 3)
	wantText(t, doc, "textarea", "<b>长</b>")

	two := sampleRefund()
	two.Lines[2].Bar = ""
	doc = render(t, RefundPage(two))
	wantCount(t, doc, "#refund-form input[name=line]", 2)
	wantCount(t, doc, "#refund-form input[name=line][checked]", 0)

	nothing := sampleRefund()
	nothing.Lines, nothing.Order.Refund = nothing.Lines[1:], RefundTerms{}
	doc = render(t, RefundPage(nothing))
	wantCount(t, doc, "#refund-form", 0)
	wantText(t, doc, "#refund-rule", "本店目前不提供在线申请退款，请联系客服。")
}

// The same words on the three pages of an order, and one link to the form.
func TestRefundOnOrderPages(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		terms   RefundTerms
		request LineRequest
		state   string // of the line
		link    string
	}{
		{"can be asked for", sampleTermsOfRefund(), LineRequest{}, "", "申请退款"},
		{"asked for", RefundTerms{Days: 7}, LineRequest{Step: models.StepRequested}, "退款申请：申请中", "查看退款申请"},
		{"on its way", RefundTerms{Days: 7}, LineRequest{Step: models.StepRefunding}, "退款申请：退款中", ""},
		{"done", RefundTerms{Days: 7}, LineRequest{Step: models.StepRefunded}, "退款申请：已退款", ""},
		{
			"refused", RefundTerms{Days: 7}, LineRequest{Step: models.StepRejected, Answer: "<b>已学完</b>"},
			"退款申请：已拒绝 客服回复：<b>已学完</b>", "",
		},
		{"failed", RefundTerms{Days: 7}, LineRequest{Step: models.StepFailed}, "退款申请：退款未成功，客服会与您联系", ""},
		{"not offered", RefundTerms{}, LineRequest{}, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			detail, result, list := sampleDetail(models.OrderPaid), sampleResult(ResultPaid), sampleMyOrders()
			for _, o := range []*Order{&detail.Order, &result.Order, &list.Orders[1]} {
				o.Refund, o.Lines[0].Request = test.terms, test.request
			}
			list.Orders = list.Orders[1:2]
			for name, doc := range map[string]string{
				"detail": text(render(t, OrderDetailPage(detail)), "main"),
				"result": text(render(t, ResultPage(result)), "main"),
				"list":   text(render(t, MyOrdersPage(list)), "main"),
			} {
				if !strings.Contains(doc, squeezed(test.state)) {
					t.Errorf("%s: %q is not in %q", name, test.state, doc)
				}
				if !strings.Contains(doc, test.link) || test.link == "" && strings.Contains(doc, "/refund") {
					t.Errorf("%s: want the link %q in %q", name, test.link, doc)
				}
			}
		})
	}
}

// The rule is told as long as there is a line about which staff have not decided.
func TestRefundRuleOnOrderPages(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		steps [2]models.RequestStep
		want  bool
	}{
		{"nothing asked", [2]models.RequestStep{}, true},
		{"one asked", [2]models.RequestStep{models.StepRejected, models.StepRequested}, true},
		{"one left", [2]models.RequestStep{models.StepRejected, ""}, true},
		{"both refused", [2]models.RequestStep{models.StepRejected, models.StepRejected}, false},
		{"one refused, one given back", [2]models.RequestStep{models.StepRejected, models.StepRefunded}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			detail, result := sampleDetail(models.OrderPaid), sampleResult(ResultPaid)
			for _, o := range []*Order{&detail.Order, &result.Order} {
				o.Refund = sampleTermsOfRefund()
				o.Lines[0].Request.Step, o.Lines[1].Request.Step = test.steps[0], test.steps[1]
			}
			for name, doc := range map[string]string{
				"detail": text(render(t, OrderDetailPage(detail)), "main"),
				"result": text(render(t, ResultPage(result)), "main"),
			} {
				if got := strings.Contains(doc, "退款规则"); got != test.want {
					t.Errorf("%s: got the rule %t, want %t", name, got, test.want)
				}
			}
		})
	}
}

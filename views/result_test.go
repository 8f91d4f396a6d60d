package views

import (
	"strings"
	"testing"

	"luffy/models"
)

// R2, R14.
func TestResultStates(t *testing.T) {
	t.Parallel()
	tests := []struct {
		state               ResultState
		heading, lead       string
		pay, learn, recheck int // an order that can be paid can be cancelled too
	}{
		{ResultPaid, "支付成功", "实付 ¥1,446.80，课程已开通。", 0, 1, 0},
		{ResultConfirming, "支付确认中", "请不要重复付款", 0, 0, 1},
		{ResultUnpaid, "未支付", "支付宝没有收到这个订单的付款。", 1, 0, 0},
		{ResultClosed, "订单已关闭", "否则款项会全额原路退回", 0, 0, 0},
		{ResultRefunded, "已退款", "退款 ¥1,446.80 已原路退回", 0, 0, 0},
	}
	for _, test := range tests {
		t.Run(test.heading, func(t *testing.T) {
			t.Parallel()
			doc := render(t, ResultPage(sampleResult(test.state)))
			wantText(t, doc, "h1", test.heading)
			wantText(t, doc, "title", test.heading+" – 订单 "+sampleNumber+" – 路飞学城")
			wantContains(t, doc, ".result-head", test.lead)
			wantCount(t, doc, "form[action='/orders/"+sampleNumber+"/pay'] #pay", test.pay)
			wantCount(t, doc, ".result-head a[href='/orders/"+sampleNumber+"/cancel']", test.pay)
			wantCount(t, doc, "#learn", test.learn)
			wantCount(t, doc, "#recheck", test.recheck)
			wantCount(t, doc, ".result-head .main", 1-test.recheck)
			wantCount(t, doc, "#result-status[role=status]", 1)
			wantContains(t, doc, "main", sampleNumber)
		})
	}
}

// R11, R12.
func TestPaidResultSaysEverything(t *testing.T) {
	t.Parallel()
	doc := render(t, ResultPage(sampleResult(ResultPaid)))
	wantContains(t, doc, ".facts", "付款时间 2026-11-22 22:31")
	wantContains(t, doc, ".facts", "付款方式 支付宝")
	wantContains(t, doc, ".facts", "2026112222001439881000120282")
	wantContains(t, doc, ".lines li:first-child", "有效期至 2026-12-22")
	wantContains(t, doc, ".lines li:last-child", "永久有效")
	wantCount(t, doc, ".lines a[href^='/learn/']", 2)
	wantContains(t, doc, "section:has(#next-title)", "课程随时可以在我的课程中找到。") // R13
	wantContains(t, doc, "section:has(#next-title)", "需要收据时，可以在订单详情页打印")
	wantCount(t, doc, "head noscript", 0)
}

// R4, R5, R7.
func TestConfirmingResultAsksAgainAndStops(t *testing.T) {
	t.Parallel()
	const path = "/orders/" + sampleNumber + "/result"
	page := sampleResult(ResultConfirming)
	doc := render(t, ResultPage(page))
	wantAttr(t, doc, "#result", "data-refresh", "3")
	wantAttr(t, doc, "#result", "data-next", path+"?round=2")
	wantAttr(t, doc, "head noscript meta[http-equiv=refresh]", "content", "3;url="+path+"?round=2")
	wantText(t, doc, "#recheck", "刷新")
	wantAttr(t, doc, "#recheck", "href", path)

	page.NextRefresh = 0
	stopped := render(t, ResultPage(page))
	wantAttr(t, stopped, "#result", "data-refresh", "")
	wantCount(t, stopped, "head noscript", 0)
	wantText(t, stopped, "#recheck.main", "重新查询")
	wantText(t, stopped, "h1", "支付确认中")
}

func TestOnlyAConfirmingResultRefreshes(t *testing.T) {
	t.Parallel()
	for _, state := range []ResultState{ResultPaid, ResultUnpaid, ResultClosed, ResultRefunded} {
		page := sampleResult(state)
		page.NextRefresh = 5
		wantCount(t, render(t, ResultPage(page)), "[data-refresh], head noscript", 0)
	}
}

// R18.
func TestFreeOrderResult(t *testing.T) {
	t.Parallel()
	page := sampleResult(ResultPaid)
	page.Order.Total, page.Order.PayWay, page.Order.TradeNo = 0, "免费领取", ""
	doc := render(t, ResultPage(page))
	wantContains(t, doc, ".lead", "免费领取，实付 ¥0.00，课程已开通。")
	if got := text(doc, ".facts"); strings.Contains(got, "支付宝") {
		t.Errorf("got %q of an order that Alipay has not seen", got)
	}
}

// R19.
func TestLatePaymentIsExplained(t *testing.T) {
	t.Parallel()
	page := sampleResult(ResultClosed)
	page.Notices = []string{"订单关闭后收到付款 ¥1,446.80，退款处理中。", "收到重复的付款 ¥1,446.80，已全额原路退回。"}
	doc := render(t, ResultPage(page))
	wantText(t, doc, ".result-head .note", page.Notices[0]+page.Notices[1])
	wantContains(t, doc, ".result-head", "课程仍可开通时会为您开通，否则款项会全额原路退回")
}

func TestClosedResultSaysByWhom(t *testing.T) {
	t.Parallel()
	page := sampleResult(ResultClosed)
	wantText(t, render(t, ResultPage(page)), ".lead", "这个订单超过付款时间，已自动取消，不能再付款。")
	page.Order.Status = models.OrderCancelled
	wantText(t, render(t, ResultPage(page)), ".lead", "您取消了这个订单，不能再付款。")
}

func TestResultOfAnOrderThatIsBeingCancelled(t *testing.T) {
	t.Parallel()
	page := sampleResult(ResultConfirming)
	page.Order.Closing = true
	doc := render(t, ResultPage(page))
	wantText(t, doc, "h1", "支付确认中")
	wantText(t, doc, ".lead", "订单取消中，正在向支付宝确认没有付款。如果您已经付款，付款有效，课程照常开通。")
	wantCount(t, doc, "#pay, a[href$='/cancel']", 0)
	wantAttr(t, doc, "#result", "data-refresh", "3")
}

func TestHeldPaymentWaitsForStaff(t *testing.T) {
	t.Parallel()
	page := sampleResult(ResultConfirming)
	page.Held, page.NextRefresh, page.Notices = true, 0, []string{"收到一笔与订单金额不符的付款。"}
	doc := render(t, ResultPage(page))
	wantText(t, doc, ".lead", "付款结果需要客服核对。请不要重复付款。")
	wantText(t, doc, ".note", page.Notices[0])
	wantCount(t, doc, "#pay, [data-refresh], head noscript", 0)
}

func TestPartlyRefundedResult(t *testing.T) {
	t.Parallel()
	page := sampleResult(ResultPaid)
	page.Order.Refunded, page.Order.Lines[1].Access = 1184_86, AccessWithdrawn
	doc := render(t, ResultPage(page))
	wantText(t, doc, ".lead", "实付 ¥1,446.80，其中 ¥1,184.86 已退款。")
	wantCount(t, doc, ".lines a[href^='/learn/']", 1)
	wantContains(t, doc, ".sums", "已退款 ¥1,184.86")
}

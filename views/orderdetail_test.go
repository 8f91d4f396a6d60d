package views

import (
	"strings"
	"testing"

	"luffy/models"
)

// O19.
func TestPaidOrderDetail(t *testing.T) {
	t.Parallel()
	doc := render(t, OrderDetailPage(sampleDetail(models.OrderPaid)))
	wantText(t, doc, "title", "订单 "+sampleNumber+" – 路飞学城")
	wantText(t, doc, "#state-title", "已支付")
	wantContains(t, doc, ".facts", "付款时间 2026-11-22 22:31")
	wantContains(t, doc, ".facts", "支付宝交易号 2026112222001439881000120282")
	wantContains(t, doc, ".lines li:first-child", "课程价格 ¥310.00 限时折扣 实付 ¥261.94")
	wantText(t, doc, ".sums .total", "实付金额 ¥1,446.80")
	wantCount(t, doc, ".timeline li", 2)
	wantAttr(t, doc, ".timeline li:first-child time", "datetime", "2026-11-22T22:30:00+08:00")
	wantCount(t, doc, "#pay, a[href$='/cancel'], .note", 0)
	wantCount(t, doc, "a[href^='/learn/']", 2)
	wantText(t, doc, ".crumbs [aria-current=page]", "订单详情")
}

// O16.
func TestUnpaidOrderDetail(t *testing.T) {
	t.Parallel()
	doc := render(t, OrderDetailPage(sampleDetail(models.OrderUnpaid)))
	wantContains(t, doc, ".facts", "付款时间 —")
	if got := text(doc, ".facts"); strings.Contains(got, "支付宝") {
		t.Errorf("got %q of an order that is not paid", got)
	}
	wantText(t, doc, ".sums .total", "应付金额 ¥1,446.80")
	wantAttr(t, doc, "form:has(#pay)", "action", "/orders/"+sampleNumber+"/pay")
	wantCount(t, doc, ".actions a[href='/orders/"+sampleNumber+"/cancel']", 1)
	wantCount(t, doc, "a[href^='/learn/']", 0)
}

func TestOrderDetailWhileCancelling(t *testing.T) {
	t.Parallel()
	page := sampleDetail(models.OrderUnpaid)
	page.Order.Closing = true
	doc := render(t, OrderDetailPage(page))
	wantText(t, doc, "#state-title", "取消中")
	wantText(t, doc, ".deadline", "正在向支付宝确认没有付款，确认后关闭")
	wantCount(t, doc, "main form, a[href$='/cancel']", 0)
}

func TestClosedOrderDetail(t *testing.T) {
	t.Parallel()
	for status, want := range map[models.OrderStatus]string{
		models.OrderCancelled: "取消时间 2026-11-22 23:31",
		models.OrderTimedOut:  "超时取消时间 2026-11-22 23:31",
		models.OrderRefunded:  "退款时间 2026-11-22 23:31",
	} {
		doc := render(t, OrderDetailPage(sampleDetail(status)))
		wantText(t, doc, ".facts div:last-child", want)
		if got := text(doc, ".sums .total"); strings.Contains(got, "应付") && !strings.Contains(got, "原应付") {
			t.Errorf("%s: got %q, as if it were still to be paid", want, got)
		}
	}
}

func TestOrderDetailNotices(t *testing.T) {
	t.Parallel()
	page := sampleDetail(models.OrderPaid)
	page.Order.Refunded, page.Notices = 100_00, []string{"退款 ¥50.00，退款处理中，款项会原路退回。"}
	doc := render(t, OrderDetailPage(page))
	wantText(t, doc, "#state-title .state-good", "部分退款")
	wantText(t, doc, ".note", page.Notices[0])
	wantContains(t, doc, ".sums", "已退款 ¥100.00")
}

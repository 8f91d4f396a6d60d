package views

import (
	"testing"
	"time"

	"luffy/models"
)

func ordersPage(orders ...Order) MyOrders {
	return MyOrders{
		Page: samplePage, Tab: models.TabAll, PageNo: 1, Pages: 1, Now: sampleNow, Orders: orders,
		Counts: map[models.OrderTab]int{models.TabAll: len(orders)},
	}
}

// O5, O13.
func TestOrderStatesAndTheirActions(t *testing.T) {
	t.Parallel()
	tests := []struct {
		status            models.OrderStatus
		word              string
		pay, learn, ended int // what can be paid can be cancelled, what has ended be bought again and deleted
	}{
		{models.OrderUnpaid, "未支付", 1, 0, 0},
		{models.OrderPaid, "已支付", 0, 2, 0},
		{models.OrderCancelled, "已取消", 0, 0, 1},
		{models.OrderTimedOut, "超时取消", 0, 0, 1},
		{models.OrderRefunded, "已退款", 0, 0, 1},
	}
	for _, test := range tests {
		t.Run(test.word, func(t *testing.T) {
			t.Parallel()
			doc := render(t, MyOrdersPage(ordersPage(sampleOrder(test.status))))
			wantText(t, doc, ".order-foot .state", test.word)
			wantCount(t, doc, "form[method=post][action='/orders/"+sampleNumber+"/pay'] button", test.pay)
			wantCount(t, doc, "a[href^='/learn/']", test.learn)
			wantCount(t, doc, "a[href='/orders/"+sampleNumber+"/cancel']", test.pay)
			wantCount(t, doc, "form[method=post][action='/orders/"+sampleNumber+"/again'] button", test.ended) // O15
			wantCount(t, doc, "a[href='/orders/"+sampleNumber+"/hide']", test.ended)
			wantCount(t, doc, ".order-foot a.button[href='/orders/"+sampleNumber+"']", test.learn/2) // O13: 打印收据
		})
	}
}

func TestOrderThatIsBeingCancelled(t *testing.T) {
	t.Parallel()
	o := sampleOrder(models.OrderUnpaid)
	o.Closing = true
	doc := render(t, MyOrdersPage(ordersPage(o)))
	wantText(t, doc, ".order-foot .state-wait", "取消中")
	wantText(t, doc, ".deadline[data-overdue]", "正在向支付宝确认没有付款，确认后关闭")
	wantCount(t, doc, "tbody form, tbody a[href$='/cancel']", 0)
}

func TestPartlyRefundedOrder(t *testing.T) {
	t.Parallel()
	o := sampleOrder(models.OrderPaid)
	o.Refunded, o.Lines[0].Access = 261_94, AccessWithdrawn
	doc := render(t, MyOrdersPage(ordersPage(o)))
	wantText(t, doc, ".order-foot .state", "部分退款")
	wantContains(t, doc, ".order-foot", "已退款 ¥261.94")
	wantText(t, doc, ".order-line:nth-child(2) .state", "已收回")
	wantCount(t, doc, "a[href^='/learn/']", 1)
}

// O5, O7, O17.
func TestOrderRowGroup(t *testing.T) {
	t.Parallel()
	doc := render(t, MyOrdersPage(ordersPage(sampleOrder(models.OrderUnpaid))))
	wantText(t, doc, ".order-head .order-time time", "2026-11-22 22:30")
	wantText(t, doc, ".order-head .number", sampleNumber)
	wantAttr(t, doc, ".order-head [data-copy]", "data-copy", sampleNumber)
	wantAttr(t, doc, ".order-head .order-detail", "href", "/orders/"+sampleNumber)
	wantCount(t, doc, "tbody .order-line", 2)
	wantText(t, doc, ".order-line:nth-child(2) td:nth-child(3)", "¥310.00")
	wantText(t, doc, ".order-line:nth-child(2) td:nth-child(4)", "¥261.94")
	wantText(t, doc, ".order-line:nth-child(2) .tag", "限时折扣")
	wantCount(t, doc, ".order-line:nth-child(3) .tag", 0)
	wantText(t, doc, ".order-foot .sum", "¥1,446.80")
	wantContains(t, doc, ".order-foot .sums", "优惠券（新人减 50） −¥50.00")
	wantContains(t, doc, ".order-foot .sums", "积分（100） −¥10.00")
}

// A phone leaves the list price of a line out that cost just that.
func TestSamePriceOnce(t *testing.T) {
	t.Parallel()
	o := sampleOrder(models.OrderPaid)
	o.Lines[1].ListPrice = o.Lines[1].Price
	doc := render(t, MyOrdersPage(ordersPage(o)))
	wantText(t, doc, ".order-line .same:nth-child(3)", "¥1,184.86")
}

// Beside 未支付 it need not be said again that nothing was paid; beside 已取消 it must.
func TestUnpaidIsSaidOnce(t *testing.T) {
	t.Parallel()
	for status, want := range map[models.OrderStatus]int{
		models.OrderUnpaid: 0, models.OrderPaid: 0, models.OrderRefunded: 0, models.OrderCancelled: 1, models.OrderTimedOut: 1,
	} {
		doc := render(t, MyOrdersPage(ordersPage(sampleOrder(status))))
		wantCount(t, doc, ".order-foot .muted:contains(未付款)", want)
	}
}

// O6.
func TestTableKeepsItsRoles(t *testing.T) {
	t.Parallel()
	doc := render(t, MyOrdersPage(sampleMyOrders()))
	wantCount(t, doc, "table[role=table] caption", 1)
	wantCount(t, doc, "thead th[scope=col][role=columnheader]", 6)
	wantText(t, doc, "thead", "订单 有效期 课程价格 实付金额 交易状态 交易操作")
	wantCount(t, doc, "tbody[role=rowgroup]", 5)
	wantCount(t, doc, "tbody th[scope=rowgroup]", 5)
	wantCount(t, doc, "tr:not([role=row]), td:not([role=cell])", 0)
}

// O9.
func TestDeadline(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		deadline time.Time
		want     string
		pay      int
	}{
		{"today", sampleNow.Add(14 * time.Minute), "请在 22:45 前付款", 1},
		{"after midnight", sampleNow.Add(2 * time.Hour), "请在 2026-11-23 00:31 前付款", 1},
		{"this very moment", sampleNow, "付款时间已过，订单正在关闭", 0},
		{"past", sampleNow.Add(-time.Minute), "付款时间已过，订单正在关闭", 0},
		{"none", time.Time{}, "", 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			o := sampleOrder(models.OrderUnpaid)
			o.Deadline = test.deadline
			doc := render(t, MyOrdersPage(ordersPage(o)))
			wantText(t, doc, ".deadline", test.want)
			wantCount(t, doc, "form[action$='/pay']", test.pay)
		})
	}
}

// O9.
func TestCountdownRunsOnTheServersClock(t *testing.T) {
	t.Parallel()
	doc := render(t, MyOrdersPage(ordersPage(sampleOrder(models.OrderUnpaid))))
	wantAttr(t, doc, ".deadline", "data-now", "1795357860000")
	wantAttr(t, doc, ".deadline", "data-deadline", "1795358700000")
	wantCount(t, doc, ".deadline .left[aria-hidden=true]", 1)
	wantCount(t, doc, "tbody [role=status], tbody [aria-live]", 0)
}

// O1, O2, O3, O4.
func TestTabsSearchAndPaging(t *testing.T) {
	t.Parallel()
	page := sampleMyOrders()
	page.Tab, page.Query = models.TabPaid, "Go 语言"
	doc := render(t, MyOrdersPage(page))
	wantText(t, doc, "title", "我的订单：已完成，搜索“Go 语言”，第 2 页 – 路飞学城")
	wantText(t, doc, ".tabs", "全部 25 待付款 1 已完成 20 已取消 3 退款 1")
	wantText(t, doc, ".tabs [aria-current=page]", "已完成 20")
	wantAttr(t, doc, ".tabs li:nth-child(4) a", "href", "/myorder/?q=Go+%E8%AF%AD%E8%A8%80&status=closed")
	wantAttr(t, doc, ".search input[name=q]", "value", "Go 语言")
	wantAttr(t, doc, ".search input[name=status]", "value", "paid")
	wantAttr(t, doc, ".search a", "href", "/myorder/?status=paid")
	wantText(t, doc, ".paging p", "第 2 页，共 3 页（25 个订单）")
	wantAttr(t, doc, ".paging a[rel=prev]", "href", "/myorder/?q=Go+%E8%AF%AD%E8%A8%80&status=paid")
	wantAttr(t, doc, ".paging a[rel=next]",
		"href", "/myorder/?page=3&q=Go+%E8%AF%AD%E8%A8%80&status=paid&older=20261117090000000042000005")
}

// O18.
func TestEmptyOrders(t *testing.T) {
	t.Parallel()
	counts := map[models.OrderTab]int{models.TabAll: 3, models.TabPaid: 3}
	tests := []struct {
		name string
		page MyOrders
		want string
	}{
		{"no orders at all", MyOrders{}, "您还没有订单。 去选课程"},
		{"none in the tab", MyOrders{Tab: models.TabUnpaid, Counts: counts}, "没有待付款的订单。 查看全部订单，或去选课程"},
		{"no match", MyOrders{Tab: models.TabPaid, Counts: counts, Query: "Rust"}, "没有符合条件的订单：“Rust” 清除搜索"},
		{"page too far", MyOrders{Tab: models.TabPaid, Counts: counts, PageNo: 9}, "这一页没有订单。 回到第 1 页"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			doc := render(t, MyOrdersPage(test.page))
			wantText(t, doc, ".empty", test.want)
			wantCount(t, doc, "table", 0)
		})
	}
}

// O13.
func TestLineOfARightThatEnds(t *testing.T) {
	t.Parallel()
	o := sampleOrder(models.OrderPaid)
	o.Lines[0].Access, o.Lines[1].Access = AccessEnding, AccessExpired
	o.Lines[1].Until = sampleNow.Add(-24 * time.Hour)
	doc := render(t, MyOrdersPage(ordersPage(o)))
	wantText(t, doc, ".order-line:nth-child(2) .state", "即将到期")
	wantText(t, doc, ".order-line:nth-child(2) time", "2026-12-22 22:31")
	wantCount(t, doc, ".order-line:nth-child(2) a[href='/learn/1']", 1)
	wantCount(t, doc, ".order-line:nth-child(2) a[href='/courses/1#buy-title']", 1)
	wantText(t, doc, ".order-line:nth-child(3) .state", "已过期")
	wantCount(t, doc, ".order-line:nth-child(3) a[href='/courses/2#buy-title']", 1)
	wantCount(t, doc, ".order-line:nth-child(3) a[href^='/learn/']", 0)

	o.Lines[1].Access = AccessRenewed
	doc = render(t, MyOrdersPage(ordersPage(o)))
	wantText(t, doc, ".order-line:nth-child(3) .state", "已续费")
	wantText(t, doc, ".order-line:nth-child(3) time", "2026-11-21 22:31")
	wantCount(t, doc, ".order-line:nth-child(3) a[href='/learn/2']", 1)
	wantCount(t, doc, ".order-line:nth-child(3) a[href^='/courses/']", 0)
}

func TestPicturesInSightLoadAtOnce(t *testing.T) {
	t.Parallel()
	o := sampleOrder(models.OrderPaid)
	doc := render(t, MyOrdersPage(ordersPage(o, o, o)))
	wantCount(t, doc, "img.cover:not([loading])", 2*len(o.Lines))
	wantCount(t, doc, "img.cover[loading=lazy]", len(o.Lines))
}

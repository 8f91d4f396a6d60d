package views

import "testing"

func TestCancelAsksOnce(t *testing.T) {
	t.Parallel()
	const path = "/orders/" + sampleNumber
	doc := render(t, CancelPage(sampleCancel()))
	wantText(t, doc, "title", "取消订单 "+sampleNumber+" – 路飞学城")
	wantText(t, doc, "h1", "要取消这个订单吗？")
	wantContains(t, doc, "main", "应付金额 ¥1,446.80")
	wantText(t, doc, "#given-back", "优惠券（新人减 50）：有效期不变 100 积分")
	wantContains(t, doc, ".note", "只要先完成付款，付款就有效")
	wantAttr(t, doc, "form:has(#cancel)", "action", path+"/cancel")
	wantAttr(t, doc, "form:has(#cancel)", "method", "post")
	wantCount(t, doc, "main .actions a[href='"+path+"']", 1)
}

func TestCancelWithNothingToGiveBack(t *testing.T) {
	t.Parallel()
	page := sampleCancel()
	page.Order.CouponSaved, page.Order.Points = 0, 0
	wantText(t, render(t, CancelPage(page)), "#given-back", "这个订单没有使用优惠券和积分。")
}

package views

import (
	"testing"
	"time"
)

func TestCheckoutForm(t *testing.T) {
	t.Parallel()
	doc := render(t, CheckoutPage(sampleCheckout()))
	wantAttr(t, doc, "form:has(#submit-order)", "action", "/orders")
	wantAttr(t, doc, "input[name=token]", "value", "once")
	wantAttr(t, doc, "input[name=quote]", "value", "1506.80-seal")
	wantText(t, doc, "#submit-order", "提交订单并支付")
	wantAttr(t, doc, "#update-quote", "formaction", "/checkout")
	wantAttr(t, doc, "#update-quote", "formmethod", "get")
	wantAttr(t, doc, "form:has(#points) [type=submit]", "id", "update-quote") // what Enter presses
	wantCount(t, doc, "input[type=radio][name=coupon]", 3)
	wantAttr(t, doc, "input[name=coupon][checked]", "value", "7")
	wantContains(t, doc, "label:has(input[value='7'])", "省 ¥50.00")
	wantContains(t, doc, "details li", "满 2000 减 300：满 ¥2,000.00 可用")
	wantAttr(t, doc, "input[name=points]", "max", "500")
	wantAttr(t, doc, "input[name=points]", "min", "0")
	wantContains(t, doc, "#points-hint", "抵 ¥50.00")
	wantContains(t, doc, ".sums", "课程总价 ¥1,544.00")
	wantContains(t, doc, ".sums", "优惠券 −¥50.00")
	wantText(t, doc, ".sums .total dd", "¥1,446.80")

	page := sampleCheckout()
	page.CouponSaved, page.PointsSaved = 0, 0
	doc = render(t, CheckoutPage(page))
	wantContains(t, doc, ".sums", "优惠券 未使用，可省 ¥150.68 积分 未使用")
	wantText(t, doc, "#checkout-pay .unused", "优惠券可省 ¥150.68")
}

func TestCheckoutUpdatesOnlyWhatCanBeChosen(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		coupons int
		points  int64
		buttons int
	}{
		{"coupons and points", 2, 500, 1},
		{"points only", 0, 500, 1},
		{"coupons only", 2, 0, 1},
		{"nothing to choose", 0, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			page := sampleCheckout()
			page.Coupons, page.Points.Max = page.Coupons[:tt.coupons], tt.points
			wantCount(t, render(t, CheckoutPage(page)), "#update-quote", tt.buttons)
		})
	}
}

func TestCheckoutWarnsBeforeBuyingTwice(t *testing.T) {
	t.Parallel()
	doc := render(t, CheckoutPage(sampleCheckout()))
	wantContains(t, doc, ".lines li:first-child .note", "有效期至 2026-11-22；续费后有效期至 2026-12-22。")
	wantAttr(t, doc, "#checkout-lines > .note a:first-of-type", "href", "/orders/"+sampleNumber)
	wantAttr(t, doc, "#checkout-lines > .note a:last-of-type", "href", "/orders/"+sampleNumber+"/cancel")

	page := sampleCheckout()
	page.Lines[0].Unpaid = sampleNumber
	doc = render(t, CheckoutPage(page))
	wantContains(t, doc, "#checkout-lines > .note", "《Go 语言从入门到实战》《Python 全栈开发》还在另一个待付款的订单 "+sampleNumber)
	wantCount(t, doc, "#checkout-lines > .note", 1)
	page.Lines[0].Renewed = time.Time{}
	wantContains(t, render(t, CheckoutPage(page)), ".lines li:first-child .note", "有效期至 2026-11-22；续费后永久有效")
	page.Lines[0].Owned.Until = time.Time{}
	wantContains(t, render(t, CheckoutPage(page)), ".lines li:first-child .note", "永久有效，不需要再次购买。")
}

func TestCheckoutOfAFreeOrder(t *testing.T) {
	t.Parallel()
	doc := render(t, CheckoutPage(Checkout{Page: samplePage, Points: Points{Balance: 5}}))
	wantText(t, doc, "#submit-order", "免费领取")
	wantContains(t, doc, ".checkout-total", "不需要付款，课程立即开通。")
	wantAttr(t, doc, "input[type=hidden][name=coupon]", "value", "0")
	wantAttr(t, doc, "input[type=hidden][name=points]", "value", "0")
}

func TestCheckoutSaysWhyItWasRefused(t *testing.T) {
	t.Parallel()
	page := sampleCheckout()
	page.PriceChanged, page.OldTotal, page.NewTotal = true, 1400_00, 1500_00
	page.Points.Value = "900"
	page.Errors = FieldErrors{"points": "最多可以使用 500 积分"}
	doc := render(t, CheckoutPage(page))
	wantContains(t, doc, ".problems", "课程合计已从 ¥1,400.00 变为 ¥1,500.00")
	wantText(t, doc, ".problems a[href='#points']", "最多可以使用 500 积分")
	wantAttr(t, doc, "#points", "value", "900")
	wantAttr(t, doc, "#points", "aria-invalid", "true")
	wantAttr(t, doc, "#points", "aria-describedby", "points-hint points-error")
}

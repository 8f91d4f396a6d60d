package views

import "testing"

func TestCart(t *testing.T) {
	t.Parallel()
	doc := render(t, CartPage(sampleCart()))
	wantAttr(t, doc, "#line-1 form:has(select)", "action", "/cart/items/1")
	wantAttr(t, doc, "#line-1 form:not(:has(select))", "action", "/cart/items/1/delete")
	wantCount(t, doc, "#line-1 input[name=selected][checked]", 1)
	wantCount(t, doc, "#line-2 input[name=selected]:not([checked])", 1)
	wantCount(t, doc, "#line-1 select[name=expire] option", 3)
	wantAttr(t, doc, "#line-1 option[selected]", "value", "1")
	wantContains(t, doc, "#line-1", "价格已从 ¥310.00 变为 ¥272.80。")
	wantContains(t, doc, "#cart-sums", "已选 1 门课程")
	wantText(t, doc, "#cart-sums .sum", "¥272.80")
	wantAttr(t, doc, "#checkout", "href", "/checkout")
}

func TestWithdrawnCartLineCanOnlyBeDeleted(t *testing.T) {
	t.Parallel()
	doc := render(t, CartPage(sampleCart()))
	wantText(t, doc, "#line-5 .state", "已下架")
	wantCount(t, doc, "#line-5 input[name=selected], #line-5 select, #line-5 h2 a", 0)
	wantAttr(t, doc, "#line-5 form", "action", "/cart/items/5/delete")
}

// What can be bought is ticked by one button, and unticked by it once it is all ticked.
func TestTickAll(t *testing.T) {
	t.Parallel()
	cart := sampleCart()
	doc := render(t, CartPage(cart))
	wantAttr(t, doc, "#cart-all form", "action", "/cart/selection")
	wantText(t, doc, "#cart-all button", "全选")
	wantAttr(t, doc, "#cart-all button", "value", "1")
	cart.SelectedCount = 2
	doc = render(t, CartPage(cart))
	wantText(t, doc, "#cart-all button", "取消全选")
	wantAttr(t, doc, "#cart-all button", "value", "")
	cart.Lines[1].TermGone = true
	wantCount(t, render(t, CartPage(cart)), "#cart-all button", 0)
}

func TestNothingSelectedOrEmpty(t *testing.T) {
	t.Parallel()
	cart := sampleCart()
	cart.SelectedCount, cart.Total = 0, 0
	doc := render(t, CartPage(cart))
	wantCount(t, doc, "#checkout", 0)
	wantText(t, doc, "#cart-sums .sum", "¥0.00")

	empty := render(t, CartPage(Cart{Page: samplePage}))
	wantContains(t, empty, ".empty", "购物车是空的。")
	wantAttr(t, empty, ".empty a", "href", "/")
	wantCount(t, empty, "#checkout, #cart-sums", 0)
}

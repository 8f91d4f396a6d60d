package views

import (
	"testing"

	"luffy/models"
)

// The page puts forward what is better for the student: to pay where that extends a right, else to cancel.
func TestPayTwiceAdvises(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		line    CheckoutLine
		advised string
	}{
		"extends":          {CheckoutLine{Owned: Ownership{Live: true, Until: sampleNow}}, "仍要付款"},
		"owned for ever":   {CheckoutLine{Owned: Ownership{Live: true}}, "取消这个订单"},
		"in another order": {CheckoutLine{Unpaid: sampleNumber}, "取消这个订单"},
	} {
		page := PayTwice{Page: samplePage, Order: sampleOrder(models.OrderUnpaid), Lines: []CheckoutLine{c.line}}
		doc := render(t, PayTwicePage(page))
		if got := text(doc, ".actions .main"); got != c.advised {
			t.Errorf("%s: got %q put forward, want %q", name, got, c.advised)
		}
	}
}

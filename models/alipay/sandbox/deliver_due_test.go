package sandbox_test

import (
	"slices"
	"testing"
	"time"

	"luffy/models/alipay/sandbox"
)

// TestDeliverDue: without a worker nothing goes out until it is asked for; then all that is due
// does, in the order of its time.
func TestDeliverDue(t *testing.T) {
	t.Parallel()
	w := newEvening(t)
	w.fault(sandbox.Fault{Name: sandbox.NotifyDelay, Value: "1h", OutTradeNo: "A3"})
	w.fault(sandbox.Fault{Name: sandbox.NotifyDuplicate, Value: "2", OutTradeNo: "A2"})
	for _, outTradeNo := range []string{"A3", "A2", "A1"} {
		w.pay(pagePay, outTradeNo, nil)
		w.advance(time.Second)
	}
	if heard := w.shop.heard(); len(heard) != 0 {
		t.Errorf("before it was asked for: got %d messages", len(heard))
	}
	if n := w.s.DeliverDue(t.Context()); n != 2 {
		t.Errorf("got %d deliveries, want 2", n)
	}
	w.advance(time.Hour)
	if n := w.s.DeliverDue(t.Context()); n != 1 {
		t.Errorf("an hour later: got %d deliveries, want 1", n)
	}
	var got []string
	for _, form := range w.shop.heard() {
		got = append(got, form.Get("out_trade_no"))
	}
	if want := []string{"A2", "A2", "A1", "A3"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

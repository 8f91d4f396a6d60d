package sandbox_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"luffy/models/alipay/sandbox"
)

// TestMessageFaults: what each fault of the message looks like to the shop.
func TestMessageFaults(t *testing.T) {
	t.Parallel()
	const good, bad = true, false
	for _, c := range []struct {
		fault   sandbox.Fault
		genuine bool
		name    string // a parameter
		want    []string
	}{
		{sandbox.Fault{Name: sandbox.NotifyExtraFields}, good, "x_field_of_tomorrow", []string{"新字段"}},
		{sandbox.Fault{Name: sandbox.NotifyEmptyField}, good, "body", []string{""}},
		{sandbox.Fault{Name: sandbox.NotifyRepeatedName}, good, "trade_status", []string{"TRADE_SUCCESS", "TRADE_SUCCESS"}},
		{sandbox.Fault{Name: sandbox.NotifyWrongSign}, bad, "total_amount", []string{"310.00"}},
		{sandbox.Fault{Name: sandbox.NotifyOtherKey}, bad, "total_amount", []string{"310.00"}},
		{sandbox.Fault{Name: sandbox.NotifyTamper, Value: "total_amount"}, bad, "total_amount", []string{"0.01"}},
		{sandbox.Fault{Name: sandbox.NotifyTamper, Value: "seller_id"}, bad, "seller_id", []string{"2088000000000000"}},
		{sandbox.Fault{Name: sandbox.NotifyForge, Value: "total_amount"}, good, "total_amount", []string{"0.01"}},
		{sandbox.Fault{Name: sandbox.NotifyForge, Value: "seller_id"}, good, "seller_id", []string{"2088000000000000"}},
		{sandbox.Fault{Name: sandbox.NotifyForge, Value: "app_id"}, good, "app_id", []string{"2021000000000000"}},
		{sandbox.Fault{Name: sandbox.NotifyForge, Value: "out_trade_no"}, good, "out_trade_no", []string{"NOT_OF_THIS_SHOP"}},
		{sandbox.Fault{Name: sandbox.NotifyOpenID}, good, "buyer_id", nil},
		{sandbox.Fault{Name: sandbox.NotifyOpenID}, good, "buyer_open_id", []string{"OPEN_" + sandbox.BuyerRich}},
		{sandbox.Fault{Name: sandbox.NotifyGBK}, good, "subject", []string{gbk(t, "路飞学城-Python 课程")}},
		{sandbox.Fault{Name: sandbox.NotifySubject}, good, "subject", []string{`C++ %41 & "Go" 'n' Vue 全栈课程 `}},
		{sandbox.Fault{Name: sandbox.NotifySubject, Value: "100%"}, good, "subject", []string{"100%"}},
	} {
		t.Run(c.fault.Name+" "+c.fault.Value+" "+c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.run()
			w.fault(c.fault)
			w.pay(pagePay, "A1", nil)
			got := w.awaitNotifies(1)[0]
			if strings.Join(got[c.name], "|") != strings.Join(c.want, "|") {
				t.Errorf("%s: got %q, want %q", c.name, got[c.name], c.want)
			}
			if genuineForm(w, got) != c.genuine {
				t.Errorf("genuine: got %v, want %v", !c.genuine, c.genuine)
			}
		})
	}
}

func TestDuplicate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	w.fault(sandbox.Fault{Name: sandbox.NotifyDuplicate, Value: "5"})
	w.pay(pagePay, "A1", nil)
	until(t, "booking", func() bool { return len(w.s.Deliveries("A1")) == 5 })
	for _, form := range w.shop.heard() {
		if form.Encode() != w.shop.heard()[0].Encode() {
			t.Error("the copies differ")
		}
	}
	if event := w.s.Events()[0]; event.Attempts != 1 || event.State != sandbox.EventDelivered {
		t.Errorf("got %d attempts, %s; want one attempt, delivered", event.Attempts, event.State)
	}
}

// TestFaultScope: a fault for one trade leaves the others alone, and a fault for the next N calls ends by
// itself.
func TestFaultScope(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	w.fault(sandbox.Fault{Name: sandbox.NotifyWrongSign, OutTradeNo: "A1"})
	w.fault(sandbox.Fault{Name: sandbox.NotifyEmptyField, Times: 2})
	for i, number := range []string{"B1", "A1", "B2"} {
		w.pay(pagePay, number, nil)
		got := w.awaitNotifies(i + 1)[i]
		if want := number != "A1"; genuineForm(w, got) != want {
			t.Errorf("%s: genuine: got %v, want %v", number, !want, want)
		}
		if want := i < 2; got.Has("body") != want {
			t.Errorf("%s: empty body: got %v, want %v", number, !want, want)
		}
	}
	if left := w.s.Faults(); len(left) != 1 || left[0].Name != sandbox.NotifyWrongSign {
		t.Errorf("left: got %+v, want the switch of A1", left)
	}
	w.s.ClearFaults()
	if left := w.s.Faults(); len(left) != 0 {
		t.Errorf("after clearing: got %+v", left)
	}
}

func TestDropAndDelay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	w.fault(sandbox.Fault{Name: sandbox.NotifyDrop, OutTradeNo: "LOST"})
	w.fault(sandbox.Fault{Name: sandbox.NotifyDelay, OutTradeNo: "LATE", Value: "90s"})
	w.pay(pagePay, "LOST", nil)
	w.pay(pagePay, "LATE", nil)
	w.advance(89 * time.Second)
	w.settled()
	if n := len(w.s.Deliveries("LATE")); n != 0 {
		t.Errorf("delivered %d times before the delay was over", n)
	}
	w.advance(time.Second)
	until(t, "the late one", func() bool { return len(w.s.Deliveries("LATE")) == 1 })
	w.advance(30 * time.Hour)
	w.settled()
	if n := len(w.s.Deliveries("LOST")); n != 0 {
		t.Errorf("the lost one was delivered %d times", n)
	}
}

func TestReorder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	w.fault(sandbox.Fault{Name: sandbox.NotifyReorder})
	w.pay(pagePay, "A1", nil)
	w.call(refund, object{"out_trade_no": "A1", "refund_amount": "1.00", "out_request_no": "R1"})
	got := w.awaitNotifies(2)
	if got[0].Get("out_biz_no") != "R1" || got[1].Has("out_biz_no") {
		t.Errorf("got refund %q first and %q second, want the refund first",
			got[0].Get("out_biz_no"), got[1].Get("out_biz_no"))
	}
}

func TestNotifyBeforeAndAfterReturn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	w.fault(sandbox.Fault{Name: sandbox.NotifyBeforeReturn, OutTradeNo: "BEFORE"})
	release := make(chan struct{})
	w.shop.reply(waiting(release))
	cashier := w.pay(pagePay, "BEFORE", nil)
	w.awaitNotifies(1)
	returned := make(chan reply, 1)
	go func() { returned <- w.get(cashier + "/return") }()
	select {
	case <-returned:
		t.Error("the buyer was sent back while the notify was still running")
	case <-time.After(50 * time.Millisecond):
	}
	close(release)
	<-returned

	w.fault(sandbox.Fault{Name: sandbox.NotifyAfterReturn, OutTradeNo: "AFTER"})
	cashier = w.pay(pagePay, "AFTER", nil)
	w.advance(time.Hour)
	w.settled()
	if n := len(w.s.Deliveries("AFTER")); n != 0 {
		t.Errorf("delivered %d times before the return", n)
	}
	w.get(cashier + "/return")
	w.advance(2 * time.Second)
	until(t, "the notify after the return", func() bool { return len(w.s.Deliveries("AFTER")) == 1 })
}

// TestClearReleases: what a fault holds back goes out when all switches are turned off.
func TestClearReleases(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	w.fault(sandbox.Fault{Name: sandbox.NotifyAfterReturn})
	w.pay(pagePay, "A1", nil)
	w.s.ClearFaults()
	w.awaitNotifies(1)
}

func TestReturnFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fault   sandbox.Fault
		genuine bool
		name    string
		want    string
	}{
		{sandbox.Fault{Name: sandbox.ReturnTampered}, false, "total_amount", "0.01"},
		{sandbox.Fault{Name: sandbox.ReturnTampered, Value: "out_trade_no"}, false, "out_trade_no", "NOT_OF_THIS_SHOP"},
		{sandbox.Fault{Name: sandbox.ReturnTampered, Value: "sign"}, false, "total_amount", "310.00"},
		{sandbox.Fault{Name: sandbox.ReturnUTF8}, true, "charset", "utf8"},
		{sandbox.Fault{Name: sandbox.ReturnReplay}, true, "out_trade_no", "OLD"},
		{sandbox.Fault{Name: sandbox.ReturnTwice}, true, "out_trade_no", "A1"},
	} {
		t.Run(c.fault.Name+c.fault.Value, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.get(w.pay(pagePay, "OLD", nil) + "/return")
			w.fault(c.fault)
			got := w.get(w.pay(pagePay, "A1", nil) + "/return")
			_, query, _ := strings.Cut(got.location, "?")
			form, err := url.ParseQuery(query)
			if err != nil || form.Get(c.name) != c.want || genuineForm(w, form) != c.genuine {
				t.Errorf("got %s=%q, genuine %v; want %q, %v", c.name, form.Get(c.name), genuineForm(w, form), c.want, c.genuine)
			}
			if c.fault.Name == sandbox.ReturnTwice {
				until(t, "the other client", func() bool { return len(w.shop.returned()) == 1 })
			}
		})
	}
}

func TestReturnNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fault(sandbox.Fault{Name: sandbox.ReturnNone, Times: 1})
	cashier := w.pay(pagePay, "A1", nil)
	if page := w.get(cashier).body; strings.Contains(page, "/return") || !strings.Contains(page, "支付成功") {
		t.Error("the success page leads back to the shop")
	}
	if got := w.get(cashier + "/return"); strings.HasPrefix(got.location, w.shop.server.URL) {
		t.Error("the return is still there")
	}
}

func TestReturnInOtherBrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fault(sandbox.Fault{Name: sandbox.ReturnOtherBrowser})
	got := w.get(w.pay(pagePay, "A1", nil) + "/return")
	if got.location != "" || !strings.Contains(got.body, "另一个浏览器") {
		t.Errorf("the buyer's own browser was sent to %q", got.location)
	}
	until(t, "the other browser", func() bool { return len(w.shop.returned()) == 1 })
	r := w.shop.returned()[0]
	if len(r.Cookies()) != 0 || !genuineForm(w, r.URL.Query()) {
		t.Errorf("the other browser: got cookies %v for %s, want none and a good return", r.Cookies(), r.URL)
	}
}

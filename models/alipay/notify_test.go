package alipay

import (
	"testing"
	"time"
)

// notifyValues are those of a payment.
func notifyValues() map[string]string {
	return map[string]string{
		"app_id": "2016091600523592", "buyer_id": "2088102177891234", "charset": "utf-8", "gmt_create": "2019-09-29 15:15:30",
		"gmt_payment": "2019-09-29 15:15:50", "notify_id": "2019092900222151551081441000559501",
		"notify_time": "2019-09-29 15:15:51",
		"notify_type": "trade_status_sync", "out_trade_no": "20190929151453000001000020", "seller_id": "2088102175868026",
		"subject": "路飞学城-Python 课程 ", "body": "", "total_amount": "310.00", "trade_no": "2019092922001439881000120282",
		"trade_status": "TRADE_SUCCESS", "version": "1.0",
		"fund_bill_list": `[{"amount":"310.00","fundChannel":"ALIPAYACCOUNT"}]`,
	}
}

func TestVerifyNotify(t *testing.T) {
	t.Parallel()
	got, err := testClient(t).VerifyNotify(signedForm(t, notifyValues()))
	want := Notify{
		NotifyID: "2019092900222151551081441000559501", AppID: "2016091600523592", SellerID: "2088102175868026",
		OutTradeNo: "20190929151453000001000020", TradeNo: "2019092922001439881000120282", TradeStatus: TradeSuccess,
		Amount: 31000, PaidAt: time.Date(2019, 9, 29, 7, 15, 50, 0, time.UTC),
	}
	if err != nil || got != want {
		t.Errorf("VerifyNotify = %+v, %v, want %+v", got, err, want)
	}
}

func TestNotifyEvents(t *testing.T) {
	t.Parallel()
	refund := map[string]string{
		"refund_fee": "100.00", "gmt_refund": "2019-09-30 10:00:01.087", "out_biz_no": "RF1",
		"fund_bill_list": "-", "total_amount": "310.00",
	}
	tests := map[string]struct {
		changes              map[string]string
		paid, refund, closed bool
	}{
		"paid":     {nil, true, false, false},
		"finished": {map[string]string{"trade_status": "TRADE_FINISHED"}, true, false, false},
		"waiting":  {map[string]string{"trade_status": "WAIT_BUYER_PAY"}, false, false, false},
		"closed": {
			map[string]string{"trade_status": "TRADE_CLOSED", "gmt_payment": "-"}, false, false, true,
		},
		"partial refund":          {refund, false, true, false},
		"full refund":             {with(refund, map[string]string{"trade_status": "TRADE_CLOSED"}), false, true, false},
		"refund without a sum":    {map[string]string{"gmt_refund": "2019-09-30 10:00:01.087"}, false, true, false},
		"refund without its time": {map[string]string{"refund_fee": "0.01"}, false, true, false},
		"no refund: zero":         {map[string]string{"refund_fee": "0.00"}, true, false, false},
		"no status":               {map[string]string{"trade_status": "-", "total_amount": "-"}, false, false, false},
		"status of another kind":  {map[string]string{"trade_status": "TRADE_SUCCESS "}, false, false, false},
		"no PID":                  {map[string]string{"seller_id": "-"}, true, false, false},
		"times that nobody reads": {
			map[string]string{"notify_time": "now", "gmt_create": "-1", "gmt_close": "2019-09-30T10:00:02"}, true, false, false,
		},
	}
	c := testClient(t)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n, err := c.VerifyNotify(signedForm(t, with(notifyValues(), tt.changes)))
			if err != nil {
				t.Fatal(err)
			}
			if n.Paid() != tt.paid || n.Refund() != tt.refund || n.Closed() != tt.closed {
				t.Errorf("paid %t, refund %t, closed %t; want %t, %t, %t",
					n.Paid(), n.Refund(), n.Closed(), tt.paid, tt.refund, tt.closed)
			}
		})
	}
}

func TestNotifyRefundFields(t *testing.T) {
	t.Parallel()
	n, err := testClient(t).VerifyNotify(signedForm(t, with(notifyValues(), map[string]string{
		"refund_fee": "100.00", "gmt_refund": "2019-09-30 10:00:01.087",
		"out_biz_no": "RF1",
	})))
	if err != nil {
		t.Fatal(err)
	}
	if n.RefundFee != 10000 || n.OutRequestNo != "RF1" {
		t.Errorf("refund_fee %d, out_request_no %q", n.RefundFee, n.OutRequestNo)
	}
	if want := time.Date(2019, 9, 30, 2, 0, 1, 87e6, time.UTC); !n.RefundedAt.Equal(want) {
		t.Errorf("refunded at %v, want %v", n.RefundedAt, want)
	}
}

func TestVerifyNotifyReasons(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ name, value string }{
		"no notify_id":      {"notify_id", "-"},
		"no app":            {"app_id", "-"},
		"no number":         {"out_trade_no", ""},
		"no trade":          {"trade_no", "-"},
		"paid, but no sum":  {"total_amount", "-"},
		"odd sum":           {"total_amount", "-310.00"},
		"odd refund":        {"refund_fee", "1e3"},
		"odd time":          {"gmt_payment", "2019-09-29"},
		"odd time of event": {"gmt_refund", "soon"},
	}
	c := testClient(t)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n, err := c.VerifyNotify(signedForm(t, with(notifyValues(), map[string]string{tt.name: tt.value})))
			if Reason(err) != "fields" || n != (Notify{}) {
				t.Errorf("VerifyNotify = %+v, %v, want nothing and the reason fields", n, err)
			}
		})
	}
}

func TestReturnIsNoNotify(t *testing.T) {
	t.Parallel()
	if n, err := testClient(t).VerifyNotify(signedForm(t, returnValues())); Reason(err) != "fields" {
		t.Errorf("VerifyNotify of a return = %+v, %v, want the reason fields", n, err)
	}
}

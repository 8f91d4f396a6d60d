package alipay

import (
	"testing"
	"time"
)

// returnValues are the ten signed values of the return in the documentation.
func returnValues() map[string]string {
	return map[string]string{
		"app_id": "2016091600523592", "auth_app_id": "2016091600523592",
		"charset": "utf-8", "method": "alipay.trade.page.pay.return",
		"out_trade_no": "20190929151453000001000020", "seller_id": "2088102175868026", "timestamp": "2019-09-29 15:15:53",
		"total_amount": "310.00", "trade_no": "2019092922001439881000120282", "version": "1.0",
	}
}

func TestVerifyReturn(t *testing.T) {
	t.Parallel()
	got, err := testClient(t).VerifyReturn(signedForm(t, returnValues()))
	want := Return{
		OutTradeNo: "20190929151453000001000020", TradeNo: "2019092922001439881000120282", AppID: "2016091600523592",
		SellerID: "2088102175868026", Amount: 31000, At: time.Date(2019, 9, 29, 7, 15, 53, 0, time.UTC),
	}
	if err != nil || got != want {
		t.Errorf("VerifyReturn = %+v, %v, want %+v", got, err, want)
	}
}

func TestVerifyReturnReasons(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		changes map[string]string
		want    string
	}{
		"only the required": {
			map[string]string{"auth_app_id": "-", "charset": "-", "method": "-", "timestamp": "-", "version": "-"}, "",
		},
		"no number":       {map[string]string{"out_trade_no": "-"}, "fields"},
		"no trade":        {map[string]string{"trade_no": ""}, "fields"},
		"no app":          {map[string]string{"app_id": "-"}, "fields"},
		"no seller":       {map[string]string{"seller_id": "-"}, "fields"},
		"no sum":          {map[string]string{"total_amount": "-"}, "fields"},
		"odd sum":         {map[string]string{"total_amount": "310.001"}, "fields"},
		"odd time":        {map[string]string{"timestamp": "yesterday"}, "fields"},
		"really a notify": {map[string]string{"trade_status": "TRADE_CLOSED"}, "fields"},
	}
	c := testClient(t)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := c.VerifyReturn(signedForm(t, with(returnValues(), tt.changes)))
			if got := Reason(err); got != tt.want {
				t.Errorf("reason = %q (%v), want %q", got, err, tt.want)
			}
			if err != nil && r != (Return{}) {
				t.Errorf("a refused return gave %+v, want nothing", r)
			}
		})
	}
}

func TestVerifyReturnRefusesForgeries(t *testing.T) {
	t.Parallel()
	c := testClient(t)
	good := signedForm(t, returnValues())
	for raw, want := range map[string]string{
		"":                         "no_sign",
		good + "&from=pc":          "signature",
		good + "&total_amount=0.1": "repeated_name",
		good + "&x=%":              "malformed",
	} {
		if r, err := c.VerifyReturn(raw); Reason(err) != want || r != (Return{}) {
			t.Errorf("VerifyReturn(%q) = %+v, %v, want the reason %q", raw, r, err, want)
		}
	}
}

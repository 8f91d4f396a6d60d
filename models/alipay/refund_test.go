package alipay

import (
	"strings"
	"testing"
	"time"
)

func TestRefund(t *testing.T) {
	t.Parallel()
	node := func(fundChange string) string {
		return `{"code":"10000","msg":"Success","buyer_logon_id":"159****5620",` +
			fundChange + `"gmt_refund_pay":"2019-09-30 10:00:01",` +
			`"out_trade_no":"` + testNo + `","refund_fee":"150.00","send_back_fee":"0.00",` +
			`"trade_no":"2019092922001439881000120282"}`
	}
	for fundChange, want := range map[string]bool{`"fund_change":"Y",`: true, `"fund_change":"N",`: false, ``: false} {
		c := gatewayClient(t, answerWith(t, node(fundChange)))
		got, err := c.Refund(t.Context(), RefundRequest{OutTradeNo: testNo, OutRequestNo: "RF1", Amount: 10000})
		wantResult := RefundResult{
			OutTradeNo: testNo, TradeNo: "2019092922001439881000120282", FundChange: want,
			RefundedAt: time.Date(2019, 9, 30, 2, 0, 1, 0, time.UTC),
		}
		if err != nil || got != wantResult {
			t.Errorf("with %s: Refund = %+v, %v, want %+v", fundChange, got, err, wantResult)
		}
	}
}

func TestRefundQuery(t *testing.T) {
	t.Parallel()
	done := `{"code":"10000","msg":"Success","out_trade_no":"` + testNo +
		`","out_request_no":"RF1","refund_amount":"100.00",` +
		`"refund_status":"REFUND_SUCCESS","gmt_refund_pay":"2019-09-30 10:00:01","total_amount":"310.00"}`
	tests := map[string]struct {
		node string
		want RefundState
	}{
		"done":      {done, RefundState{Done: true, Amount: 10000, RefundedAt: time.Date(2019, 9, 30, 2, 0, 1, 0, time.UTC)}},
		"not known": {`{"code":"10000","msg":"Success"}`, RefundState{}},
		"in work": {strings.Replace(done, "REFUND_SUCCESS", "REFUND_PROCESSING", 1),
			RefundState{Amount: 10000, RefundedAt: time.Date(2019, 9, 30, 2, 0, 1, 0, time.UTC)}},
		"without a request": {strings.Replace(done, `"out_request_no":"RF1",`, "", 1),
			RefundState{Amount: 10000, RefundedAt: time.Date(2019, 9, 30, 2, 0, 1, 0, time.UTC)}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := gatewayClient(t, answerWith(t, tt.node)).RefundQuery(t.Context(), testNo, "RF1")
			if err != nil || got != tt.want {
				t.Errorf("RefundQuery = %+v, %v, want %+v", got, err, tt.want)
			}
		})
	}
}

package alipay

import (
	"testing"
)

func TestClose(t *testing.T) {
	t.Parallel()
	node := `{"code":"10000","msg":"Success","out_trade_no":"` + testNo + `","trade_no":"2019092922001439881000120282"}`
	if err := gatewayClient(t, answerWith(t, node)).Close(t.Context(), testNo); err != nil {
		t.Errorf("Close: %v, want nil", err)
	}
}

package alipay

import (
	"reflect"
	"testing"
	"time"
)

func TestQuery(t *testing.T) {
	t.Parallel()
	got, err := gatewayClient(t, answerWith(t, queryNode)).Query(t.Context(), testNo)
	want := Trade{
		OutTradeNo: testNo, TradeNo: "2019092922001439881000120282", Status: TradeSuccess, BuyerLogonID: "159****5620",
		Amount: 31000, ReceiptAmount: 30900, PaidAt: time.Date(2019, 9, 29, 7, 15, 50, 0, time.UTC), Raw: []byte(queryNode),
	}
	if err != nil || !reflect.DeepEqual(got, want) || !got.Paid() {
		t.Errorf("Query = %+v, %v, want %+v, paid", got, err, want)
	}
}

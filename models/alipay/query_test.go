package alipay

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"
)

func TestQuery(t *testing.T) {
	t.Parallel()
	got, err := gatewayClient(t, answerWith(t, queryNode)).Query(t.Context(), testNo)
	want := Trade{
		OutTradeNo: testNo, TradeNo: "2019092922001439881000120282", Status: TradeSuccess,
		Amount: 31000, PaidAt: time.Date(2019, 9, 29, 7, 15, 50, 0, time.UTC), Raw: []byte(queryNode),
	}
	if err != nil || !reflect.DeepEqual(got, want) || !got.Paid() {
		t.Errorf("Query = %+v, %v, want %+v, paid", got, err, want)
	}
}

// Alipay's documents say that there is no trade_no until there is a real trade.
func TestQueryWithoutTradeNo(t *testing.T) {
	t.Parallel()
	const node = `{"code":"10000","out_trade_no":"` + testNo + `","total_amount":"310.00","trade_status":"%s"%s}`
	const sent = `,"send_pay_date":"2019-09-29 15:15:50"`
	for _, c := range []struct {
		status, more string
		want         error
	}{
		{WaitBuyerPay, "", nil},
		{TradeClosed, "", nil},
		{TradeClosed, sent, ErrUnknown}, // paid and given back
		{TradeSuccess, sent, ErrUnknown},
		{TradeSuccess, "", ErrUnknown},
		{TradeFinished, "", ErrUnknown},
	} {
		got, err := gatewayClient(t, answerWith(t, fmt.Sprintf(node, c.status, c.more))).Query(t.Context(), testNo)
		if !errors.Is(err, c.want) || err == nil && (got.Status != c.status || got.TradeNo != "" || got.Amount != 31000) {
			t.Errorf("%s%s: got %+v, %v; want %v", c.status, c.more, got, err, c.want)
		}
	}
}

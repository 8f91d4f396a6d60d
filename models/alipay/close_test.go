package alipay

import (
	"errors"
	"testing"
)

func TestClose(t *testing.T) {
	t.Parallel()
	const number = `,"out_trade_no":"` + testNo + `"`
	for more, want := range map[string]error{
		number + `,"trade_no":"2019092922001439881000120282"`: nil,
		number: nil, // there was no real trade yet
		"":     ErrUnknown,
	} {
		node := `{"code":"10000","msg":"Success"` + more + `}`
		if err := gatewayClient(t, answerWith(t, node)).Close(t.Context(), testNo); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", node, err, want)
		}
	}
}

package alipay

import (
	"errors"
	"fmt"
	"testing"
)

func TestSignedFailures(t *testing.T) {
	t.Parallel()
	failure := func(code, subCode string) string {
		return fmt.Sprintf(`{"code":%q,"msg":"m","sub_code":%q,"sub_msg":"交易不存在","out_trade_no":%q}`, code, subCode, testNo)
	}
	tests := map[string]struct {
		node    string
		kind    string // the one function that recognises the error; empty for none
		unknown bool
	}{
		"not exist":            {failure("40004", "ACQ.TRADE_NOT_EXIST"), "IsTradeNotExist", false},
		"not exist, no prefix": {failure("40004", "TRADE_NOT_EXIST"), "IsTradeNotExist", false},
		"not exist, twice":     {failure("40004", "aop.ACQ.TRADE_NOT_EXIST"), "IsTradeNotExist", false},
		"status":               {failure("40004", "ACQ.TRADE_STATUS_ERROR"), "IsTradeStatusError", false},
		"reason status":        {failure("40004", "ACQ.REASON_TRADE_STATUS_INVALID"), "IsTradeStatusError", false},
		"finished":             {failure("40004", "ACQ.TRADE_HAS_FINISHED"), "IsRefundImpossible", false},
		"frozen":               {failure("40004", "ACQ.REASON_TRADE_BEEN_FREEZEN"), "IsRefundImpossible", false},
		"buyer":                {failure("40004", "ACQ.BUYER_ERROR"), "IsRefundImpossible", false},
		"account":              {failure("40004", "ACQ.CUSTOMER_VALIDATE_ERROR"), "IsRefundImpossible", false},
		"in no table":          {failure("40004", "ACQ.REFUND_TOO_FREQUENT"), "", false},
		"call limited":         {failure("40005", "isv.app-call-limited"), "", false},
		"balance":              {failure("40004", "ACQ.SELLER_BALANCE_NOT_ENOUGH"), "IsBalanceNotEnough", false},
		"our bug":              {failure("40002", "isv.invalid-signature"), "", false},
		"system error":         {failure("40004", "ACQ.SYSTEM_ERROR"), "", true},
		"system error, aqc":    {failure("40004", "AQC.SYSTEM_ERROR"), "", true},
		"system error, aop":    {failure("40004", "aop.ACQ.SYSTEM_ERROR"), "", true},
		"unavailable":          {failure("20000", "isp.unknow-error"), "", true},
		"still typing":         {failure("10003", ""), "", true},
		"no code":              {`{}`, "", true},
	}
	kinds := map[string]func(error) bool{
		"IsTradeNotExist": IsTradeNotExist, "IsTradeStatusError": IsTradeStatusError,
		"IsRefundImpossible": IsRefundImpossible, "IsBalanceNotEnough": IsBalanceNotEnough,
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := gatewayClient(t, answerWith(t, tt.node)).Close(t.Context(), testNo)
			if _, ok := errors.AsType[*Error](err); !ok || errors.Is(err, ErrUnknown) != tt.unknown {
				t.Errorf("Close: got %v, want an *Error, unknown %t", err, tt.unknown)
			}
			for kind, is := range kinds {
				if got, want := is(err), kind == tt.kind; got != want {
					t.Errorf("%s(%v): got %t, want %t", kind, err, got, want)
				}
			}
		})
	}
}

func TestErrorSaysWhatTheGatewaySaid(t *testing.T) {
	t.Parallel()
	node := `{"code":"40004","msg":"Business Failed","sub_code":"ACQ.TRADE_NOT_EXIST","sub_msg":"交易不存在"}`
	_, err := gatewayClient(t, answerWith(t, node)).Query(t.Context(), testNo)
	want := Error{
		Method: methodQuery, Code: "40004", Msg: "Business Failed", SubCode: "ACQ.TRADE_NOT_EXIST", SubMsg: "交易不存在",
	}
	if got, ok := errors.AsType[*Error](err); !ok || *got != want {
		t.Errorf("error = %+v, want %+v", err, want)
	}
	if got, want := err.Error(), `alipay.trade.query: 40004 ACQ.TRADE_NOT_EXIST: "交易不存在"`; got != want {
		t.Errorf("error text = %s, want %s", got, want)
	}
}

func TestFailureInGBKIsReadable(t *testing.T) {
	t.Parallel()
	node := gbk(t,
		`{"code":"20000","msg":"Service Currently Unavailable","sub_code":"isp.unknow-error","sub_msg":"系统繁忙乗"}`)
	_, err := gatewayClient(t, answerWith(t, node)).Query(t.Context(), testNo)
	if got, ok := errors.AsType[*Error](err); !ok || got.SubMsg != "系统繁忙乗" || !errors.Is(err, ErrUnknown) {
		t.Errorf("Query: %v, want the sub_msg in UTF-8, outcome unknown", err)
	}
}

func TestSignedErrorResponse(t *testing.T) {
	t.Parallel()
	node := `{"code":"40002","msg":"Invalid Arguments","sub_code":"isv.invalid-app-id","sub_msg":"无效的AppID参数"}`
	body := `{"error_response":` + node + `,"sign":"` + mustSign(t, node, alipayKey()) + `"}`
	_, err := gatewayClient(t, answerRaw(200, body)).Query(t.Context(), testNo)
	if e, ok := errors.AsType[*Error](err); !ok || e.SubCode != "isv.invalid-app-id" || errors.Is(err, ErrUnknown) {
		t.Errorf("Query: %v, want the proven failure", err)
	}
}

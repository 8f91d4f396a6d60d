package alipay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"
)

const testNo = "20190929151453000001000020"

// answerWith gives a gateway that signs node as the answer to whatever method is called.
func answerWith(t *testing.T, node string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, signedAnswer(t, r.URL.Query().Get("method"), node, node))
	}
}

// answerRaw gives a gateway that answers body.
func answerRaw(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

func TestCallsSendSignedRequests(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		call func(context.Context, *Client) error
		want map[string]any
	}{
		methodQuery: {
			func(ctx context.Context, c *Client) error { _, err := c.Query(ctx, testNo); return err },
			map[string]any{"out_trade_no": testNo},
		},
		methodClose: {
			func(ctx context.Context, c *Client) error { return c.Close(ctx, testNo) },
			map[string]any{"out_trade_no": testNo},
		},
		methodRefund: {
			func(ctx context.Context, c *Client) error {
				_, err := c.Refund(ctx, RefundRequest{OutTradeNo: testNo, OutRequestNo: "RF1", Amount: 10050, Reason: "课程/退款"})
				return err
			},
			map[string]any{"out_trade_no": testNo, "out_request_no": "RF1", "refund_amount": "100.50", "refund_reason": "课程 退款"},
		},
		methodRefundQuery: {
			func(ctx context.Context, c *Client) error { _, err := c.RefundQuery(ctx, testNo, "RF1"); return err },
			map[string]any{"out_trade_no": testNo, "out_request_no": "RF1", "query_options": []any{"gmt_refund_pay"}},
		},
	}
	for method, tt := range tests {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			c := gatewayClient(t, func(_ http.ResponseWriter, r *http.Request) { checkRequest(t, r, method, tt.want) })
			if err := tt.call(t.Context(), c); !errors.Is(err, ErrUnknown) {
				t.Errorf("an empty answer gave %v, want ErrUnknown", err)
			}
		})
	}
}

// checkRequest reads the request as the gateway does: all parameters of query and body together are signed.
func checkRequest(t *testing.T, r *http.Request, method string, wantBiz map[string]any) {
	query := r.URL.Query()
	if got := query.Get("charset"); r.Method != http.MethodPost || got != "utf-8" {
		t.Errorf("%s with charset %q in the address, want POST with utf-8", r.Method, got)
	}
	if err := r.ParseForm(); err != nil {
		t.Error(err)
	}
	if got := r.PostForm; len(got) != 1 || !got.Has("biz_content") || query.Has("biz_content") {
		t.Errorf("body = %v, want biz_content alone, and only there", got)
	}
	params := maps.Clone(r.Form)
	params.Del("sign")
	if err := verify(requestText(params), r.Form.Get("sign"), keysOf(appKey())); err != nil {
		t.Errorf("sign: %v", err)
	}
	if got := params.Get("method"); got != method {
		t.Errorf("method = %q, want %q", got, method)
	}
	var biz map[string]any
	if err := json.Unmarshal([]byte(params.Get("biz_content")), &biz); err != nil {
		t.Error(err)
	}
	if fmt.Sprint(biz) != fmt.Sprint(wantBiz) {
		t.Errorf("biz_content = %v, want %v", biz, wantBiz)
	}
}

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

func TestClose(t *testing.T) {
	t.Parallel()
	node := `{"code":"10000","msg":"Success","out_trade_no":"` + testNo + `","trade_no":"2019092922001439881000120282"}`
	if err := gatewayClient(t, answerWith(t, node)).Close(t.Context(), testNo); err != nil {
		t.Errorf("Close: %v, want nil", err)
	}
}

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
			OutTradeNo: testNo, TradeNo: "2019092922001439881000120282", FundChange: want, RefundedTotal: 15000,
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

func TestCallsSendNothingThatCannotBeRight(t *testing.T) {
	t.Parallel()
	c := gatewayClient(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	calls := map[string]func() error{
		"query":              func() error { _, err := c.Query(t.Context(), ""); return err },
		"close":              func() error { return c.Close(t.Context(), "a b") },
		"refund of nothing":  func() error { _, err := c.Refund(t.Context(), RefundRequest{testNo, "RF1", 0, ""}); return err },
		"refund of less":     func() error { _, err := c.Refund(t.Context(), RefundRequest{testNo, "RF1", -1, ""}); return err },
		"refund, no request": func() error { _, err := c.Refund(t.Context(), RefundRequest{testNo, "", 1, ""}); return err },
		"refund query":       func() error { _, err := c.RefundQuery(t.Context(), testNo, ""); return err },
	}
	for name, call := range calls {
		if err := call(); err == nil || errors.Is(err, ErrUnknown) {
			t.Errorf("%s: %v, want an error with a known outcome", name, err)
		}
	}
}

func TestSignedFailures(t *testing.T) {
	t.Parallel()
	failure := func(code, subCode string) string {
		return fmt.Sprintf(`{"code":%q,"msg":"m","sub_code":%q,"sub_msg":"交易不存在","out_trade_no":%q}`, code, subCode, testNo)
	}
	tests := map[string]struct {
		node    string
		is      func(error) bool
		unknown bool
	}{
		"not exist":            {failure("40004", "ACQ.TRADE_NOT_EXIST"), IsTradeNotExist, false},
		"not exist, no prefix": {failure("40004", "TRADE_NOT_EXIST"), IsTradeNotExist, false},
		"status":               {failure("40004", "ACQ.TRADE_STATUS_ERROR"), IsTradeStatusError, false},
		"reason status":        {failure("40004", "ACQ.REASON_TRADE_STATUS_INVALID"), IsTradeStatusError, false},
		"finished":             {failure("40004", "ACQ.TRADE_HAS_FINISHED"), IsRefundImpossible, false},
		"frozen":               {failure("40004", "ACQ.REASON_TRADE_BEEN_FREEZEN"), IsRefundImpossible, false},
		"in no table":          {failure("40004", "ACQ.REFUND_TOO_FREQUENT"), nil, false},
		"call limited":         {failure("40005", "isv.app-call-limited"), nil, false},
		"balance":              {failure("40004", "ACQ.SELLER_BALANCE_NOT_ENOUGH"), IsBalanceNotEnough, false},
		"our bug":              {failure("40002", "isv.invalid-signature"), nil, false},
		"system error":         {failure("40004", "ACQ.SYSTEM_ERROR"), nil, true},
		"system error, aqc":    {failure("40004", "AQC.SYSTEM_ERROR"), nil, true},
		"unavailable":          {failure("20000", "isp.unknow-error"), nil, true},
		"still typing":         {failure("10003", ""), nil, true},
		"no code":              {`{}`, nil, true},
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
				t.Errorf("Close: %v, want an *Error, unknown %t", err, tt.unknown)
			}
			matches := 0
			for kind, is := range kinds {
				if is(err) {
					matches++
					if tt.is == nil || !tt.is(err) {
						t.Errorf("%s holds for %v", kind, err)
					}
				}
			}
			if want := btoi(tt.is != nil); matches != want {
				t.Errorf("%d kinds hold for %v, want %d", matches, err, want)
			}
		})
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
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

// TestUnprovenAnswers: whatever Alipay has not provably said about this trade leaves the outcome open.
func TestUnprovenAnswers(t *testing.T) {
	t.Parallel()
	notExist := `{"code":"40004","msg":"Business Failed","sub_code":"ACQ.TRADE_NOT_EXIST"}`
	good := signedAnswer(t, methodQuery, queryNode, queryNode)
	field := func(old, new string) string {
		node := strings.Replace(queryNode, old, new, 1)
		return signedAnswer(t, methodQuery, node, node)
	}
	tests := map[string]http.HandlerFunc{
		"unsigned success":       answerRaw(200, `{"alipay_trade_query_response":`+queryNode+`}`),
		"unsigned not exist":     answerRaw(200, `{"alipay_trade_query_response":`+notExist+`}`),
		"unsigned gateway error": answerRaw(200, `{"error_response":`+notExist+`}`),
		"badly signed error":     answerRaw(200, `{"error_response":`+notExist+`,"sign":"AAAA"}`),
		"tampered":               answerRaw(200, strings.Replace(good, "TRADE_SUCCESS", "TRADE_CLOSED", 1)),
		"signed by another key":  answerRaw(200, `{"alipay_trade_query_response":`+queryNode+`,"sign":"`+mustSign(t, queryNode, appKey())+`"}`),
		"other node":             answerRaw(200, signedAnswer(t, methodClose, notExist, notExist)),
		"second node":            answerRaw(200, strings.Replace(good, `,"sign"`, `,"alipay_trade_query_response":`+notExist+`,"sign"`, 1)),
		"another trade":          answerRaw(200, field(testNo, "20190929151453000001000021")),
		"number missing":         answerRaw(200, field(`"out_trade_no":"`+testNo+`",`, "")),
		"empty number":           answerRaw(200, field(testNo, "")),
		"sum missing":            answerRaw(200, field(`"total_amount":"310.00",`, "")),
		"sum is zero":            answerRaw(200, field(`"310.00"`, `"0.00"`)),
		"sum is a number":        answerRaw(200, field(`"310.00"`, "310.00")),
		"odd sum":                answerRaw(200, field("310.00", "310.001")),
		"odd time":               answerRaw(200, field("2019-09-29 15:15:50", "soon")),
		"no object":              answerRaw(200, signedAnswer(t, methodQuery, `"10000"`, `"10000"`)),
		"page of a proxy":        answerRaw(502, "<html>502 Bad Gateway</html>"),
		"good, but not 200":      answerRaw(500, good),
		"page with status 200":   answerRaw(200, "<html>维护中</html>"),
		"oversized":              answerRaw(200, good+strings.Repeat(" ", maxAnswer)),
		"empty":                  answerRaw(200, ""),
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/gateway.do" {
				http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
				return
			}
			io.WriteString(w, good)
		},
		"cut connection": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "5000")
			io.WriteString(w, good[:100])
		},
	}
	for name, gateway := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			trade, err := gatewayClient(t, gateway).Query(t.Context(), testNo)
			if !errors.Is(err, ErrUnknown) || !reflect.DeepEqual(trade, Trade{}) {
				t.Errorf("Query = %+v, %v, want nothing and ErrUnknown", trade, err)
			}
			if _, ok := errors.AsType[*Error](err); ok || IsTradeNotExist(err) {
				t.Errorf("Query: %v can be taken for Alipay's word", err)
			}
		})
	}
}

func TestCallsEndWithTheirContext(t *testing.T) {
	t.Parallel()
	asked, done := make(chan struct{}), make(chan struct{})
	c := gatewayClient(t, func(http.ResponseWriter, *http.Request) {
		close(asked)
		<-done
	})
	t.Cleanup(func() { close(done) })
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-asked
		cancel()
	}()
	_, err := c.Query(ctx, testNo)
	if !errors.Is(err, ErrUnknown) || !errors.Is(err, context.Canceled) {
		t.Errorf("Query: %v, want ErrUnknown and context.Canceled", err)
	}
	if strings.Contains(err.Error(), "sign=") {
		t.Errorf("the error shows the signed request: %v", err)
	}
}

func TestTimeoutOfTheHTTPClientCounts(t *testing.T) {
	t.Parallel()
	done := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-done }))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(done) })
	cfg := testConfig()
	cfg.Gateway = server.URL + "/gateway.do"
	cfg.HTTP = &http.Client{Timeout: 20 * time.Millisecond}
	c, err := NewClient(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(t.Context(), testNo); !errors.Is(err, ErrUnknown) {
		t.Errorf("Close: %v, want ErrUnknown", err)
	}
}

func TestGatewayThatIsNotThere(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	cfg := testConfig()
	cfg.Gateway = server.URL + "/gateway.do"
	server.Close()
	c, err := NewClient(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Query(t.Context(), testNo); !errors.Is(err, ErrUnknown) {
		t.Errorf("Query: %v, want ErrUnknown", err)
	}
}

func TestDefaultHTTPClientIsBounded(t *testing.T) {
	t.Parallel()
	if got, want := newHTTP(nil).Timeout, 10*time.Second; got != want {
		t.Errorf("timeout = %v, want %v", got, want)
	}
}

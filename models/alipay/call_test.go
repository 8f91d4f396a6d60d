package alipay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"testing"
)

const testNo = "20190929151453000001000020"

// answerWith returns a gateway that signs node as the answer to whatever method is called.
func answerWith(t *testing.T, node string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, signedAnswer(t, r.URL.Query().Get("method"), node, node))
	}
}

// answerRaw returns a gateway that answers body.
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

func TestCallsSendNothingThatCannotBeRight(t *testing.T) {
	t.Parallel()
	c := gatewayClient(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	refund := func(requestNo string, fen int64) error {
		_, err := c.Refund(t.Context(), RefundRequest{testNo, requestNo, fen, ""})
		return err
	}
	calls := map[string]func() error{
		"query":              func() error { _, err := c.Query(t.Context(), ""); return err },
		"close":              func() error { return c.Close(t.Context(), "a b") },
		"refund of nothing":  func() error { return refund("RF1", 0) },
		"refund of less":     func() error { return refund("RF1", -1) },
		"refund, no request": func() error { return refund("", 1) },
		"refund query":       func() error { _, err := c.RefundQuery(t.Context(), testNo, ""); return err },
	}
	for name, call := range calls {
		if err := call(); err == nil || errors.Is(err, ErrUnknown) {
			t.Errorf("%s: %v, want an error with a known outcome", name, err)
		}
	}
}

package alipay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// maxAnswer is the largest gateway answer that is read, in bytes.
const maxAnswer = 1 << 20

// callContent is the biz_content of the server-to-server calls.
type callContent struct {
	OutTradeNo   string   `json:"out_trade_no,omitempty"`
	OutRequestNo string   `json:"out_request_no,omitempty"`
	RefundAmount string   `json:"refund_amount,omitempty"`
	RefundReason string   `json:"refund_reason,omitempty"`
	QueryOptions []string `json:"query_options,omitempty"`
	BillType     string   `json:"bill_type,omitempty"`
	BillDate     string   `json:"bill_date,omitempty"`
	Secure       string   `json:"secure,omitempty"`
}

// call asks the gateway about one trade; see ask.
func (c *Client) call(ctx context.Context, method string, content callContent, out any) error {
	if err := checkNumber("out_trade_no", content.OutTradeNo); err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	return c.ask(ctx, method, content, out)
}

// ask sends content to the gateway and reads the signed answer into out. The error is an *Error for a
// proven refusal; it wraps ErrUnknown if it is not known what happened, and is neither if nothing was
// sent.
func (c *Client) ask(ctx context.Context, method string, content callContent, out any) error {
	req, err := c.newCall(ctx, method, content)
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	body, err := exchange(c.http, req, maxAnswer)
	if err != nil {
		return unknown(method, err)
	}
	node, err := c.answerNode(body, method)
	if err != nil {
		return unknown(method, err)
	}
	return readAnswer(method, node, content, out)
}

// newCall puts the common parameters into the query and biz_content into the body, like the
// official SDKs: the charset is then where the gateway looks for it.
func (c *Client) newCall(ctx context.Context, method string, content callContent) (*http.Request, error) {
	biz, err := json.Marshal(content)
	if err != nil {
		return nil, err
	}
	params, err := c.request(method, biz, nil)
	if err != nil {
		return nil, err
	}
	form := url.Values{"biz_content": params["biz_content"]}
	params.Del("biz_content")
	address, body := c.gateway+"?"+params.Encode(), strings.NewReader(form.Encode())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	return req, nil
}

// exchange returns the body of the answer to req. Of a larger one it gives limit+1 bytes, so that the
// reader can tell.
func exchange(client *http.Client, req *http.Request, limit int64) ([]byte, error) {
	resp, err := client.Do(req)
	if err != nil {
		// The address in a url.Error holds the signed request, or the key to a bill: neither
		// belongs in a log.
		if urlErr, ok := errors.AsType[*url.Error](err); ok {
			err = urlErr.Err
		}
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the answer is HTTP %d", resp.StatusCode)
	}
	return io.ReadAll(io.LimitReader(resp.Body, limit+1))
}

func unknown(method string, err error) error {
	return fmt.Errorf("%s: %w: %w", method, ErrUnknown, err)
}

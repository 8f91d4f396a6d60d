package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Delivery is one notify that was sent, with the answer.
type Delivery struct {
	NotifyID    string        `json:"notify_id"`
	OutTradeNo  string        `json:"out_trade_no"`
	Attempt     int           `json:"attempt"` // 1 to 8; 0 = beside the schedule
	At          time.Time     `json:"at"`
	URL         string        `json:"url"`
	RequestBody string        `json:"request_body"`
	Status      int           `json:"status"` // 0 = no answer
	ContentType string        `json:"content_type,omitempty"`
	Response    []byte        `json:"response"` // its first 4 KiB
	Took        time.Duration `json:"took"`
	Accepted    bool          `json:"accepted"`
	Why         string        `json:"why"`
}

// maxResponse is how much of an answer is kept.
const maxResponse = 4 << 10

// deliveryClient sends the notifies. It follows no redirect, because a redirected notify does not count
// as received.
func deliveryClient(given *http.Client) *http.Client {
	client := http.Client{
		Timeout: 10 * time.Second,
		// Each notify has a connection of its own. A connection that is kept may lead to a shop that has
		// stopped since, and the delivery would fail.
		Transport: &http.Transport{DisableKeepAlives: true},
	}
	if given != nil {
		client = *given
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}

// post sends one message and judges the answer.
func (s *Sandbox) post(ctx context.Context, m message) (d Delivery) {
	d = Delivery{
		NotifyID: m.notifyID, OutTradeNo: m.outTradeNo, Attempt: m.attempt, At: m.at, URL: m.url, RequestBody: m.body,
	}
	start := time.Now()
	defer func() { d.Took = time.Since(start) }()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, m.url, strings.NewReader(m.body))
	if err != nil {
		d.Why = "address unusable: " + err.Error()
		return d
	}
	// Malformed, but this is the type that shops have seen from Alipay.
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded; text/html; charset="+m.charset)
	request.Header.Set("User-Agent", "Alipay-Sandbox-Simulator")
	request.Header.Set("Accept-Encoding", "identity") // the answer is judged byte by byte
	response, err := s.http.Do(request)
	if err != nil {
		d.Why = "no answer: " + err.Error()
		return d
	}
	defer response.Body.Close()
	d.Status, d.ContentType = response.StatusCode, response.Header.Get("Content-Type")
	d.Response, err = io.ReadAll(io.LimitReader(response.Body, maxResponse))
	if err != nil {
		d.Why = "answer cut off: " + err.Error()
		return d
	}
	d.Why = refusedBecause(d.Status, d.Response)
	d.Accepted = d.Why == ""
	return d
}

// refusedBecause says why an answer does not count as received; "" = it does. Only status 200 with
// exactly the seven bytes success does.
func refusedBecause(status int, body []byte) string {
	switch {
	case status >= 300 && status < 400:
		return fmt.Sprintf("status %d: a redirect is not followed", status)
	case status != http.StatusOK:
		return fmt.Sprintf("status %d, want 200", status)
	case bytes.Equal(body, []byte("success")):
		return ""
	case len(body) == 0:
		return "the body is empty"
	case bytes.HasPrefix(body, []byte("\xEF\xBB\xBF")):
		return "the body begins with a byte order mark"
	case bytes.Equal(body, []byte(`"success"`)):
		return `the body is "success" with quotation marks: it was encoded as JSON`
	case bytes.Equal(bytes.TrimSpace(body), []byte("success")):
		return "there is white space around success"
	case bytes.EqualFold(body, []byte("success")):
		return "success must be lower case"
	case bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")):
		return "the body is a page"
	default:
		return fmt.Sprintf("the body is %.40q", body)
	}
}

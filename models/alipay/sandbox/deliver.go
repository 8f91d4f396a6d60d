package sandbox

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Delivery is one notify that went out, with what came back.
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

const (
	parallelDeliveries = 32
	maxResponse        = 4 << 10
	workerTick         = 200 * time.Millisecond
)

// deliveryClient is the client of the worker: it follows no redirect, for a redirected notify is not received.
func deliveryClient(given *http.Client) *http.Client {
	client := http.Client{
		Timeout: 10 * time.Second,
		// Idle connections go before the shop's server drops them, which would count as a failed delivery.
		Transport: &http.Transport{MaxIdleConnsPerHost: parallelDeliveries, IdleConnTimeout: 5 * time.Second},
	}
	if given != nil {
		client = *given
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}

// Run delivers notifies and closes overdue trades until ctx ends, and returns when its last delivery has stopped. A
// delivery that is cut off that way does not count and is made again by the next Run.
func (s *Sandbox) Run(ctx context.Context) error {
	var inFlight sync.WaitGroup
	defer inFlight.Wait()
	slots := make(chan struct{}, parallelDeliveries)
	tick := time.NewTicker(workerTick)
	defer tick.Stop()
	for {
		for _, e := range s.takeDue() {
			inFlight.Go(func() {
				slots <- struct{}{}
				defer func() { <-slots }()
				s.deliver(ctx, e)
			})
		}
		// The tick is for time that passes by itself; everything else wakes the worker.
		select {
		case <-ctx.Done():
			return nil
		case <-s.wake:
		case <-tick.C:
		}
	}
}

// takeDue marks what is to be delivered now, the longest due first.
func (s *Sandbox) takeDue() []*Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.now()
	s.closeOverdue(now)
	var due []*Event
	for _, e := range s.state.pending {
		if !e.inFlight && (e.resend || e.State == EventQueued && !now.Before(e.NextAt)) {
			e.inFlight = true
			due = append(due, e)
		}
	}
	slices.SortFunc(due, func(a, b *Event) int {
		return cmp.Or(a.NextAt.Compare(b.NextAt), a.CreatedAt.Compare(b.CreatedAt))
	})
	return due
}

func (s *Sandbox) deliver(ctx context.Context, e *Event) {
	m := s.prepare(e)
	results := make([]Delivery, m.copies)
	var copies sync.WaitGroup
	for i := range results {
		copies.Go(func() { results[i] = s.post(ctx, m) })
	}
	copies.Wait()
	s.settle(ctx, e, results)
}

// post sends one message and judges the answer.
func (s *Sandbox) post(ctx context.Context, m message) Delivery {
	d := Delivery{
		NotifyID: m.notifyID, OutTradeNo: m.outTradeNo, Attempt: m.attempt, At: m.at, URL: m.url, RequestBody: m.body,
	}
	start := time.Now()
	defer func() { d.Took = time.Since(start) }()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, m.url, strings.NewReader(m.body))
	if err != nil {
		d.Why = "address unusable: " + err.Error()
		return d
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset="+m.charset)
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

// refusedBecause says why an answer does not count as received; "" = it does. Only status 200 with exactly the seven
// bytes success does.
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

// settle books the outcome of one delivery (several copies when duplicated) and plans the next.
func (s *Sandbox) settle(ctx context.Context, e *Event, results []Delivery) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.inFlight = false
	accepted := slices.ContainsFunc(results, func(d Delivery) bool { return d.Accepted })
	if ctx.Err() != nil && !accepted {
		return
	}
	for i := range results {
		s.save(record{Delivery: &results[i]})
		s.log.Info("notify", "out_trade_no", e.OutTradeNo, "notify_id", e.NotifyID, "attempt", results[i].Attempt,
			"accepted", results[i].Accepted, "why", results[i].Why)
	}
	scheduled := results[0].Attempt > 0
	if scheduled {
		e.Attempts++
	} else {
		e.resend = false
	}
	switch {
	case accepted:
		e.State = EventDelivered
	case !scheduled:
	case e.Attempts > len(retryGaps):
		e.State = EventGivenUp
	default:
		e.NextAt = results[0].At.Add(retryGaps[e.Attempts-1])
	}
	s.save(record{Event: e})
	s.releaseAfter(e)
}

// Deliveries gives the log of the notifies of one trade, or of all when outTradeNo is empty, oldest first.
func (s *Sandbox) Deliveries(outTradeNo string) []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []Delivery{}
	for _, d := range s.state.deliveries {
		if outTradeNo == "" || d.OutTradeNo == outTradeNo {
			found = append(found, d)
		}
	}
	return found
}

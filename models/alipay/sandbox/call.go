package sandbox

import (
	"slices"
	"time"
)

// Call is one request to the gateway, with its answer.
type Call struct {
	At         time.Time `json:"at"`
	Method     string    `json:"method"`
	OutTradeNo string    `json:"out_trade_no,omitempty"`
	Content    string    `json:"biz_content,omitempty"`
	Code       string    `json:"code"`
	SubCode    string    `json:"sub_code,omitempty"`
	Faults     []string  `json:"faults,omitempty"` // what spoilt the answer
}

// keptCalls bounds the log of calls, which lives in memory only.
const keptCalls = 1000

// Calls returns the last calls of the gateway, oldest first.
func (s *Sandbox) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

func (s *Sandbox) logCall(q *request, err error, faults ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := Call{
		At: s.clock.now(), Method: q.get("method"), OutTradeNo: s.outTradeNo(q), Content: q.get("biz_content"),
		Code: codeSuccess, Faults: faults,
	}
	if err != nil {
		r := asRefusal(err)
		c.Code, c.SubCode = r.Code, r.SubCode
	}
	if len(s.calls) >= 2*keptCalls {
		s.calls = slices.Delete(s.calls, 0, keptCalls)
	}
	s.calls = append(s.calls, c)
	s.log.Info("gateway", "method", c.Method, "out_trade_no", c.OutTradeNo, "code", c.Code, "sub_code", c.SubCode)
}

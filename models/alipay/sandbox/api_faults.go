package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"
)

func (s *Sandbox) takeAPIFaults(q *request) faultSet {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.takeFaults(apiFaultNames, faulty{outTradeNo: s.outTradeNo(q), method: q.get("method")})
}

// outTradeNo is the trade that a call is about, if the call tells. s.mu is held.
func (s *Sandbox) outTradeNo(q *request) string {
	var ref tradeRef
	if err := json.Unmarshal([]byte(q.get("biz_content")), &ref); err != nil {
		return ""
	}
	if t := s.state.byTradeNo[ref.TradeNo]; t != nil {
		return t.OutTradeNo
	}
	return ref.OutTradeNo
}

// withoutEffect tells whether a fault keeps the call from the method.
func (faults faultSet) withoutEffect() bool {
	if faults.on(APITimeoutBefore) || faults.on(APICallLimited) {
		return true
	}
	for _, name := range []string{APIUnavailable, APIErrorResponse, APIGBKError, APIBadGateway} {
		if f, hit := faults[name]; hit && f.Value != "after" {
			return true
		}
	}
	return false
}

// spoilAnswer sends no answer, or one that is not a signed envelope. It returns false if no fault asks
// for that and the real answer is to be written.
func (faults faultSet) spoilAnswer(w http.ResponseWriter, r *http.Request) bool {
	for _, name := range []string{APITimeoutBefore, APITimeoutAfter} {
		if f, hit := faults[name]; hit {
			hang(r.Context(), durationOr(f.Value, 30*time.Second))
		}
	}
	switch {
	case faults.on(APIBadGateway):
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		w.Write([]byte("<html><body><h1>502 Bad Gateway</h1></body></html>"))
	case faults.on(APIErrorResponse):
		w.Header().Set("Content-Type", "application/json;charset=utf-8")
		w.Write(envelope{key: "error_response", object: object(nil, errSystem)}.bytes())
	case faults.on(APIGBKError):
		w.Header().Set("Content-Type", "application/json;charset=utf-8")
		w.Write([]byte(toGBK(string(envelope{key: "error_response", object: object(nil, errSystem)}.bytes()))))
	default:
		return false
	}
	return true
}

// hang keeps the caller waiting until the time is over or the caller has gone, and then cuts the
// connection.
func hang(caller context.Context, limit time.Duration) {
	over, cancel := context.WithTimeout(caller, limit)
	defer cancel()
	<-over.Done()
	panic(http.ErrAbortHandler)
}

// slowWriter pauses in the middle of what is written.
type slowWriter struct {
	http.ResponseWriter
	caller context.Context
	pause  time.Duration
}

func (w *slowWriter) Write(body []byte) (int, error) {
	half := len(body) / 2
	n, err := w.ResponseWriter.Write(body[:half])
	if err = errors.Join(err, http.NewResponseController(w.ResponseWriter).Flush()); err != nil {
		return n, err
	}
	select {
	case <-w.caller.Done():
		return n, w.caller.Err()
	case <-time.After(w.pause):
	}
	m, err := w.ResponseWriter.Write(body[half:])
	return n + m, err
}

// alterEnvelope changes the object or its sign.
func (faults faultSet) alterEnvelope(s *Sandbox, e envelope) envelope {
	if faults.on(APIExtraFields) {
		e.object = append(bytes.TrimSuffix(e.object, []byte("}")), `,"field_of_tomorrow":{"sign":"}","list":[1,"]"]}}`...)
		e.sign = sign(s.cfg.Signer, string(e.object))
	}
	if faults.on(APIPlainSlash) || faults.on(APIEscapedSlash) {
		// A slash is certain to be there only in this member.
		e.object = append(bytes.TrimSuffix(e.object, []byte("}")), `,"store_name":"a/b"}`...)
		plain := string(e.object)
		e.object = bytes.ReplaceAll(e.object, []byte("/"), []byte(`\/`))
		if e.sign = sign(s.cfg.Signer, string(e.object)); faults.on(APIPlainSlash) {
			e.sign = sign(s.cfg.Signer, plain)
		}
	}
	if faults.on(APIWrongSign) {
		e.sign = sign(s.cfg.Signer, string(e.object)+" ")
	}
	if faults.on(APIUnsigned) {
		e.sign = ""
	}
	return e
}

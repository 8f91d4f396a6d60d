package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// serveAPI answers a call from a server. refused is the result of the common checks.
func (s *Sandbox) serveAPI(w http.ResponseWriter, r *http.Request, q *request, refused error) {
	if refused != nil {
		s.logCall(q, refused)
		s.writeAnswer(w, q, s.seal(q, nil, refused))
		return
	}
	faults := s.takeAPIFaults(q)
	q.blind = faults.on(APITradeNotExist)
	var answer any
	var err error
	if !faults.withoutEffect() {
		answer, err = apiMethods[q.get("method")](s, q)
	}
	switch {
	case faults.on(APIUnavailable):
		answer, err = nil, errSystem
	case faults.on(APICallLimited):
		answer, err = nil, errLimited
	}
	s.logCall(q, err, slices.Sorted(maps.Keys(faults))...)
	if faults.spoilAnswer(w, r) {
		return
	}
	if f, slow := faults[APISlowBody]; slow {
		w = &slowWriter{w, r.Context(), durationOr(f.Value, 5*time.Second)}
	}
	s.writeAnswer(w, q, faults.alterEnvelope(s, s.seal(q, answer, err)))
}

// envelope is an answer before it is written: the response object, over whose bytes the sign stands.
type envelope struct {
	key    string
	object []byte
	sign   string // "" = none
}

// seal makes the signed envelope. While the app is not known, the answer is an error_response without
// a sign, as with the real gateway.
func (s *Sandbox) seal(q *request, answer any, err error) envelope {
	e := envelope{object: object(answer, err)}
	if q.gbk {
		e.object = []byte(toGBK(string(e.object)))
	}
	if q.get("app_id") != s.cfg.AppID || apiMethods[q.get("method")] == nil {
		e.key = "error_response"
		return e
	}
	e.key = strings.ReplaceAll(q.get("method"), ".", "_") + "_response"
	e.sign = sign(s.cfg.Signer, string(e.object))
	return e
}

// object writes the response object: code and msg first, then what the method or the refusal adds.
func object(answer any, err error) []byte {
	text := fmt.Appendf(nil, `{"code":"%s","msg":"%s"`, codeSuccess, codeMessages[codeSuccess])
	if err != nil {
		r := asRefusal(err)
		text = fmt.Appendf(nil, `{"code":"%s","msg":"%s","sub_code":%s,"sub_msg":%s`,
			r.Code, codeMessages[r.Code], plainJSON(r.SubCode), plainJSON(r.SubMsg))
		answer = r.Amounts
	}
	members := bytes.TrimPrefix(plainJSON(answer), []byte("{"))
	if len(members) < 2 || bytes.Equal(members, []byte("null")) {
		return append(text, '}')
	}
	return append(append(text, ','), members...)
}

// plainJSON encodes without the HTML escapes that the gateway does not write either.
func plainJSON(v any) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic("alipay sandbox: answers are plain structs of strings: " + err.Error())
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

func (e envelope) bytes() []byte {
	text := fmt.Appendf(nil, `{"%s":%s`, e.key, e.object)
	if e.sign != "" {
		text = fmt.Appendf(text, `,"sign":"%s"`, e.sign)
	}
	return append(text, '}')
}

func (s *Sandbox) writeAnswer(w http.ResponseWriter, q *request, e envelope) {
	charset := "utf-8"
	if q.gbk {
		charset = "GBK"
	}
	w.Header().Set("Content-Type", "application/json;charset="+charset)
	w.Write(e.bytes())
}

// answerUnread answers a request that could not even be read.
func (s *Sandbox) answerUnread(w http.ResponseWriter, err error) {
	q := &request{}
	s.logCall(q, err)
	s.writeAnswer(w, q, s.seal(q, nil, err))
}

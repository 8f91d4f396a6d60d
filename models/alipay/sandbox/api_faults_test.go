package sandbox_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"luffy/models/alipay/sandbox"
)

// askRefund sends a refund of 100.00 as raw bytes, or gives the error of a call without an answer.
func askRefund(w *world) (reply, error) {
	params := w.common(refund, object{"out_trade_no": "A1", "refund_amount": "100.00", "out_request_no": "R1"})
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.gateway(params), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	client := http.Client{Timeout: 5 * time.Second}
	response, err := client.Do(r)
	if err != nil {
		return reply{}, err
	}
	response.Body.Close()
	return w.get(w.gateway(params)), nil
}

// TestAPIFaults: what each fault of the answers looks like, and whether the refund took place. Each
// acts once, so the log of calls shows it and the next call is served as ever.
func TestAPIFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fault  sandbox.Fault
		status int
		part   string // of the answer
		signed bool
		effect bool
	}{
		{sandbox.Fault{Name: sandbox.APIUnavailable}, 200,
			`"code":"20000","msg":"Service Currently Unavailable","sub_code":"isp.unknow-error"`, true, false},
		{sandbox.Fault{Name: sandbox.APIUnavailable, Value: "after"}, 200, `"code":"20000"`, true, true},
		{sandbox.Fault{Name: sandbox.APIErrorResponse}, 200, `{"error_response":{"code":"20000"`, false, false},
		{
			sandbox.Fault{Name: sandbox.APIErrorResponse, Value: "after"}, 200,
			`{"error_response":{"code":"20000"`, false, true,
		},
		{sandbox.Fault{Name: sandbox.APIGBKError}, 200, "\xcf\xb5\xcd\xb3", false, false},
		{sandbox.Fault{Name: sandbox.APIUnsigned}, 200, `"code":"10000"`, false, true},
		{sandbox.Fault{Name: sandbox.APIWrongSign}, 200, `"code":"10000"`, false, true},
		{sandbox.Fault{Name: sandbox.APIEscapedSlash}, 200, `a\/b`, true, true},
		{sandbox.Fault{Name: sandbox.APIPlainSlash}, 200, `a\/b`, false, true},
		{sandbox.Fault{Name: sandbox.APIExtraFields}, 200, `"field_of_tomorrow":{"sign":"}"`, true, true},
		{sandbox.Fault{Name: sandbox.APIBadGateway}, 502, "<html>", false, false},
		{sandbox.Fault{Name: sandbox.APISlowBody, Value: "30ms"}, 200, `"code":"10000"`, true, true},
		{sandbox.Fault{Name: sandbox.APITradeNotExist}, 200, `"sub_code":"ACQ.TRADE_NOT_EXIST"`, true, false},
		{
			sandbox.Fault{Name: sandbox.APICallLimited}, 200,
			`"code":"40005","msg":"Call Limited","sub_code":"isv.app-call-limited"`, true, false,
		},
	} {
		t.Run(c.fault.Name+c.fault.Value, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.pay(pagePay, "A1", nil)
			c.fault.Method, c.fault.OutTradeNo, c.fault.Times = refund, "A1", 1
			w.fault(c.fault)
			w.call(query, object{"out_trade_no": "A1"}) // of another method, so untouched
			back := object{"out_trade_no": "A1", "refund_amount": "100.00", "out_request_no": "R1"}
			got := w.get(w.gateway(w.common(refund, back)))
			if got.status != c.status || !strings.Contains(got.body, c.part) {
				t.Errorf("got status %d, %q; want %d with %q", got.status, got.body, c.status, c.part)
			}
			if signed := signedAnswer(w, got.body); signed != c.signed {
				t.Errorf("good sign over the bytes: got %v, want %v", signed, c.signed)
			}
			trade, _ := w.s.Trade("A1")
			if effect := trade.Refunded == 100_00; effect != c.effect {
				t.Errorf("refunded: got %v, want %v", effect, c.effect)
			}
			calls := w.s.Calls()
			if last := calls[len(calls)-1]; len(last.Faults) != 1 || last.Faults[0] != c.fault.Name {
				t.Errorf("the log of calls has faults %q, want %q", last.Faults, c.fault.Name)
			}
			again := w.call(refund, back)
			want := map[bool]string{true: "N", false: "Y"}[c.effect]
			wantMembers(t, "the same number again", again, map[string]string{"code": "10000", "fund_change": want})
		})
	}
}

func signedAnswer(w *world, body string) bool {
	text, sign, _ := strings.Cut(strings.TrimPrefix(body, `{"alipay_trade_refund_response":`), `},"sign":"`)
	return genuine(w, text+"}", strings.TrimSuffix(sign, `"}`))
}

// TestPlainSlash: the sign stands over the text with the escapes taken away, as some gateways do it.
func TestPlainSlash(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pay(pagePay, "A1", nil)
	w.fault(sandbox.Fault{Name: sandbox.APIPlainSlash})
	got, err := askRefund(w)
	if err != nil || !signedAnswer(w, strings.ReplaceAll(got.body, `\/`, "/")) {
		t.Errorf("got %q, %v; want a sign over the unescaped text", got.body, err)
	}
}

func TestAPITimeouts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		effect bool
	}{
		{sandbox.APITimeoutBefore, false},
		{sandbox.APITimeoutAfter, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.pay(pagePay, "A1", nil)
			w.fault(sandbox.Fault{Name: c.name, Value: "10ms"})
			if got, err := askRefund(w); err == nil {
				t.Errorf("got an answer: %q", got.body)
			}
			trade, _ := w.s.Trade("A1")
			if effect := trade.Refunded > 0; effect != c.effect {
				t.Errorf("refunded: got %v, want %v", effect, c.effect)
			}
		})
	}
}

func TestFaultChecks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, f := range []sandbox.Fault{
		{Name: "notify_drops"},
		{Name: ""},
		{Name: sandbox.NotifyDrop, Times: -1},
		{Name: sandbox.NotifyDrop, Value: "1m"},
		{Name: sandbox.NotifyDelay, Value: "soon"},
		{Name: sandbox.NotifyDuplicate, Value: "1"},
		{Name: sandbox.NotifyForge, Value: "subject"},
		{Name: sandbox.NotifyForge},
		{Name: sandbox.ReturnTampered, Value: "trade_status"},
		{Name: sandbox.APIUnavailable, Value: "before"},
		{Name: sandbox.APIUnavailable, Method: pagePay},
		{Name: sandbox.RefundLater, Value: "-1h"},
		{Name: sandbox.ClosePaysFirst, Value: "1m"},
		{Name: sandbox.BillAmount, Value: "1"},
		{Name: sandbox.BillTradeAdded, Value: "A-1"},
		{Name: sandbox.BillLate, Value: "TRADE_NOT_EXIST"},
		{Name: sandbox.BillMissingColumns, Value: "价格"},
		{Name: sandbox.BillCutOff, Value: "csv"},
		{Name: sandbox.BillEmpty, OutTradeNo: "A1"},
	} {
		if err := w.s.AddFault(f); err == nil {
			t.Errorf("%+v was accepted", f)
		}
	}
	if left := w.s.Faults(); len(left) != 0 {
		t.Errorf("switched on: %+v", left)
	}
}

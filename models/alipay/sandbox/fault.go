package sandbox

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Fault is one switch that makes the simulator misbehave. It matches the trade OutTradeNo (every trade when empty) and,
// for API faults, the Method (every method when empty). It acts Times times, or until it is cleared when Times is 0.
// Faults that change the plan of a notify count events; those that change the message count deliveries.
type Fault struct {
	Name       string `json:"name"`
	OutTradeNo string `json:"out_trade_no,omitempty"`
	Method     string `json:"method,omitempty"`
	Times      int    `json:"times,omitempty"`
	Value      string `json:"value,omitempty"` // what the fault's comment says
}

// Faults of the notify's plan.
const (
	NotifyDrop         = "notify_drop"          // never sent
	NotifyDelay        = "notify_delay"         // Value: how much later, like 30s (the default is 1m)
	NotifyReorder      = "notify_reorder"       // the payment's notify waits for the one of a refund
	NotifyBeforeReturn = "notify_before_return" // the return waits until the payment's first delivery is over
	NotifyAfterReturn  = "notify_after_return"  // held until two seconds after the buyer was sent back
)

// Faults of the notify's message.
const (
	NotifyDuplicate    = "notify_duplicate"     // Value: how many copies at once (the default is 3)
	NotifyExtraFields  = "notify_extra_fields"  // fields that no table lists, signed
	NotifyEmptyField   = "notify_empty_field"   // a signed body=
	NotifyRepeatedName = "notify_repeated_name" // trade_status twice
	NotifyWrongSign    = "notify_wrong_sign"    // one byte of the signature is off
	NotifyOtherKey     = "notify_other_key"     // signed with somebody's key
	NotifyTamper       = "notify_tamper"        // Value: total_amount, seller_id, app_id or out_trade_no, altered after signing
	NotifyForge        = "notify_forge"         // the same, altered before signing: validly signed
	NotifyOpenID       = "notify_open_id"       // buyer_open_id in the place of buyer_id
	NotifyGBK          = "notify_gbk"           // charset=GBK
	NotifySubject      = "notify_subject"       // Value: another subject (the default is one with every hard character)
)

// Faults of the return.
const (
	ReturnNone         = "return_none"          // the success page leads nowhere
	ReturnTwice        = "return_twice"         // the address is also fetched by another client at the same time
	ReturnTampered     = "return_tampered"      // Value: the parameter altered after signing (the default is total_amount)
	ReturnReplay       = "return_replay"        // the last return before this one, of whatever trade, comes instead
	ReturnOtherBrowser = "return_other_browser" // only a client without cookies fetches it; the buyer's own stays
	ReturnUTF8         = "return_utf8"          // charset=utf8, as an old gateway spelt it
)

// Faults of the API's answers.
const (
	APITimeoutBefore = "api_timeout_before"  // no effect and no answer. Value: when the connection is cut (the default is 30s)
	APITimeoutAfter  = "api_timeout_after"   // effect, but no answer. Value as before
	APIUnavailable   = "api_20000"           // 20000 isp.unknow-error. Value: after = with effect
	APIErrorResponse = "api_error_response"  // an unsigned error_response. Value as for api_20000
	APIGBKError      = "api_gbk_error"       // an unsigned 20000 with its text in GBK. Value as for api_20000
	APIBadGateway    = "api_502"             // a page with status 502. Value as for api_20000
	APIUnsigned      = "api_unsigned"        // the right answer without sign
	APIWrongSign     = "api_wrong_sign"      // the sign stands over another text
	APIEscapedSlash  = "api_escaped_slash"   // \/ for /, signed as sent
	APIPlainSlash    = "api_plain_slash"     // \/ for /, signed with /
	APIExtraFields   = "api_extra_fields"    // members that no table lists
	APISlowBody      = "api_slow_body"       // Value: the pause in the middle of the answer (the default is 5s)
	APITradeNotExist = "api_trade_not_exist" // as if the buyer had not logged in yet, without effect
)

// faultValues says what the value of a fault must be; faults that take none are absent.
var faultValues = map[string]func(string) bool{
	NotifyDelay: isDuration, APITimeoutBefore: isDuration, APITimeoutAfter: isDuration, APISlowBody: isDuration,
	NotifyDuplicate: func(v string) bool { return v == "" || atoi(v) >= 2 && atoi(v) <= 100 },
	NotifyTamper:    isIdentityField, NotifyForge: isIdentityField,
	NotifySubject:  func(string) bool { return true },
	ReturnTampered: func(v string) bool { return v == "" || slices.Contains(returnOrder, v) },
	APIUnavailable: isEffect, APIErrorResponse: isEffect, APIGBKError: isEffect, APIBadGateway: isEffect,
}

var faultNames = []string{
	NotifyDrop, NotifyDelay, NotifyReorder, NotifyBeforeReturn, NotifyAfterReturn, NotifyDuplicate, NotifyExtraFields,
	NotifyEmptyField, NotifyRepeatedName, NotifyWrongSign, NotifyOtherKey, NotifyTamper, NotifyForge, NotifyOpenID,
	NotifyGBK, NotifySubject, ReturnNone, ReturnTwice, ReturnTampered, ReturnReplay, ReturnOtherBrowser, ReturnUTF8,
	APITimeoutBefore, APITimeoutAfter, APIUnavailable, APIErrorResponse, APIGBKError, APIUnsigned, APIWrongSign,
	APIEscapedSlash, APIPlainSlash, APIExtraFields, APIBadGateway, APISlowBody, APITradeNotExist,
}

func isEffect(v string) bool { return v == "" || v == "after" }

func isDuration(v string) bool {
	d, err := time.ParseDuration(v)
	return v == "" || err == nil && d > 0
}

var forged = map[string]string{
	"total_amount": "0.01", "seller_id": "2088000000000000", "app_id": "2021000000000000", "out_trade_no": "NOT_OF_THIS_SHOP",
}

func isIdentityField(v string) bool { return forged[v] != "" }

func (f Fault) check() error {
	takes, hasValue := faultValues[f.Name]
	switch {
	case !slices.Contains(faultNames, f.Name):
		return fmt.Errorf("fault %q: want one of %s", f.Name, strings.Join(faultNames, " "))
	case f.Times < 0:
		return fmt.Errorf("fault %s: times %d is negative", f.Name, f.Times)
	case !hasValue && f.Value != "":
		return fmt.Errorf("fault %s takes no value", f.Name)
	case hasValue && !takes(f.Value):
		return fmt.Errorf("fault %s: value %q does not fit", f.Name, f.Value)
	case f.Method != "" && !slices.Contains(slices.Collect(maps.Keys(apiMethods)), f.Method):
		return fmt.Errorf("fault %s: no method %q", f.Name, f.Method)
	}
	return nil
}

// AddFault switches a fault on.
func (s *Sandbox) AddFault(f Fault) error {
	if err := f.check(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, f)
	return nil
}

// ClearFaults switches all faults off. What they hold back is let go.
func (s *Sandbox) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
	for _, e := range s.state.pending {
		s.release(e, s.clock.now())
	}
}

// Faults gives the switches that are on.
func (s *Sandbox) Faults() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Fault{}, s.faults...)
}

// faulty is what a fault may match.
type faulty struct{ outTradeNo, method string }

// takeFault finds a switch that is on for this case and counts it down. s.mu is held.
func (s *Sandbox) takeFault(name string, on faulty) (Fault, bool) {
	i := slices.IndexFunc(s.faults, func(f Fault) bool {
		return f.Name == name && (f.OutTradeNo == "" || f.OutTradeNo == on.outTradeNo) &&
			(f.Method == "" || f.Method == on.method)
	})
	if i < 0 {
		return Fault{}, false
	}
	f := s.faults[i]
	switch f.Times {
	case 0:
	case 1:
		s.faults = slices.Delete(s.faults, i, i+1)
	default:
		s.faults[i].Times--
	}
	return f, true
}

package sandbox

import (
	"context"
	"io"
	"net/http"
	"slices"
	"time"
)

// returnFaults are the switches for one visit's return, with their values. They are stored with the visit.
type returnFaults map[string]string

func (faults returnFaults) on(name string) bool {
	_, hit := faults[name]
	return hit
}

// takeReturnFaults is called with s.mu held.
func (s *Sandbox) takeReturnFaults(outTradeNo string) returnFaults {
	found := returnFaults{}
	for name, f := range s.takeFaults(returnFaultNames, faulty{outTradeNo: outTradeNo}) {
		found[name] = f.Value
	}
	return found
}

// tamper alters one parameter after signing.
func (faults returnFaults) tamper(params map[string]string) {
	name, hit := faults[ReturnTampered]
	if !hit {
		return
	}
	switch {
	case name == "" || name == "total_amount":
		params["total_amount"] = forged["total_amount"]
	case name == "sign":
		params[name] = spoil(params[name])
	case forged[name] != "":
		params[name] = forged[name]
	default:
		params[name] += "0"
	}
}

// rememberReturn makes the visit's return address and keeps it for a later replay. If this is the replay,
// it gives the one kept before.
func (s *Sandbox) rememberReturn(v visitView) string {
	address := s.returnAddress(v)
	s.mu.Lock()
	defer s.mu.Unlock()
	if v.ReturnFaults.on(ReturnReplay) && s.lastReturn != "" {
		return s.lastReturn
	}
	s.lastReturn = address
	return address
}

// awaitNotify waits until the payment's notify was delivered once, or for a quarter of a minute.
func (s *Sandbox) awaitNotify(ctx context.Context, outTradeNo string) {
	over, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !s.notified(outTradeNo) {
		select {
		case <-over.Done():
			return
		case <-tick.C:
		}
	}
}

func (s *Sandbox) notified(outTradeNo string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.state.deliveries, func(d Delivery) bool { return d.OutTradeNo == outTradeNo })
}

// fetch opens a return address as a client without cookies would.
func (s *Sandbox) fetch(ctx context.Context, address string) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		s.log.Info("return by another client", "error", err)
		return
	}
	response, err := s.http.Do(request)
	if err != nil {
		s.log.Info("return by another client", "error", err)
		return
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(response.Body, maxRequest)); err != nil {
		s.log.Info("return by another client", "error", err)
	}
}

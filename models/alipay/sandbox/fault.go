package sandbox

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Fault is one switch that makes the simulator misbehave. It matches the trade OutTradeNo, or every
// trade if that is empty, and, for API faults, the Method, or every method if that is empty. It acts
// Times times or, if Times is 0, until it is cleared. Faults that change the plan of a notify count
// events, those that change the message count deliveries, and those that change the rows of a bill
// count rows.
type Fault struct {
	Name       string `json:"name"`
	OutTradeNo string `json:"out_trade_no,omitempty"`
	Method     string `json:"method,omitempty"`
	Times      int    `json:"times,omitempty"`
	Value      string `json:"value,omitempty"` // what the fault's comment says
}

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
	case f.OutTradeNo != "" && slices.Contains(wholeBillFaultNames, f.Name):
		return fmt.Errorf("fault %s is of the whole bill and takes no out_trade_no", f.Name)
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

// ClearFaults switches all faults off and releases what they hold back.
func (s *Sandbox) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
	for _, e := range s.state.pending {
		s.release(e, s.clock.now())
	}
}

// Faults returns the switches that are on.
func (s *Sandbox) Faults() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Fault{}, s.faults...)
}

// faulty is what a fault is matched with.
type faulty struct{ outTradeNo, method string }

// faultSet are the switches that are on for one case, by their names.
type faultSet map[string]Fault

// takeFaults takes those of the switches with these names that are on for this case. s.mu is held.
func (s *Sandbox) takeFaults(names []string, on faulty) faultSet {
	found := faultSet{}
	for _, name := range names {
		if f, hit := s.takeFault(name, on); hit {
			found[name] = f
		}
	}
	return found
}

func (faults faultSet) on(name string) bool {
	_, hit := faults[name]
	return hit
}

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

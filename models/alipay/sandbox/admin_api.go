package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"
)

func (s *Sandbox) routeAdminAPI(mux *http.ServeMux) {
	mux.HandleFunc("GET /admin/api/trades", list(s.Trades))
	mux.HandleFunc("GET /admin/api/trades/{out_trade_no}", s.getTrade)
	mux.HandleFunc("POST /admin/api/trades/{out_trade_no}/refund", s.postRefund)
	mux.HandleFunc("POST /admin/api/pay", s.postAsBuyer(s.Pay))
	mux.HandleFunc("POST /admin/api/open", s.postAsBuyer(s.OpenTrade))
	mux.HandleFunc("GET /admin/api/bills", list(s.BillDays))
	mux.HandleFunc("GET /admin/api/events", list(s.Events))
	mux.HandleFunc("POST /admin/api/events/{notify_id}/resend", s.postResend)
	mux.HandleFunc("GET /admin/api/deliveries", func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, http.StatusOK, s.Deliveries(r.FormValue("out_trade_no")))
	})
	mux.HandleFunc("GET /admin/api/calls", list(s.Calls))
	mux.HandleFunc("GET /admin/api/clock", list(s.clockView))
	mux.HandleFunc("POST /admin/api/clock", s.postClock)
	mux.HandleFunc("GET /admin/api/faults", list(s.Faults))
	mux.HandleFunc("POST /admin/api/faults", s.postFault)
	mux.HandleFunc("POST /admin/api/faults/clear", s.postClearFaults)
	mux.HandleFunc("GET /admin/api/accounts", list(s.Accounts))
	mux.HandleFunc("POST /admin/api/accounts", s.postAccount)
}

func list[T any](get func() T) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, get()) }
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	w.Write(append(plainJSON(v), '\n'))
}

// tradeView is a trade with all that was told about it.
type tradeView struct {
	Trade      Trade      `json:"trade"`
	Events     []Event    `json:"events"`
	Deliveries []Delivery `json:"deliveries"`
}

func (s *Sandbox) tradeView(outTradeNo string) (tradeView, bool) {
	t, exists := s.Trade(outTradeNo)
	events := slices.DeleteFunc(s.Events(), func(e Event) bool { return e.OutTradeNo != outTradeNo })
	return tradeView{t, events, s.Deliveries(outTradeNo)}, exists
}

func (s *Sandbox) getTrade(w http.ResponseWriter, r *http.Request) {
	view, exists := s.tradeView(r.PathValue("out_trade_no"))
	if !exists {
		writeJSON(w, http.StatusNotFound, problem{"no such trade"})
		return
	}
	writeJSON(w, http.StatusOK, view)
}

type clockView struct {
	Now  time.Time `json:"now"`
	Mode string    `json:"mode"`
}

func (s *Sandbox) clockView() clockView { return clockView{s.Now(), s.clock.mode()} }

func (s *Sandbox) postClock(w http.ResponseWriter, r *http.Request) {
	in, ok := readAdmin[struct{ Mode, Advance string }](w, r)
	if !ok {
		return
	}
	done(w, r, s.turnClock(in.Mode, in.Advance))
}

func (s *Sandbox) turnClock(mode, advance string) error {
	if mode == "" && advance == "" {
		return errors.New("clock: want mode, advance or both")
	}
	if mode != "" {
		if err := s.SetClock(mode); err != nil {
			return err
		}
	}
	if advance == "" {
		return nil
	}
	d, err := time.ParseDuration(advance)
	if err != nil {
		return fmt.Errorf("advance: %w", err)
	}
	return s.Advance(d)
}

func (s *Sandbox) postResend(w http.ResponseWriter, r *http.Request) {
	done(w, r, s.Resend(r.PathValue("notify_id")))
}

func (s *Sandbox) postFault(w http.ResponseWriter, r *http.Request) {
	if f, ok := readAdmin[Fault](w, r); ok {
		done(w, r, s.AddFault(f))
	}
}

func (s *Sandbox) postClearFaults(w http.ResponseWriter, r *http.Request) {
	s.ClearFaults()
	done(w, r, nil)
}

func (s *Sandbox) postAccount(w http.ResponseWriter, r *http.Request) {
	if a, ok := readAdmin[struct {
		ID      string
		Balance int64
	}](w, r); ok {
		done(w, r, s.SetBalance(a.ID, a.Balance))
	}
}

func (s *Sandbox) postRefund(w http.ResponseWriter, r *http.Request) {
	if in, ok := readAdmin[struct{ Amount int64 }](w, r); ok {
		done(w, r, s.RefundOutside(r.PathValue("out_trade_no"), in.Amount))
	}
}

// postAsBuyer lets somebody without a browser do what a buyer does.
func (s *Sandbox) postAsBuyer(act func(link, buyer string) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if in, ok := readAdmin[struct{ Link, Buyer string }](w, r); ok {
			done(w, r, act(in.Link, in.Buyer))
		}
	}
}

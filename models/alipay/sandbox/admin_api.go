package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"time"

	"luffy/models/alipay"
)

func (s *Sandbox) routeAdminAPI(mux *http.ServeMux) {
	mux.HandleFunc("GET /admin/api/trades", list(s.Trades))
	mux.HandleFunc("GET /admin/api/trades/{out_trade_no}", s.getTrade)
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

type problem struct {
	Error string `json:"error"`
}

// readAdmin reads what was posted: JSON by a test, a form by the admin page. What it cannot read it answers with 400.
func readAdmin[T any](w http.ResponseWriter, r *http.Request) (in T, ok bool) {
	var err error
	if isForm(r) {
		err = readForm(r, &in)
	} else {
		body := json.NewDecoder(r.Body)
		body.DisallowUnknownFields()
		err = body.Decode(&in)
	}
	if err != nil {
		writeJSON(w, http.StatusBadRequest, problem{err.Error()})
	}
	return in, err == nil
}

func isForm(r *http.Request) bool {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && media == "application/x-www-form-urlencoded"
}

// readForm takes the fields of the admin page's forms by way of JSON, so that there is one set of names.
func readForm(r *http.Request, into any) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	fields := map[string]any{}
	for name := range r.PostForm {
		value := r.PostForm.Get(name)
		var err error
		switch {
		case value == "":
			continue
		case name == "times":
			fields[name], err = strconv.Atoi(value)
		case name == "balance":
			fields[name], err = alipay.ParseAmount(value)
		default:
			fields[name] = value
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	text, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

// done answers an admin action: 400 with the reason, or the page again for a form, or 200 for a test.
func done(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case err != nil:
		writeJSON(w, http.StatusBadRequest, problem{err.Error()})
	case isForm(r):
		http.Redirect(w, r, adminPage(r.Header.Get("Referer")), http.StatusSeeOther)
	default:
		writeJSON(w, http.StatusOK, struct {
			OK bool `json:"ok"`
		}{true})
	}
}

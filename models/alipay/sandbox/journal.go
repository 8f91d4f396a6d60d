package sandbox

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"time"
)

// record is one line of the journal: the new state of one thing. The last line about a thing counts.
type record struct {
	At       time.Time `json:"at"` // virtual; the clock goes on from the latest
	Owner    *owner    `json:"owner,omitempty"`
	Account  *Account  `json:"account,omitempty"`
	Cashier  *cashier  `json:"cashier,omitempty"`
	Trade    *Trade    `json:"trade,omitempty"`
	Event    *Event    `json:"event,omitempty"`
	Delivery *Delivery `json:"delivery,omitempty"`
}

// owner is in the first line of a state file, so that the file is not used for another app.
type owner struct {
	AppID    string `json:"app_id"`
	SellerID string `json:"seller_id"`
}

// journal appends to the state file. A line is written before the answer that depends on it goes out, so
// the state survives the process. It is not synced to the disk, because a simulator need not survive a
// power cut.
type journal struct{ file *os.File }

func (j *journal) append(r record) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = j.file.Write(append(line, '\n'))
	return err
}

func (j *journal) close() error {
	if j == nil {
		return nil
	}
	return j.file.Close()
}

// save indexes and journals what has changed. s.mu is held.
func (s *Sandbox) save(r record) {
	s.state.apply(r)
	if s.journal == nil {
		return
	}
	r.At = s.clock.now()
	if err := s.journal.append(r); err != nil {
		s.log.Error("journal", "error", err)
	}
}

func (st *state) apply(r record) {
	switch {
	case r.Account != nil:
		st.putAccount(r.Account)
	case r.Cashier != nil:
		st.putCashier(r.Cashier)
	case r.Trade != nil:
		st.putTrade(r.Trade)
	case r.Event != nil:
		st.putEvent(r.Event)
	case r.Delivery != nil:
		st.putDelivery(*r.Delivery)
	}
}

// restore replays the state file and rewrites it with only the newest line about each thing.
func (s *Sandbox) restore() error {
	if err := s.replay(); err != nil {
		return err
	}
	file, err := s.compact()
	if err != nil {
		return err
	}
	s.journal = &journal{file}
	return nil
}

func (s *Sandbox) replay() error {
	file, err := os.Open(s.cfg.StateFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // it was only read
	lines := bufio.NewReader(file)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil // whatever stands after the last newline was cut off by a crash and never answered for
		}
		if err != nil {
			return err
		}
		var r record
		if err := json.Unmarshal(line, &r); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if err := s.replayOne(r); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
}

func (s *Sandbox) replayOne(r record) error {
	if r.Owner != nil && *r.Owner != (owner{s.cfg.AppID, s.cfg.SellerID}) {
		return fmt.Errorf("belongs to app %s of seller %s", r.Owner.AppID, r.Owner.SellerID)
	}
	s.clock.resume(r.At)
	s.state.apply(r)
	return nil
}

func (s *Sandbox) compact() (file *os.File, err error) {
	path := s.cfg.StateFile
	file, err = os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, file.Close())
		}
	}()
	out := bufio.NewWriter(file)
	lines := json.NewEncoder(out)
	for _, r := range s.snapshot() {
		r.At = s.clock.now()
		if err := lines.Encode(r); err != nil {
			return nil, err
		}
	}
	if err := out.Flush(); err != nil {
		return nil, err
	}
	return file, os.Rename(path+".new", path)
}

func (s *Sandbox) snapshot() []record {
	st := s.state
	all := []record{{Owner: &owner{s.cfg.AppID, s.cfg.SellerID}}}
	for _, a := range st.accounts {
		all = append(all, record{Account: a})
	}
	for _, token := range slices.Sorted(maps.Keys(st.cashiers)) {
		all = append(all, record{Cashier: st.cashiers[token]})
	}
	for _, no := range slices.Sorted(maps.Keys(st.trades)) {
		all = append(all, record{Trade: st.trades[no]})
	}
	for _, e := range st.events {
		all = append(all, record{Event: e})
	}
	for i := range st.deliveries {
		all = append(all, record{Delivery: &st.deliveries[i]})
	}
	return all
}

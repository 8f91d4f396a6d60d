package alipay

import (
	"encoding/json"
	"time"
)

// wireAmount is a sum in an answer: always a JSON string, read as fen. "" is 0.
type wireAmount int64

func (a *wireAmount) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil || s == "" {
		return err
	}
	fen, err := ParseAmount(s)
	*a = wireAmount(fen)
	return err
}

// wireTime is a time in an answer, read as UTC. "" is the zero time.
type wireTime struct{ time.Time }

func (t *wireTime) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil || s == "" {
		return err
	}
	at, err := ParseTime(s)
	t.Time = at
	return err
}

package alipay

import (
	"fmt"
	"time"
)

// fields reads typed values out of a verified message and remembers the first that is missing or
// unreadable.
type fields struct {
	m   Message
	err error
}

func (f *fields) fail(name string, problem any) {
	if f.err == nil {
		f.err = fmt.Errorf("%w: %s: %v", ErrFields, name, problem)
	}
}

func (f *fields) required(name string) string {
	value := f.m.Text(name)
	if value == "" {
		f.fail(name, "missing")
	}
	return value
}

// amount returns fen; an absent or empty field is 0.
func (f *fields) amount(name string) int64 {
	value := f.m.Get(name)
	if value == "" {
		return 0
	}
	fen, err := ParseAmount(value)
	if err != nil {
		f.fail(name, err)
	}
	return fen
}

// time returns UTC; an absent or empty field is the zero time.
func (f *fields) time(name string) time.Time {
	value := f.m.Get(name)
	if value == "" {
		return time.Time{}
	}
	t, err := ParseTime(value)
	if err != nil {
		f.fail(name, err)
	}
	return t
}

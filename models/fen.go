package models

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Fen is a sum of money in hundredths of a yuan, the only form in which the shop holds money. It may
// be negative. It is never converted to a float.
type Fen int64

// MaxFen is the largest sum that a form or a file may name: the most that Alipay takes in one trade,
// 100,000,000.00 yuan.
const MaxFen Fen = 100_000_000_00

// ErrMoney reports text that is not a sum of money.
var ErrMoney = errors.New("not a sum of money like 310.00")

// String is the plain form that forms, commands and bills use: "310.00", "-0.50".
func (f Fen) String() string { return string(f.write(nil, "", "")) }

// Yuan is the form that people read on a page: "¥1,234.00", "-¥0.50".
func (f Fen) Yuan() string { return string(f.write(make([]byte, 0, 24), "¥", ",")) }

// write appends the sum to b, with a currency sign before it and a mark between groups of three
// digits. It avoids fmt because a page of orders shows a hundred sums.
func (f Fen) write(b []byte, currency, mark string) []byte {
	u := uint64(f)
	if f < 0 {
		b, u = append(b, '-'), -u
	}
	b = append(b, currency...)
	whole := strconv.AppendUint(nil, u/100, 10)
	for i, digit := range whole {
		if left := len(whole) - i; i > 0 && left%3 == 0 {
			b = append(b, mark...)
		}
		b = append(b, digit)
	}
	return append(b, '.', byte('0'+u%100/10), byte('0'+u%10))
}

// ParseFen reads an unsigned sum in yuan with at most two decimals: "310", "310.5", "310.00". Signs,
// spaces, separators, exponents and sums above MaxFen are refused with ErrMoney.
func ParseFen(s string) (Fen, error) {
	whole, cents, dotted := strings.Cut(s, ".")
	if whole == "" || len(whole) > 9 || len(cents) > 2 || dotted && cents == "" || !digitsOnly(whole+cents) {
		return 0, fmt.Errorf("%q: %w", s, ErrMoney)
	}
	n, err := strconv.ParseInt(whole+(cents + "00")[:2], 10, 64)
	if err != nil || Fen(n) > MaxFen {
		return 0, fmt.Errorf("%q: %w", s, ErrMoney)
	}
	return Fen(n), nil
}

func digitsOnly(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

package alipay

import (
	"fmt"
	"strconv"
	"strings"
)

// maxAmount is the largest sum of one trade in fen: 100,000,000.00 yuan.
const maxAmount = 100_000_000_00

// FormatAmount writes fen the way the gateway wants a sum: yuan with two decimals, "310.00". A
// negative sum gets a leading minus, which no field of a request accepts.
func FormatAmount(fen int64) string {
	sign, u := "", uint64(fen)
	if fen < 0 {
		sign, u = "-", -u
	}
	return fmt.Sprintf("%s%d.%02d", sign, u/100, u%100)
}

// ParseAmount reads a sum as Alipay writes it, one to nine digits of yuan and at most two decimals,
// and gives fen. "310", "310.0" and "310.00" are the same sum. Signs, spaces, exponents and
// separators are refused.
func ParseAmount(s string) (int64, error) {
	yuan, cents, dotted := strings.Cut(s, ".")
	if len(yuan) < 1 || len(yuan) > 9 || len(cents) > 2 || dotted && cents == "" || !onlyDigits(yuan+cents) {
		return 0, fmt.Errorf("%.40q is not an amount like 310.00", s)
	}
	return strconv.ParseInt(yuan+(cents + "00")[:2], 10, 64)
}

// parseSignedAmount reads a sum of the bill, where what leaves the account has a leading minus.
func parseSignedAmount(s string) (int64, error) {
	unsigned, negative := strings.CutPrefix(s, "-")
	fen, err := ParseAmount(unsigned)
	if err != nil {
		return 0, fmt.Errorf("%.40q is not an amount like 310.00 or -310.00", s)
	}
	if negative {
		return -fen, nil
	}
	return fen, nil
}

func onlyDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

package alipay

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"time"
)

// maxExpiry is how far ahead time_expire may lie.
const maxExpiry = 15 * 24 * time.Hour

// numberForm is the form of out_trade_no and out_request_no.
var numberForm = regexp.MustCompile(`^[0-9A-Za-z_]{1,64}$`)

func checkNumber(name, number string) error {
	if !numberForm.MatchString(number) {
		return fmt.Errorf("%s %q: 1 to 64 letters, digits and underscores are expected", name, number)
	}
	return nil
}

func checkAmount(fen int64) error {
	if fen < 1 || fen > maxAmount {
		return fmt.Errorf("amount %s: 0.01 to %s is expected", FormatAmount(fen), FormatAmount(maxAmount))
	}
	return nil
}

// ErrExpiry reports a deadline that is over, or further away than Alipay allows (time_expire of
// alipay.trade.page.pay).
var ErrExpiry = errors.New("it must lie within the next 15 days")

func checkExpiry(expires, now time.Time) error {
	if !expires.IsZero() && (!expires.After(now) || expires.Sub(now) > maxExpiry) {
		return fmt.Errorf("time_expire %s: %w", FormatTime(expires), ErrExpiry)
	}
	return nil
}

func checkAddress(name, address string, limit int) error {
	if address == "" {
		return nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || len(address) > limit {
		return fmt.Errorf("%s %q: an absolute http or https address of at most %d bytes is expected", name, address, limit)
	}
	return nil
}

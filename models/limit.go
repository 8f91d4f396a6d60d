package models

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"net/netip"
	"time"
)

// Limit bounds how often something may be tried: burst times at once, and one more time after each
// pause. Refused tries are not counted, so nobody waits longer than one pause after the last try that
// was let through.
type Limit struct {
	key   string // what is limited
	burst int64
	pause time.Duration
}

// LimitName bounds the guesses of one account's password, whether or not the account exists.
func LimitName(username string) Limit {
	return Limit{"name:" + FoldName(username), 10, time.Minute}
}

// LimitKnown replaces LimitName in a browser that has logged in under that name before, so that a
// stranger who guesses elsewhere cannot lock the student out.
func LimitKnown(username string) Limit {
	return Limit{"known:" + FoldName(username), 10, time.Minute}
}

// LimitOldPassword bounds the guesses of the old password in a logged-in browser that somebody left
// open.
func LimitOldPassword(user int64) Limit {
	return Limit{fmt.Sprintf("old password:%d", user), 10, time.Minute}
}

// LimitLogins bounds the failed logins from one address, whatever the names.
func LimitLogins(address string) Limit {
	return Limit{"logins:" + network(address), 30, 10 * time.Second}
}

// LimitRegistrations bounds the registrations from one address.
func LimitRegistrations(address string) Limit {
	return Limit{"registrations:" + network(address), 60, 10 * time.Second}
}

// LimitOrders bounds the orders that a student places: each is many rows, and each is asked about at Alipay
// until it is paid or closed.
func LimitOrders(user int64) Limit {
	return Limit{fmt.Sprintf("orders:%d", user), 30, time.Minute}
}

// LimitAsk bounds how often staff have Alipay asked about one order: each question is a call and a row
// of ly_payment_event for each of its attempts.
func LimitAsk(orderNumber string) Limit {
	return Limit{"ask:" + orderNumber, 5, 20 * time.Second}
}

// LimitCompare bounds how often staff have a bill compared: each comparison fetches a whole bill and
// reads the payments of its day.
func LimitCompare() Limit {
	return Limit{"compare", 10, 10 * time.Second}
}

// LimitRefused bounds how many refused messages are stored: anybody can send them in Alipay's name.
func LimitRefused() Limit {
	return Limit{"refused messages", 100, time.Minute}
}

// network is the range of addresses that one visitor has: a single IPv4 address, or an IPv6 /64,
// which is what providers hand out.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if ip = ip.Unmap(); ip.Is4() {
		return ip.String()
	}
	prefix, err := ip.Prefix(64)
	if err != nil {
		return address
	}
	return prefix.String()
}

// bucket is the row of ly_throttle that counts the tries. It takes all 63 bits of a positive number: with a
// few millions of buckets a stranger found, in seconds, a name whose guesses used up the limit of somebody
// else's browser.
func (l Limit) bucket() int64 {
	sum := sha256.Sum256([]byte(l.key))
	return int64(binary.BigEndian.Uint64(sum[:8]) >> 1)
}

// TooManyError reports a limit that is used up.
type TooManyError struct {
	Until time.Time // when the next try will be let through
}

func (e TooManyError) Error() string {
	return "too many attempts until " + e.Until.Format(time.RFC3339)
}

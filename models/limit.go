package models

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
	"time"
	"unicode"
)

// Limit bounds how often something may be tried: burst times at once, and once more after each
// pause. A try that is refused costs nothing, so nobody waits longer than one pause after the last
// try that was let through.
type Limit struct {
	key   string // what is limited
	burst int64
	pause time.Duration
}

// LimitName bounds the guesses of one account's password, whether there is such an account or not.
func LimitName(username string) Limit {
	return Limit{"name:" + FoldName(username), 10, time.Minute}
}

// LimitKnown takes the place of LimitName in a browser that has logged in under that name before,
// so that a stranger who guesses elsewhere cannot keep the student out.
func LimitKnown(username string) Limit {
	return Limit{"known:" + FoldName(username), 10, time.Minute}
}

// LimitOldPassword bounds the guesses of the old password by whoever sits at a browser that is logged in.
func LimitOldPassword(user int64) Limit {
	return Limit{fmt.Sprintf("old password:%d", user), 10, time.Minute}
}

// LimitLogins bounds the failed logins from one address, under whatever names.
func LimitLogins(address string) Limit {
	return Limit{"logins:" + network(address), 30, 10 * time.Second}
}

// LimitRegistrations bounds the accounts that one address asks for.
func LimitRegistrations(address string) Limit {
	return Limit{"registrations:" + network(address), 60, 10 * time.Second}
}

// LimitRefused bounds how many messages are kept that anybody may have sent in Alipay's name.
func LimitRefused() Limit {
	return Limit{"refused messages", 100, time.Minute}
}

// network is what one visitor commands: an IPv4 address, or the 64 bits that a provider hands out of IPv6.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if ip = ip.Unmap(); ip.Is4() {
		return ip.String()
	}
	prefix, err := ip.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return prefix.String()
}

// FoldName is the same for all spellings of a username that differ in case alone, as strings.EqualFold sees it.
func FoldName(username string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			least = min(least, other)
		}
		return least
	}, username)
}

// buckets bounds the table. Two limits that share one are a nuisance, and with so many buckets a rare one.
const buckets = 1 << 22

func (l Limit) bucket() int64 {
	sum := sha256.Sum256([]byte(l.key))
	return int64(binary.BigEndian.Uint64(sum[:8]) % buckets)
}

// TooManyError reports a limit that is used up.
type TooManyError struct {
	Until time.Time // when the next try is let through
}

func (e TooManyError) Error() string {
	return "too many attempts until " + e.Until.Format(time.RFC3339)
}

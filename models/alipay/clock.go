package alipay

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Zone is the zone of every time in the protocol. It does not depend on the host: a host without zone
// files, or set to another zone, would send timestamps that the gateway refuses, and deadlines that are
// hours off.
var Zone = time.FixedZone("UTC+8", 8*60*60)

// FormatTime writes t as the protocol does, to the second below, in Zone: "2026-11-22 22:30:00".
func FormatTime(t time.Time) string {
	return t.In(Zone).Format(time.DateTime)
}

// ParseTime reads a time of the protocol, with or without milliseconds (only gmt_refund has them),
// and gives it in UTC. The documents write their form "yyyy-MM-dd HH:mm:ss.S", where 87 milliseconds
// are ".87"; their example has three digits.
func ParseTime(s string) (time.Time, error) {
	seconds, fraction, dotted := strings.Cut(s, ".")
	t, err := time.ParseInLocation(time.DateTime, seconds, Zone)
	milliseconds := 0
	if err == nil && dotted {
		milliseconds, err = strconv.Atoi(fraction)
	}
	// The standard parser takes a fraction after a comma, and Atoi a sign.
	if err != nil || len(seconds) != len(time.DateTime) || len(fraction) > 3 || !onlyDigits(fraction) {
		return time.Time{}, fmt.Errorf("%.40q is not a time like %s", s, time.DateTime)
	}
	return t.Add(time.Duration(milliseconds) * time.Millisecond).UTC(), nil
}

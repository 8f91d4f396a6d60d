package alipay

import (
	"fmt"
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
// and gives it in UTC.
func ParseTime(s string) (time.Time, error) {
	layout := time.DateTime
	if strings.Contains(s, ".") {
		layout += ".000"
	}
	t, err := time.ParseInLocation(layout, s, Zone)
	// The standard parser takes a comma for the point, and a fraction where the layout has none.
	if err != nil || len(s) != len(layout) || strings.Contains(s, ",") {
		return time.Time{}, fmt.Errorf("%.40q is not a time like %s", s, time.DateTime)
	}
	return t.UTC(), nil
}

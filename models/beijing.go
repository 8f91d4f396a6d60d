package models

import "time"

// Beijing is the zone in which the shop shows times and counts days. It is fixed, so that a host
// without zone files or set to another zone shows the same; China has kept UTC+8 without summer
// time since 1991.
var Beijing = time.FixedZone("UTC+8", 8*60*60)

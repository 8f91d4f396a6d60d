package models

import "time"

// Beijing is the zone in which the shop shows times and counts days. The offset is fixed, so that it
// does not depend on the host's zone or zone files; China has kept UTC+8 without summer time since 1991.
var Beijing = time.FixedZone("UTC+8", 8*60*60)

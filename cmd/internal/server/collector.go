package server

import (
	"os"
	"runtime/debug"
)

// collectAt is how far the heap grows before it is collected, in per cent of what is live. A shop
// has some ten megabytes of it: Go's own 100 collects dozens of times a second under load, a tenth
// of the time of a page, to save memory that no server lacks.
const collectAt = 400

// CollectLess sets the garbage collector for a shop, unless GOGC says otherwise.
func CollectLess() {
	if _, chosen := os.LookupEnv("GOGC"); !chosen {
		debug.SetGCPercent(collectAt)
	}
}

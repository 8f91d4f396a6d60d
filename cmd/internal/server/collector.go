package server

import (
	"os"
	"runtime/debug"
)

// What is live in a shop is some ten megabytes. Go's own measure, a heap of twice that, is
// collected dozens of times a second under load, a tenth of the time of a page, to save memory that
// no server lacks. The limit keeps passwords that are being hashed, 19 MB each, from counting as
// much more than what they are.
const (
	heapGrowth = 400       // per cent
	heapLimit  = 128 << 20 // bytes; near it the heap is collected more often
)

// CollectLess sets the garbage collector for a shop, but for what GOGC and GOMEMLIMIT say.
func CollectLess() {
	if _, chosen := os.LookupEnv("GOGC"); !chosen {
		debug.SetGCPercent(heapGrowth)
	}
	if _, chosen := os.LookupEnv("GOMEMLIMIT"); !chosen {
		debug.SetMemoryLimit(heapLimit)
	}
}

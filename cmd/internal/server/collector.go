package server

import (
	"os"
	"runtime/debug"
)

// The live heap of a shop is about ten megabytes. With Go's default, which collects when the heap has
// doubled, the collector runs dozens of times a second under load and takes a tenth of a page's time,
// to save memory that every server has. The limit matters while passwords are hashed, 19 MB each:
// without it they would let the heap grow to five times their size.
const (
	heapGrowth = 400       // per cent
	heapLimit  = 128 << 20 // bytes; near it the heap is collected more often
)

// CollectLess tunes the garbage collector for a shop. GOGC and GOMEMLIMIT, if set, take precedence.
func CollectLess() {
	if _, chosen := os.LookupEnv("GOGC"); !chosen {
		debug.SetGCPercent(heapGrowth)
	}
	if _, chosen := os.LookupEnv("GOMEMLIMIT"); !chosen {
		debug.SetMemoryLimit(heapLimit)
	}
}

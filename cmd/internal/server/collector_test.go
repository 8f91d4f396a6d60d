package server

import (
	"os"
	"runtime/debug"
	"testing"
)

func TestCollectLess(t *testing.T) {
	const growth, memory = 100, 1 << 40 // as they are before
	percent, limit := debug.SetGCPercent(growth), debug.SetMemoryLimit(memory)
	t.Cleanup(func() { debug.SetGCPercent(percent); debug.SetMemoryLimit(limit) })
	for _, c := range []struct {
		name           string
		unset          []string
		percent, limit int64
	}{
		{"nothing chosen", []string{"GOGC", "GOMEMLIMIT"}, heapGrowth, heapLimit},
		{"GOGC chosen", []string{"GOMEMLIMIT"}, growth, heapLimit},
		{"GOMEMLIMIT chosen", []string{"GOGC"}, heapGrowth, memory},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("GOGC", "150")
			t.Setenv("GOMEMLIMIT", "1GiB")
			for _, name := range c.unset {
				os.Unsetenv(name)
			}
			CollectLess()
			if got := debug.SetGCPercent(growth); int64(got) != c.percent {
				t.Errorf("got a growth of %d per cent, want %d", got, c.percent)
			}
			if got := debug.SetMemoryLimit(memory); got != c.limit {
				t.Errorf("got a limit of %d bytes, want %d", got, c.limit)
			}
		})
	}
}

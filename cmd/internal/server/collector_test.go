package server

import (
	"os"
	"runtime/debug"
	"testing"
)

func TestCollectLess(t *testing.T) {
	before := debug.SetGCPercent(100)
	t.Cleanup(func() { debug.SetGCPercent(before) })
	for _, c := range []struct {
		gogc string // "" for a variable that is not there
		want int
	}{{"150", 100}, {"off", 100}, {"", collectAt}} {
		t.Setenv("GOGC", c.gogc)
		if c.gogc == "" {
			os.Unsetenv("GOGC")
		}
		CollectLess()
		if got := debug.SetGCPercent(100); got != c.want {
			t.Errorf("GOGC=%q: got %d, want %d", c.gogc, got, c.want)
		}
	}
}
